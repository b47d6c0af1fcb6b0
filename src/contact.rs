//! E-mail addresses and telephone numbers in their one form: whatever is kept, compared or looked
//! for goes through here, so that one person is found under every spelling.

/// An e-mail address in its one form: no white space around it, lower case.
#[must_use]
pub fn email(written: &str) -> String {
    written.trim().to_lowercase()
}

/// A telephone number in its one form: digits, numbers of Vietnam with their 0 in front, whether
/// they were written with +84, with 0084, or by a spreadsheet that ate the 0.
#[must_use]
pub fn phone(written: &str) -> String {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let abroad = digits.strip_prefix("00").unwrap_or(&digits);
    match abroad.strip_prefix("84") {
        Some(own) if own.starts_with('0') && own.len() >= 10 => own.to_owned(),
        Some(own) if own.len() >= 9 => format!("0{own}"),
        _ if digits.len() == 9 && digits.starts_with(['3', '5', '7', '8', '9']) => {
            format!("0{digits}")
        }
        _ => digits,
    }
}

/// What somebody is reached at, in its one form: an address where there is an @, else a number,
/// else what was written; empty where nothing was.
#[must_use]
pub fn any(written: &str) -> String {
    if written.contains('@') {
        return email(written);
    }
    let is_number = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-.()/".contains(c);
    if written.chars().all(is_number) { phone(written) } else { email(written) }
}

/// Whether `text`, as a person wrote it, names `contact`, which is in its one form: alone, among
/// others, or among words.
#[must_use]
pub fn names(text: &str, contact: &str) -> bool {
    if contact.is_empty() {
        return false;
    }
    let apart = |c: char| c.is_whitespace() || ",;/|<>()[]\"'".contains(c);
    let is_word = |word: &str| any(word.trim_end_matches(['.', ':'])) == contact;
    let is_number = |c: char| c.is_ascii_digit() || " \u{a0}+-.()".contains(c);
    let mut numbers = text.split(|c: char| !is_number(c)).filter(|run| !run.trim().is_empty());
    any(text) == contact
        || text.split(apart).any(is_word)
        || numbers.any(|run| any(run.trim()) == contact)
}
