//! Codes that people copy from a screen, a paper or a voice.

/// Crockford's alphabet: no I, L, O, U, so nothing is misread.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Letters for random bytes, five bits of each.
#[must_use]
pub fn letters(random: &[u8]) -> String {
    random.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

/// The numbers of five bits for which the letters of a code stand, the reverse of [`letters`]; none
/// where a letter is none of ours.
#[must_use]
pub fn numbers(code: &str) -> Option<Vec<u8>> {
    let number = |letter: u8| LETTERS.iter().position(|known| *known == letter);
    code.bytes().map(|letter| u8::try_from(number(letter)?).ok()).collect()
}

/// What somebody typed, as the code that was meant: upper case, without spaces and hyphens, O as
/// 0, I and L as 1.
#[must_use]
pub fn meant(typed: &str) -> String {
    typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// A code in groups of four, for reading.
#[must_use]
pub fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}
