//! What a HEIC or AVIF file claims, read from its boxes before anything is decoded.

use std::collections::HashSet;

use super::flaw::Flaw;
use super::movie::{Boxes, inside};

/// The largest part of a file in which its description may lie, in bytes.
const HEAD: usize = 8 << 20;

/// Width and height of the main picture, upright, in pixels; and of the largest part in the file,
/// for the pixel limit.
pub(super) struct Claim {
    /// Of the main picture.
    pub size: (u32, u32),
    /// Of the largest.
    pub largest: (u32, u32),
}

/// Reads it.
///
/// # Errors
/// [`Flaw::Truncated`] where a box ends behind the file; [`Flaw::Corrupt`] without a description.
pub(super) fn claim(file: &[u8]) -> Result<Claim, Flaw> {
    whole(file)?;
    let head = &file[..file.len().min(HEAD)];
    let meta = inside(head, &[*b"meta"]).and_then(|meta| meta.get(4..)).ok_or(Flaw::Corrupt)?;
    let properties = inside(meta, &[*b"iprp", *b"ipco"]).ok_or(Flaw::Corrupt)?;
    let properties: Vec<_> = Boxes(properties).collect();
    let sizes =
        properties.iter().filter(|&(kind, _body)| kind == b"ispe").map(|(_kind, body)| size(body));
    let sizes = sizes.flatten().collect::<Vec<_>>();
    let area = |(width, height): &(u32, u32)| u64::from(*width) * u64::from(*height);
    let largest = sizes.iter().copied().max_by_key(area).ok_or(Flaw::Corrupt)?;
    let main = main_properties(meta).unwrap_or_default();
    let of_main = || main.iter().filter_map(|index| properties.get(index.checked_sub(1)?));
    let stored = of_main().find_map(|(kind, body)| if kind == b"ispe" { size(body) } else { None });
    let (width, height) = stored.unwrap_or(largest);
    let turned = of_main().any(|(kind, body)| {
        kind == b"irot" && body.first().is_some_and(|quarters| quarters % 2 == 1)
    });
    Ok(Claim { size: if turned { (height, width) } else { (width, height) }, largest })
}

/// Checks that no box ends behind the file.
fn whole(file: &[u8]) -> Result<(), Flaw> {
    let mut at = 0_u64;
    let end = file.len() as u64;
    while at + 8 <= end {
        let rest = &file[usize::try_from(at).unwrap_or(usize::MAX)..];
        let size = match number(rest, 4).unwrap_or_default() {
            0 => return Ok(()),
            1 => number(rest.get(8..).unwrap_or_default(), 8).unwrap_or_default(),
            size => size,
        };
        at = at.checked_add(size).filter(|_| size >= 8).ok_or(Flaw::Corrupt)?;
    }
    if at > end { Err(Flaw::Truncated) } else { Ok(()) }
}

/// A number of so many bytes, the largest first.
fn number(bytes: &[u8], length: usize) -> Option<u64> {
    Some(bytes.get(..length)?.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

fn size(ispe: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| number(ispe.get(at..)?, 4).and_then(|side| u32::try_from(side).ok());
    Some((side(4)?, side(8)?))
}

/// Kinds of items that are pictures.
const PICTURES: [&[u8; 4]; 6] = [b"hvc1", b"av01", b"grid", b"iden", b"iovl", b"jpeg"];

/// Which of the pictures that stand for themselves the main one is, from 1 on, in the order of their
/// numbers: thumbnails, depths and tiles do not count.
pub(super) fn place(file: &[u8]) -> Option<usize> {
    let head = &file[..file.len().min(HEAD)];
    let meta = inside(head, &[*b"meta"])?.get(4..)?;
    let main = main_item(meta)?;
    let iinf = inside(meta, &[*b"iinf"])?;
    let entries = iinf.get(if *iinf.first()? == 0 { 6 } else { 8 }..)?;
    let leaning = leaning(meta);
    let own = Boxes(entries).filter_map(|(_, infe)| shown(infe)).filter(|id| !leaning.contains(id));
    let before = own.filter(|id| *id <= main).count();
    (before > 0).then_some(before)
}

/// The number of an item that is a picture and not hidden.
fn shown(infe: &[u8]) -> Option<u64> {
    let length = if *infe.first()? >= 3 { 4 } else { 2 };
    let is_hidden = infe.get(3)? & 1 == 1;
    let kind = infe.get(4 + length + 2..)?.get(..4)?;
    let is_picture = PICTURES.iter().any(|picture| *picture == kind);
    (is_picture && !is_hidden).then(|| number(infe.get(4..)?, length))?
}

/// Items that only belong to another: its thumbnail, its depth.
fn leaning(meta: &[u8]) -> HashSet<u64> {
    let Some(iref) = inside(meta, &[*b"iref"]) else { return HashSet::new() };
    let length = if iref.first() == Some(&0) { 2 } else { 4 };
    let of = |(kind, body): ([u8; 4], &[u8])| {
        matches!(&kind, b"thmb" | b"auxl").then(|| number(body, length))?
    };
    Boxes(iref.get(4..).unwrap_or_default()).filter_map(of).collect()
}

/// The number of the main picture.
fn main_item(meta: &[u8]) -> Option<u64> {
    let pitm = inside(meta, &[*b"pitm"])?;
    number(pitm.get(4..)?, if *pitm.first()? > 0 { 4 } else { 2 })
}

/// The properties of the main picture, by their places (from 1 on) in the list of all.
fn main_properties(meta: &[u8]) -> Option<Vec<usize>> {
    let main = main_item(meta)?;
    let ipma = inside(meta, &[*b"iprp", *b"ipma"])?;
    let (wide_item, wide_index) = (*ipma.first()? > 0, ipma.get(3)? & 1 == 1);
    let count = number(ipma.get(4..)?, 4)?;
    let mut at = 8;
    for _ in 0..count {
        let length = if wide_item { 4 } else { 2 };
        let item = number(ipma.get(at..)?, length)?;
        let held = usize::from(*ipma.get(at + length)?);
        at += length + 1;
        let step = if wide_index { 2 } else { 1 };
        let body = ipma.get(at..at + held * step)?;
        at += held * step;
        if item == main {
            // The highest bit says that a reader has to know the property.
            let mask = if wide_index { 0x7fff } else { 0x7f };
            let index = |entry: &[u8]| usize::try_from(number(entry, step)? & mask).ok();
            return body.chunks_exact(step).map(index).collect();
        }
    }
    None
}
