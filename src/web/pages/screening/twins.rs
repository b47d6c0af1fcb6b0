//! Works that look or read like an entry's, side by side with it.

use entity::id::{EntryId, FileId};

use crate::app::App;
use crate::web::Result;
use crate::web::pages::entry::state_key;
use crate::{contest, entry, media};

/// Characters of a text that stand beside another.
const BEGINNING: usize = 1500;

/// A work beside one that it is like.
pub struct Twin {
    /// Address of the other entry's page, where the screener may see it.
    pub link: String,
    /// Its title.
    pub title: String,
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
pub(super) async fn twins(app: &App, id: EntryId) -> Result<Vec<Twin>> {
    let alike = entry::alike(&app.db, id).await?;
    let files = alike.iter().flat_map(|twin| [twin.own.file_id, twin.part.file_id]).flatten();
    let files = media::files(&app.db, files).await?;
    let contests = contest::slugs(&app.db, alike.iter().map(|twin| twin.entry.contest_id)).await?;
    let pictured = |id: Option<FileId>| {
        let file = files.iter().find(|file| Some(file.id) == id)?;
        media::is_pictured(file).then(|| format!("/media/{}", file.id))
    };
    let beginning = |text: &Option<String>| {
        text.as_ref().map(|text| text.chars().take(BEGINNING).collect::<String>())
    };
    let twin = |twin: entry::Alike| Twin {
        link: contests.get(&twin.entry.contest_id).map_or_else(String::new, |slug| {
            format!("/desk/contests/{slug}/screening/{}", twin.entry.code)
        }),
        alike: match twin.shape.as_str() {
            "film" | "text" => 100 - twin.distance,
            _ => 100 - twin.distance * 100 / 256,
        },
        shape: format!("alike-{}", twin.shape),
        state: state_key(twin.entry.state),
        pictures: pictured(twin.own.file_id).zip(pictured(twin.part.file_id)),
        texts: beginning(&twin.own.body).zip(beginning(&twin.part.body)),
        title: twin.entry.title,
    };
    Ok(alike.into_iter().map(twin).collect())
}
