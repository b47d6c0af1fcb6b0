//! What an entry holds, and its limits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bytes, Range, Text, is_default, is_no};

/// One thing an entry holds, with all its limits. An absent limit does not bind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Stable key, unique in its category.
    pub key: String,
    /// What is put into it.
    pub kind: SlotKind,
    /// Its name in the form.
    pub label: Text,
    /// A sentence under the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// How many pieces; `min: 0` makes the slot optional. Absent: exactly one.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: Range<u32>,
    /// Accepted file formats; absent: all that the kind reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<Format>,
    /// Size of each file.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bytes: Range<Bytes>,
    /// Longer side of a picture or video, in pixels.
    #[serde(default, skip_serializing_if = "is_default")]
    pub long_side: Range<u32>,
    /// Shorter side of a picture or video, in pixels.
    #[serde(default, skip_serializing_if = "is_default")]
    pub short_side: Range<u32>,
    /// Width of a picture or video, upright, in pixels.
    #[serde(default, skip_serializing_if = "is_default")]
    pub width: Range<u32>,
    /// Height of a picture or video, upright, in pixels.
    #[serde(default, skip_serializing_if = "is_default")]
    pub height: Range<u32>,
    /// Width to height of a picture or video, such as `16:9`; one part in fifty may be missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect: Option<String>,
    /// Length of a video, in seconds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub seconds: Range<u32>,
    /// Length of a text or document, in words (từ and chữ alike: parts between white space).
    #[serde(default, skip_serializing_if = "is_default")]
    pub words: Range<u32>,
    /// Length of a text, in characters.
    #[serde(default, skip_serializing_if = "is_default")]
    pub characters: Range<u32>,
    /// By how many per cent a count of words or characters may miss its range.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tolerance_percent: u32,
    /// Host names that a link may point to, subdomains included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Hashtags that a text has to hold, or the linked post, as the entrant declares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hashtags: Vec<String>,
    /// The choices of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// A caption with each piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<Caption>,
    /// The earliest day on which a picture or video may have been taken, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_since: Option<String>,
    /// The last day on which a picture or video may have been taken, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_until: Option<String>,
    /// Whether the place is kept that the camera wrote into a picture: screeners see it, and nobody
    /// else.
    #[serde(default, skip_serializing_if = "is_no")]
    pub place: bool,
    /// Size of the physical work in centimetres, such as `54 × 79`, as text for the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_size: Option<String>,
    /// What happens when a limit is missed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_miss: OnMiss,
}

fn one() -> Range<u32> {
    Range { min: Some(1), max: Some(1) }
}

fn is_one(range: &Range<u32>) -> bool {
    *range == one()
}

impl Slot {
    /// The fewest pieces that fill this slot.
    #[must_use]
    pub fn fewest(&self) -> u32 {
        self.count.min.unwrap_or(0)
    }

    /// The most pieces that this slot holds; 100 where the rules set none.
    #[must_use]
    pub fn most(&self) -> u32 {
        self.count.max.unwrap_or(100)
    }
}

/// Width and height of a written ratio such as `16:9`; none where it is none.
#[must_use]
pub fn ratio(written: &str) -> Option<(u32, u32)> {
    let (across, down) = written.split_once(':')?;
    let part = |text: &str| text.trim().parse().ok().filter(|part| (1..=10_000).contains(part));
    Some((part(across)?, part(down)?))
}

/// What is put into a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// A picture file.
    Photo,
    /// A video file.
    Video,
    /// A text typed into the form.
    Text,
    /// A document file.
    Document,
    /// The address of a work published elsewhere.
    Link,
    /// One of the options.
    Choice,
    /// The people shown.
    People,
}

/// A file format that slots accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JPEG picture.
    Jpeg,
    /// PNG picture.
    Png,
    /// WebP picture.
    Webp,
    /// HEIC or HEIF picture.
    Heic,
    /// AVIF picture.
    Avif,
    /// GIF picture, first frame.
    Gif,
    /// MP4 video.
    Mp4,
    /// QuickTime video.
    Mov,
    /// WebM video.
    Webm,
    /// Matroska video.
    Mkv,
    /// PDF document.
    Pdf,
    /// Word document.
    Docx,
    /// Plain text.
    Txt,
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Stable key.
    pub key: String,
    /// What it says.
    pub label: Text,
}

/// A caption with each piece of a slot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Caption {
    /// Whether it has to be there.
    #[serde(default, skip_serializing_if = "is_no")]
    pub required: bool,
    /// What it should say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Its length in words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub words: Range<u32>,
}

/// What happens when a limit is missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnMiss {
    /// The entry is not taken.
    #[default]
    Refuse,
    /// The entry is taken and the screener is warned.
    Warn,
}
