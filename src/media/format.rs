//! What a file is, by its first bytes; its name says nothing.

use serde::{Deserialize, Serialize};

/// A file format that we tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Format {
    /// JPEG picture.
    Jpeg,
    /// PNG picture.
    Png,
    /// WebP picture.
    Webp,
    /// GIF picture.
    Gif,
    /// HEIC or HEIF picture.
    Heic,
    /// AVIF picture.
    Avif,
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

/// What is done with a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Drawn again for the public.
    Picture,
    /// Played.
    Video,
    /// Read.
    Document,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Jpeg,
        Self::Png,
        Self::Webp,
        Self::Gif,
        Self::Heic,
        Self::Avif,
        Self::Mp4,
        Self::Mov,
        Self::Webm,
        Self::Mkv,
        Self::Pdf,
        Self::Docx,
        Self::Txt,
    ];

    /// Its name in the database, in contest files and as a file ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Heic => "heic",
            Self::Avif => "avif",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Webm => "webm",
            Self::Mkv => "mkv",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Txt => "txt",
        }
    }

    /// The format with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its media type.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Webm => "video/webm",
            Self::Mkv => "video/x-matroska",
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Txt => "text/plain; charset=utf-8",
        }
    }

    /// How names of its files end, as the system's picker is told.
    #[must_use]
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Webp => &["webp"],
            Self::Gif => &["gif"],
            Self::Heic => &["heic", "heif", "hif"],
            Self::Avif => &["avif"],
            Self::Mp4 => &["mp4", "m4v"],
            Self::Mov => &["mov", "qt"],
            Self::Webm => &["webm"],
            Self::Mkv => &["mkv"],
            Self::Pdf => &["pdf"],
            Self::Docx => &["docx"],
            Self::Txt => &["txt"],
        }
    }

    /// What is done with it.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Jpeg | Self::Png | Self::Webp | Self::Gif | Self::Heic | Self::Avif => {
                Kind::Picture
            }
            Self::Mp4 | Self::Mov | Self::Webm | Self::Mkv => Kind::Video,
            Self::Pdf | Self::Docx | Self::Txt => Kind::Document,
        }
    }

    /// What a file with this name claims to be, by its ending.
    #[must_use]
    pub fn claimed_by(name: &str) -> Option<Self> {
        let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
        match ending.as_str() {
            "jpg" | "jpe" | "jfif" => Some(Self::Jpeg),
            "heif" | "hif" => Some(Self::Heic),
            "m4v" => Some(Self::Mp4),
            "qt" => Some(Self::Mov),
            other => Self::of_name(other),
        }
    }

    /// What the first bytes of a file say it is. A text is recognised last, by holding nothing
    /// that a text does not hold.
    #[must_use]
    pub fn sniff(head: &[u8]) -> Option<Self> {
        if head.starts_with(&[0xff, 0xd8, 0xff]) {
            return Some(Self::Jpeg);
        }
        if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
            return Some(Self::Gif);
        }
        if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
            return Some(Self::Webp);
        }
        if head.get(4..8) == Some(b"ftyp") {
            return Some(brand(head.get(8..12).unwrap_or_default()));
        }
        if matches!(head.get(4..8), Some(b"moov" | b"wide" | b"mdat")) {
            return Some(Self::Mov);
        }
        if head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
            let webm = head.windows(4).take(64).any(|window| window == b"webm");
            return Some(if webm { Self::Webm } else { Self::Mkv });
        }
        if head.starts_with(b"%PDF-") {
            return Some(Self::Pdf);
        }
        if head.starts_with(b"PK\x03\x04") {
            return Some(Self::Docx);
        }
        is_text(head).then_some(Self::Txt)
    }
}

/// Tells the members of the ISO family apart.
fn brand(brand: &[u8]) -> Format {
    match brand {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => {
            Format::Heic
        }
        b"avif" | b"avis" => Format::Avif,
        b"qt  " => Format::Mov,
        _ => Format::Mp4,
    }
}

/// Whether these bytes may begin a text: a byte order mark of UTF-16, or no control characters
/// and no mark-up that a browser or a player would follow.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return true;
    }
    let plain =
        head.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c));
    let start = head.trim_ascii_start();
    let followed: [&[u8]; 4] = [b"<", b"#EXTM3U", b"ffconcat", b"v=0"];
    plain && !head.is_empty() && !followed.iter().any(|mark| start.starts_with(mark))
}
