//! Films, by the system's ffmpeg: probed, brought into a form that every phone plays, and proved to
//! be whole.
//!
//! ffmpeg gets a local file and the name of its container, never an address and never a guess: a
//! playlist that calls itself a film would otherwise make it read other files.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;

use super::order::Order;
use super::programs::{keep_copy, program, run, said};
use crate::media::copies;
use crate::media::facts::Facts;
use crate::media::flaw::Flaw;
use crate::media::format::Format;
use crate::media::picture;
use crate::media::render::{self, Drawn};

/// The most pixels of one frame.
const PIXELS: u64 = 40_000_000;

/// The longest film that is taken, in seconds.
const LONGEST: i64 = 3600;

/// The short side of a film that has to be encoded anew, in pixels.
const SHORT: u32 = 720;

/// The most bits a second of a film that is copied as it is.
const COPIED: u64 = 6_500_000;

/// Pictures taken out of a film for finding it again, at most.
const FRAMES: i64 = 120;

/// What a film holds.
#[derive(Clone, Debug, Default, PartialEq)]
struct Film {
    codec: String,
    pixels: String,
    transfer: String,
    width: u32,
    height: u32,
    /// Of the longer of picture and sound.
    milliseconds: Option<i64>,
    bits: u64,
    /// Codec of its sound; empty without sound.
    sound: String,
}

impl Film {
    /// Whether every phone plays it as it is.
    fn is_fit(&self, format: Format) -> bool {
        matches!(format, Format::Mp4 | Format::Mov)
            && self.codec == "h264"
            && self.pixels == "yuv420p"
            // Bright ones have eight bits too, from some telephones.
            && !self.is_bright()
            && self.width.min(self.height) <= 1080
            && (1..=COPIED).contains(&self.bits)
            && matches!(self.sound.as_str(), "" | "aac")
    }

    fn is_bright(&self) -> bool {
        matches!(self.transfer.as_str(), "smpte2084" | "arib-std-b67")
    }
}

/// Adds to `facts` what ffprobe says; without the program they stay as they are.
///
/// # Errors
/// [`Flaw::Corrupt`] for what holds no moving picture; [`Flaw::TooManyPixels`]; [`Flaw::TooLong`].
pub(super) fn read(order: &Order, mut facts: Facts) -> Result<Facts, Flaw> {
    if let Some(film) = probe(order, &order.file, facts.format)? {
        facts.width = Some(film.width);
        facts.height = Some(film.height);
        facts.milliseconds = film.milliseconds.or(facts.milliseconds);
    }
    let seconds = facts.milliseconds.unwrap_or(0) / 1000;
    if seconds > LONGEST {
        return Err(Flaw::TooLong { seconds, most: LONGEST });
    }
    Ok(facts)
}

fn container(format: Format) -> &'static str {
    match format {
        Format::Webm | Format::Mkv => "matroska",
        _ => "mov",
    }
}

fn words(words: &str) -> impl Iterator<Item = OsString> {
    words.split(' ').map(OsString::from)
}

fn input(path: &Path, format: Format) -> Vec<OsString> {
    let mut file = OsString::from("file:");
    file.push(path);
    let forced = format!("-protocol_whitelist file,pipe -f {} -i", container(format));
    words(&forced).chain([file]).collect()
}

fn probe(order: &Order, path: &Path, format: Format) -> Result<Option<Film>, Flaw> {
    let Some(ffprobe) = program(order, "ffprobe") else { return Ok(None) };
    let asked = "-v error -of json -show_entries stream=codec_type,codec_name,width,height,pix_fmt,\
                 color_transfer,duration:stream_side_data=rotation:format=duration,bit_rate";
    let told = said(order, &ffprobe, words(asked).chain(input(path, format)))?;
    let told: Value = serde_json::from_slice(&told).map_err(|_| Flaw::Corrupt)?;
    film(&told).map(Some)
}

fn film(told: &Value) -> Result<Film, Flaw> {
    let of = |kind: &str| {
        told["streams"].as_array().and_then(|all| all.iter().find(|s| s["codec_type"] == kind))
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let side = |value: &Value| value.as_u64().and_then(|side| u32::try_from(side).ok());
    let picture = of("video").ok_or(Flaw::Corrupt)?;
    let (width, height) =
        side(&picture["width"]).zip(side(&picture["height"])).ok_or(Flaw::Corrupt)?;
    if width == 0 || height == 0 {
        return Err(Flaw::Corrupt);
    }
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(Flaw::TooManyPixels { width, height });
    }
    let turns = picture["side_data_list"].as_array();
    let turn = turns.and_then(|all| all.iter().find_map(|data| data["rotation"].as_i64()));
    let sideways = turn.unwrap_or(0).rem_euclid(180) == 90;
    let (width, height) = if sideways { (height, width) } else { (width, height) };
    let lengths = [Some(picture), of("audio")].into_iter().flatten();
    let length = lengths.filter_map(|stream| milliseconds(&stream["duration"])).max();
    Ok(Film {
        codec: text(&picture["codec_name"]),
        pixels: text(&picture["pix_fmt"]),
        transfer: text(&picture["color_transfer"]),
        width,
        height,
        milliseconds: length.or_else(|| milliseconds(&told["format"]["duration"])),
        bits: told["format"]["bit_rate"].as_str().and_then(|bits| bits.parse().ok()).unwrap_or(0),
        sound: of("audio").map(|sound| text(&sound["codec_name"])).unwrap_or_default(),
    })
}

