//! Passwords, for officers and judges who want one: Argon2id, nothing but length and a short list
//! of what everybody tries first (NIST SP 800-63B-4).

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::Error;
use crate::words::fold;

/// Fewest characters: fifteen, because the password stands alone, without a second factor.
const SHORTEST: usize = 15;
/// Most bytes; longer ones would only cost time.
const LONGEST: usize = 256;

/// Parts of passwords that everybody tries first, without diacritics and spaces.
const COMMON: [&str; 12] = [
    "123456",
    "password",
    "matkhau",
    "qwerty",
    "abcdef",
    "congdoan",
    "hoithi",
    "liendoan",
    "tongliendoan",
    "vietnam",
    "admin",
    "000000",
];

fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Whether `password` (NFC) may be used.
///
/// # Errors
/// [`Error::WeakPassword`] when it is short, or little more than a word that is tried first.
pub fn check(password: &str) -> Result<(), Error> {
    let bare = fold(password).replace(' ', "");
    let rest = COMMON.iter().fold(bare, |rest, common| rest.replace(common, ""));
    let own = rest.chars().filter(|letter| !letter.is_ascii_digit()).count();
    let length = password.chars().count();
    if length < SHORTEST || password.len() > LONGEST || own < 4 {
        return Err(Error::WeakPassword);
    }
    Ok(())
}

/// The hash of `password` (NFC) in PHC form. Takes 19 MiB and tens of milliseconds: not for an
/// asynchronous thread.
///
/// # Errors
/// [`Error::WeakPassword`] when it may not be used.
pub fn hash(password: &str) -> Result<String, Error> {
    check(password)?;
    let hash = hasher().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|_| Error::WeakPassword)
}

/// Whether `password` is the one behind `hash`. As slow as [`hash`]; against no hash it is as slow
/// and says no, so that time does not tell who has one.
#[must_use]
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let hash = hash.map(str::to_owned);
    let known = hash.is_some();
    let hash = hash.or_else(|| hasher().hash_password(b"nobody").ok().map(|hash| hash.to_string()));
    let right = hash
        .is_some_and(|hash| hasher().verify_password(password.as_bytes(), hash.as_str()).is_ok());
    known && right
}
