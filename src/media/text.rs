//! Counting what is written.

/// Words: parts between white space. Từ and chữ are counted alike.
#[must_use]
pub fn words(text: &str) -> u32 {
    u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX)
}

/// Characters as people count them: Unicode scalar values of the composed form, line breaks as one.
#[must_use]
pub fn characters(text: &str) -> u32 {
    use unicode_normalization::UnicodeNormalization;
    let count = text.nfc().filter(|character| *character != '\r').count();
    u32::try_from(count).unwrap_or(u32::MAX)
}
