//! Works that look or read like an entry's, side by side with it.

use std::collections::HashMap;

use entity::file;
use entity::id::FileId;

use crate::app::App;
use crate::media::Format;
use crate::web::pages::entry::state_key;
use crate::web::{Result, View};
use crate::{contest, entry, media, results};

/// Characters of a text that stand beside another, and bytes in which they lie at the most.
const BEGINNING: (usize, u64) = (1500, 6000);

/// A work beside one that it is like.
pub struct Twin {
    /// Address of the other entry's page, where the screener may see it.
    pub link: String,
    /// Its title.
    pub title: String,
    /// The contest that it was sent to, where that is another one.
    pub contest: Option<String>,
    /// Whether it won a prize there.
    pub has_won: bool,
    /// Key of its state's words.
    pub state: &'static str,
    /// Key of the words for what they have in common.
    pub shape: String,
    /// How alike, in per cent.
    pub alike: i32,
    /// Pictures of both: addresses without size and ending.
    pub pictures: Option<(String, String)>,
    /// Beginnings of both texts.
    pub texts: Option<(String, String)>,
}

/// Works that look or read like an entry's, each beside its own.
pub(super) async fn twins(app: &App, v: &View, own: &entity::entry::Model) -> Result<Vec<Twin>> {
    let alike = entry::alike(&app.db, own.id).await?;
    if alike.is_empty() {
        return Ok(Vec::new());
    }
    let files = alike.iter().flat_map(|twin| [twin.own.file_id, twin.part.file_id]).flatten();
    let files = media::files(&app.db, files).await?;
    let texts = texts(app, &files).await?;
    let contests = alike.iter().map(|twin| twin.entry.contest_id);
    let contests = contest::by_ids(&app.db, contests).await?;
    let winners = results::winners(&app.db, alike.iter().map(|twin| twin.entry.id)).await?;
    let pictured = |id: Option<FileId>| {
        let file = files.iter().find(|file| Some(file.id) == id)?;
        media::is_pictured(file).then(|| format!("/media/{}", file.id))
    };
    let text = |part: &entity::part::Model| {
        part.body.as_deref().map(beginning).or_else(|| texts.get(&part.file_id?).cloned())
    };
    let twin = |twin: entry::Alike| {
        let of = contests.iter().find(|contest| contest.id() == twin.entry.contest_id);
        Twin {
            link: of.map_or_else(String::new, |contest| {
                format!("/desk/contests/{}/screening/{}", contest.slug(), twin.entry.code)
            }),
            contest: of
                .filter(|contest| contest.id() != own.contest_id)
                .map(|contest| contest.definition.title.read(v.lang.is_english()).to_owned()),
            has_won: winners.contains(&twin.entry.id),
            alike: match twin.shape.as_str() {
                "film" | "text" => 100 - twin.distance,
                _ => 100 - twin.distance * 100 / 256,
            },
            shape: format!("alike-{}", twin.shape),
            state: state_key(twin.entry.state),
            pictures: pictured(twin.own.file_id).zip(pictured(twin.part.file_id)),
            texts: text(&twin.own).zip(text(&twin.part)),
            title: twin.entry.title,
        }
    };
    Ok(alike.into_iter().map(twin).collect())
}

/// How the texts of documents begin; where the store is away the works stand there without.
async fn texts(app: &App, files: &[file::Model]) -> Result<HashMap<FileId, String>> {
    let is_document = |file: &&file::Model| {
        Format::of_name(&file.format).is_some_and(|format| format.kind() == media::Kind::Document)
    };
    let mut texts = HashMap::new();
    for file in files.iter().filter(is_document) {
        let Some(copy) = media::copy(&app.db, file.id, "text", "txt").await? else { continue };
        match app.store.range(&copy.storage_key, 0..BEGINNING.1).await {
            Ok(bytes) => drop(texts.insert(file.id, beginning(&String::from_utf8_lossy(&bytes)))),
            Err(error) => tracing::warn!("the text of a document cannot be shown: {error}"),
        }
    }
    Ok(texts)
}

fn beginning(text: &str) -> String {
    text.chars().take(BEGINNING.0).collect()
}
