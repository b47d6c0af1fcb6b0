//! What may be entered, by whom, and how often.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bytes, Range, Text, is_default, is_no, is_yes, yes};

/// A category: entries of one shape, ranked among themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Stable key.
    pub key: String,
    /// Its name.
    pub title: Text,
    /// Who may stand as the entrant.
    #[serde(default = "persons", skip_serializing_if = "is_persons")]
    pub entrants: Vec<Entrant>,
    /// Members of a team, the representative included.
    #[serde(default, skip_serializing_if = "is_default")]
    pub team_size: Range<u32>,
    /// Whether a union officer may enter for somebody.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub officer_enters: bool,
    /// Who puts an entry into this category.
    #[serde(default, skip_serializing_if = "is_default")]
    pub chosen_by: CategoryChoice,
    /// Key of the phase, of kind `intake`, in which it takes entries; absent: any intake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intake: Option<String>,
    /// What an entry holds, in the order of the form.
    pub slots: Vec<Slot>,
}

fn persons() -> Vec<Entrant> {
    vec![Entrant::Person]
}

fn is_persons(entrants: &Vec<Entrant>) -> bool {
    *entrants == persons()
}

/// Who stands as the entrant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entrant {
    /// One person.
    Person,
    /// Several persons with a representative.
    Team,
    /// A unit of the union.
    Unit,
}

/// Who puts an entry into a category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CategoryChoice {
    /// The entrant, when submitting.
    #[default]
    Entrant,
    /// The jury: entrants enter elsewhere, and screeners move entries here.
    Jury,
}

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
    /// Hashtags that the linked post has to carry, as the entrant declares.
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

/// A condition on somebody in an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "is_default")]
    pub of: Whom,
    /// What must hold.
    pub rule: EligibilityRule,
    /// The condition as people read it; absent: written from the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// How it is shown to hold.
    #[serde(default, skip_serializing_if = "is_default")]
    pub proof: Proof,
}

/// Whom a condition is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// The author, or each author of a team.
    #[default]
    Author,
    /// Each person shown.
    Shown,
    /// The unit that enters, or that the author belongs to.
    Unit,
}

/// What must hold of somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EligibilityRule {
    /// Belongs to one of these units (codes) or below them.
    Within(Vec<String>),
    /// Belongs to a unit of one of these types (codes).
    UnitTypes(Vec<String>),
    /// Age in whole years on the day of submission.
    Age(Range<u32>),
    /// Is a woman.
    Woman,
    /// Is a member of the union.
    Member,
    /// Something only people can judge: the text says it, the entrant declares it.
    Declared,
}

/// How a condition is shown to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The entrant says so.
    #[default]
    Declared,
    /// An officer of the unit answers for it: entries come through officers only.
    Officer,
}

/// Who may not enter, whatever else the rules say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// As people read it.
    pub text: Text,
    /// Whether entries of the contest's own crew and judges are refused.
    #[serde(default, skip_serializing_if = "is_no")]
    pub crew: bool,
}

/// How many entries, counted over what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Counted over what.
    pub per: QuotaScope,
    /// Only units of this type (code), each with all below it; only with `per: unit`. Absent: each
    /// unit that is named in an entry, by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_type: Option<String>,
    /// Only entries of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The most: a further entry is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// The target (chỉ tiêu): shown as progress, refuses nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u32>,
}

/// What a quota is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaScope {
    /// Each author.
    Person,
    /// Each team.
    Team,
    /// Each unit.
    Unit,
    /// The whole contest, or the whole category.
    Contest,
}

/// A text that has to be agreed to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Stable key.
    pub key: String,
    /// What is agreed to.
    pub text: Text,
    /// Who has to agree.
    #[serde(default, skip_serializing_if = "is_default")]
    pub of: DeclaredBy,
    /// Whether an entry is refused without it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub required: bool,
}

/// Who agrees to a declaration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredBy {
    /// The author, or the officer in the author's name.
    #[default]
    Author,
    /// The people shown, whose consent the author states.
    Shown,
    /// The legal representative of an author under 16.
    Guardian,
    /// The author under 16, beside the representative.
    Child,
}

/// Where and when entries and names are seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gallery {
    /// When accepted entries are shown to the public.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shown: Shown,
    /// Whether author and unit stand beside a work before the results are published.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub names: bool,
}

impl Default for Gallery {
    fn default() -> Self {
        Self { shown: Shown::default(), names: true }
    }
}

/// When accepted entries are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// As soon as they are accepted.
    #[default]
    Accepted,
    /// From the opening of the public vote.
    Voting,
    /// Once results are published.
    Published,
    /// Never.
    Never,
}