/// `4.071000` as 4071; the digits behind the third are dropped.
fn milliseconds(value: &Value) -> Option<i64> {
    let (whole, part) = value.as_str()?.split_once('.')?;
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(part.parse().ok()?)
}

/// Draws a film for the public and pictures of its face. Without ffmpeg it is shown as it is, without
/// what it says of who filmed it.
///
/// # Errors
/// [`Flaw::Truncated`] where less comes out than the film says it holds.
pub(super) fn draw(order: &Order, format: Format) -> Result<Vec<Drawn>, Flaw> {
    let known = probe(order, &order.file, format)?;
    let (Some(ffmpeg), Some(source)) = (program(order, "ffmpeg"), known) else {
        let bytes = std::fs::read(&order.file).map_err(|_| Flaw::Corrupt)?;
        return copies::copies(&bytes)?.iter().map(|copy| keep_copy(order, copy)).collect();
    };
    let out = order.folder.join("film.mp4");
    run(order, &ffmpeg, encoding(order, &source, format, &out))?;
    let made = probe(order, &out, Format::Mp4)?.ok_or(Flaw::Stopped)?;
    whole(&source, &made)?;
    let mut drawn = vec![Drawn {
        name: "film".to_owned(),
        format: "mp4".to_owned(),
        width: made.width,
        height: made.height,
        bytes: std::fs::metadata(&out).map_err(|_| Flaw::Stopped)?.len(),
        colour: None,
    }];
    let length = made.milliseconds.unwrap_or(0);
    for copy in face(order, &ffmpeg, &out, length)? {
        drawn.push(keep_copy(order, &copy)?);
    }
    frames(order, &ffmpeg, &out, length)?;
    Ok(drawn)
}

/// ffmpeg ends well with half a film when the other half is missing; so lengths are compared.
fn whole(source: &Film, made: &Film) -> Result<(), Flaw> {
    let (Some(wanted), Some(found)) = (source.milliseconds, made.milliseconds) else {
        return Ok(());
    };
    if found + (wanted / 50).max(500) < wanted { Err(Flaw::Truncated) } else { Ok(()) }
}

fn encoding(order: &Order, source: &Film, format: Format, out: &Path) -> Vec<OsString> {
    let mut told: Vec<OsString> =
        words("-nostdin -hide_banner -loglevel error -y -max_pixels 40000000 -nostats").collect();
    told.extend(["-progress".into(), order.folder.join("progress").into_os_string()]);
    told.extend(input(&order.file, format));
    told.extend(words("-map 0:v:0 -map 0:a:0? -sn -dn -map_metadata -1 -map_chapters -1"));
    if source.is_fit(format) {
        told.extend(words("-c copy"));
    } else {
        told.extend(["-vf".into(), filter(source).into()]);
        told.extend(words(
            "-c:v libx264 -preset veryfast -crf 23 -maxrate 3M -bufsize 6M -pix_fmt yuv420p -g 60 \
             -fpsmax 60 -c:a aac -b:a 128k -ac 2 -threads 2",
        ));
    }
    told.extend(words("-movflags +faststart -f mp4 -t"));
    // A second more: lengths are rounded.
    told.push((LONGEST + 1).to_string().into());
    let mut file = OsString::from("file:");
    file.push(out);
    told.push(file);
    told
}

/// Makes a film no larger than it is, its sides even, its colours those of a common screen.
fn filter(source: &Film) -> String {
    let short = source.width.min(source.height).min(SHORT) / 2 * 2;
    let scale = format!("scale='if(gt(iw,ih),-2,{short})':'if(gt(iw,ih),{short},-2)'");
    if source.is_bright() {
        let tone = "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,\
                    tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p";
        format!("{scale},{tone}")
    } else {
        scale
    }
}

/// The picture that stands for a film: from its first second, or its tenth part if it is shorter.
fn face(order: &Order, ffmpeg: &Path, film: &Path, length: i64) -> Result<Vec<render::Copy>, Flaw> {
    let picture = order.folder.join("face.png");
    let at = (length / 10).min(1000);
    let mut told: Vec<OsString> = words("-nostdin -loglevel error -y -ss").collect();
    told.push(format!("{}.{:03}", at / 1000, at % 1000).into());
    told.extend(input(film, Format::Mp4));
    told.extend(words("-frames:v 1 -update 1"));
    told.push(picture.clone().into_os_string());
    run(order, ffmpeg, told)?;
    let bytes = std::fs::read(picture).map_err(|_| Flaw::Corrupt)?;
    render::copies_of(picture::open(&bytes, render::LARGEST)?)
}

/// Small grey pictures out of a film, one after the other in one file, for finding it again.
fn frames(order: &Order, ffmpeg: &Path, film: &Path, length: i64) -> Result<(), Flaw> {
    let mut told: Vec<OsString> = words("-nostdin -loglevel error -y").collect();
    told.extend(input(film, Format::Mp4));
    // Two a second, fewer of a long film.
    let rate = if length > FRAMES * 500 { format!("{FRAMES}000/{length}") } else { "2".to_owned() };
    told.extend(["-vf".into(), format!("fps={rate},scale=64:64:flags=area,format=gray").into()]);
    told.extend(words(&format!("-frames:v {FRAMES} -an -f rawvideo")));
    told.push(order.folder.join(super::order::FRAMES).into_os_string());
    run(order, ffmpeg, told)
}
