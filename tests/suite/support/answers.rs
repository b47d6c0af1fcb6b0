//! Files that lie beside this repository, and what is to come of those that are hostile.

use std::path::{Path, PathBuf};

use hoithi::media::{Decoder, Error, Flaw, Format};

/// Says what a test could not look at.
#[expect(clippy::print_stderr, reason = "a test that has nothing to look at must not look passed")]
pub fn note(what: &str) {
    eprintln!("{what}");
}

/// The folder of files that lies beside this repository; says so where there is none.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let roots = ["../shared", "../../shared"].map(|shared| root.join(shared).join(folder));
    let found = roots.into_iter().find(|root| root.join("MANIFEST.csv").exists());
    if found.is_none() {
        note(&format!("no folder ../shared/{folder}: the files in it are not looked at"));
    }
    found
}

/// Rows of its list.
pub fn listed(root: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(root.join("MANIFEST.csv")).unwrap();
    reader.records().flatten().map(|row| row.iter().map(str::to_owned).collect()).collect()
}

/// What comes of a file that is sent: nothing, or the code of its refusal.
pub async fn answer(decoder: &Decoder, path: &Path) -> Result<Format, Flaw> {
    let flaw = |error| match error {
        Error::Flaw(flaw) => flaw,
        other => panic!("{}: {other}", path.display()),
    };
    let facts = decoder.read(path).await.map_err(flaw)?;
    if facts.format.kind() == hoithi::media::Kind::Video {
        let (tell, _told) = tokio::sync::watch::channel(0);
        decoder.draw_film(path, &tell).await.map_err(flaw)?;
    } else {
        decoder.draw(path).await.map_err(flaw)?;
    }
    Ok(facts.format)
}

/// Whether an answer is the one that the list names.
pub fn is_as_listed(wanted: &str, name: &str, answer: &Result<Format, Flaw>) -> bool {
    let code = answer.as_ref().err().map(Flaw::code);
    let damaged = matches!(code, Some("file-corrupt" | "file-truncated"));
    // A GIF is a picture; whether it is taken is for a contest's rules to say.
    if name == "image/gif.gif" {
        return *answer == Ok(Format::Gif);
    }
    let has = |words: &str| wanted.contains(words);
    if has("any of both") || has("422 or") || has("or 422") || has("or bounded") || has("(or") {
        return code != Some("file-stopped");
    }
    if wanted.starts_with("accept") {
        return code.is_none();
    }
    match () {
        () if has("too_many_pixels") => code == Some("file-too-many-pixels"),
        () if has("empty") => code == Some("file-empty"),
        () if has("unknown type") || has("unsupported type") => code == Some("file-unknown"),
        () if has("encrypted or old") => code == Some("file-locked"),
        () if has("DTD") || has("too long") => code == Some("file-unsafe"),
        () if has("once unpacked") => code.is_some(),
        // Nothing of the first bytes may be left in a file that is called damaged.
        () => damaged || (name.starts_with("corpus/pngsuite/") && code == Some("file-unknown")),
    }
}
