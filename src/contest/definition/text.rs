//! Words and amounts as a contest file writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text in Vietnamese and, where somebody wrote it, in English. A plain string is Vietnamese.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Written", into = "Written")]
#[schemars(with = "Written")]
pub struct Text {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: Option<String>,
}

/// The two ways to write a [`Text`].
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Written {
    Plain(String),
    Both {
        vi: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        en: Option<String>,
    },
}

impl From<Written> for Text {
    fn from(written: Written) -> Self {
        match written {
            Written::Plain(vi) => Self { vi, en: None },
            Written::Both { vi, en } => Self { vi, en },
        }
    }
}

impl From<Text> for Written {
    fn from(text: Text) -> Self {
        match text.en {
            None => Self::Plain(text.vi),
            en => Self::Both { vi: text.vi, en },
        }
    }
}

impl From<&str> for Text {
    fn from(vi: &str) -> Self {
        Self { vi: vi.to_owned(), en: None }
    }
}

impl Text {
    /// The text in English where it exists and is asked for, else in Vietnamese.
    #[must_use]
    pub fn read(&self, english: bool) -> &str {
        match &self.en {
            Some(en) if english => en,
            _ => &self.vi,
        }
    }
}

/// Smallest and largest allowed value, both included; an absent end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
pub struct Range<T> {
    /// Smallest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<T>,
    /// Largest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<T>,
}

impl<T: PartialOrd + Copy> Range<T> {
    /// Whether `value` lies within both ends.
    #[must_use]
    pub fn contains(&self, value: T) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }
}

/// A number of bytes: a number, or a number with `KB`, `MB`, `GB` (powers of 1000) or `KiB`,
/// `MiB`, `GiB` (powers of 1024).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "Size", into = "u64")]
#[schemars(with = "Size")]
pub struct Bytes(pub u64);

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Size {
    Number(u64),
    Text(String),
}

impl From<Bytes> for u64 {
    fn from(bytes: Bytes) -> Self {
        bytes.0
    }
}

impl TryFrom<Size> for Bytes {
    type Error = String;

    fn try_from(size: Size) -> Result<Self, String> {
        match size {
            Size::Number(bytes) => Ok(Self(bytes)),
            Size::Text(text) => text.parse(),
        }
    }
}

impl std::str::FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const UNITS: [(&str, u64); 7] = [
            ("KiB", 1 << 10),
            ("MiB", 1 << 20),
            ("GiB", 1 << 30),
            ("KB", 1_000),
            ("MB", 1_000_000),
            ("GB", 1_000_000_000),
            ("B", 1),
        ];
        let refuse = || format!("`{text}` is not a size such as 6 MB");
        let (number, unit) = UNITS
            .iter()
            .find_map(|(name, unit)| text.trim().strip_suffix(name).map(|rest| (rest, *unit)))
            .unwrap_or((text, 1));
        let (whole, tenths) = number.trim().split_once(['.', ',']).unwrap_or((number.trim(), "0"));
        let whole: u64 = whole.parse().map_err(|_| refuse())?;
        let digit: u64 = match tenths.as_bytes() {
            [digit] if digit.is_ascii_digit() => u64::from(digit - b'0'),
            _ => return Err(refuse()),
        };
        let bytes = whole.checked_mul(unit).and_then(|bytes| bytes.checked_add(digit * unit / 10));
        bytes.map(Self).ok_or_else(refuse)
    }
}
