//! Posters with codes of squares: of a contest, and of its group links, hundreds in one document.

use actix_web::web::{Data, Path, Query};
use askama::Template;
use entity::vote_link;

use crate::app::App;
use crate::contest::Contest;
use crate::pdf::{A4, Book, Error, GREY, Head, INK, Letters, MM, Plate, RED, Weight};
use crate::refusal::Kind;
use crate::web::group::Group;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page, pdf};
use crate::{entry, unit, voting, words};

/// Most posters in one document.
pub const MOST: u32 = 500;
/// Most links that a search shows.
const FOUND: usize = 20;

/// The desk's page of posters.
#[derive(Template)]
#[template(path = "poster/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Name of the contest in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Whether the public sees the contest, so that a poster leads somewhere.
    pub is_public: bool,
    /// Whether the public votes, so that links may be made.
    pub has_votes: bool,
    /// How many links there are.
    pub count: usize,
    /// Documents: number, first and last link.
    pub parts: Vec<(u32, u32, u32)>,
    /// What was searched for.
    pub asked: String,
    /// Links that were found: number, group.
    pub found: Vec<(i32, String)>,
    /// The code or number of a work that was searched for.
    pub asked_work: String,
    /// The work that was found: code, title.
    pub work: Option<(String, String)>,
}

/// What is searched for.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Asked {
    /// A group's name, or a link's number.
    #[serde(default)]
    q: String,
    /// A work's code or number.
    #[serde(default)]
    work: String,
}

/// Shows which posters there are.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn index(
    app: Data<App>,
    v: View,
    Organised(contest, _): Organised,
    asked: Query<Asked>,
) -> Result {
    let links = voting::links(&app.db, contest.id()).await?;
    let Asked { q, work: asked_work } = asked.into_inner();
    let asked = q.trim().to_owned();
    let work = entry::by_code_or_number(&app.db, contest.id(), asked_work.trim()).await?;
    let last = links.last().map_or(0, |link| u32::try_from(link.number).unwrap_or(0));
    let parts = (0..last.div_ceil(MOST))
        .map(|part| (part + 1, part * MOST + 1, ((part + 1) * MOST).min(last)));
    let folded = words::fold(&asked);
    let fits = |link: &&vote_link::Model| {
        link.number.to_string() == asked || words::fold(&link.label).contains(&folded)
    };
    let found = links.iter().filter(|_| !asked.is_empty()).filter(fits).take(FOUND);
    page(&Index {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        is_public: contest.is_public(),
        has_votes: contest.definition.voting.is_some(),
        count: links.len(),
        parts: parts.collect(),
        found: found.map(|link| (link.number, link.label.clone())).collect(),
        asked,
        asked_work: asked_work.trim().to_owned(),
        work: work.map(|work| (work.code, work.title)),
        v,
    })
}

/// Which posters are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Which {
    /// The contest's own.
    Contest,
    /// A part of those of its group links.
    Part(u32),
    /// That of one group link.
    Link(u32),
    /// That of the work with this code.
    Work(String),
}

impl Which {
    /// What a name such as `part-2.pdf` asks for.
    fn of(name: &str) -> Option<Self> {
        let name = name.strip_suffix(".pdf")?;
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        match name.split_once('-') {
            None => (name == "contest").then_some(Self::Contest),
            Some(("part", text)) => number(text).map(Self::Part),
            Some(("link", text)) => number(text).map(Self::Link),
            Some(("work", code)) => Some(Self::Work(code.to_owned())),
            Some(_) => None,
        }
    }

    /// First and last link.
    fn links(&self) -> Option<(u32, u32)> {
        match self {
            Self::Contest | Self::Work(_) => None,
            Self::Part(part) => {
                let before = (part - 1).saturating_mul(MOST);
                Some((before.saturating_add(1), before.saturating_add(MOST)))
            }
            Self::Link(number) => Some((*number, *number)),
        }
    }
}

/// Sends posters as a PDF: `contest.pdf`, `part-1.pdf` with the first links, `link-12.pdf`,
/// `work-ABCD2345.pdf`.
///
/// # Errors
/// Forbidden to anybody but organisers; not found where there is no such link or work, or the public
/// does not see the contest yet.
pub async fn show(
    app: Data<App>,
    v: View,
    Organised(contest, _): Organised,
    path: Path<(String, String)>,
) -> Result {
    let (slug, name) = path.into_inner();
    let nothing = || Failure::new(Kind::NotFound, "nothing-here");
    let which = Which::of(&name).ok_or_else(nothing)?;
    if !contest.is_public() {
        return Err(Failure::new(Kind::NotFound, "poster-not-yet"));
    }
    let posters = posters(&app, &v, &contest, &which).await?;
    if posters.is_empty() {
        return Err(nothing());
    }
    let sheet = sheet(&app, &v, &contest, &which).await?;
    let stem = name.trim_end_matches(".pdf").to_owned();
    pdf::send(format!("{slug}-{stem}"), move || written(&v, &sheet, &posters)).await
}

/// What all posters of a document say.
struct Sheet {
    head: Head,
    unit: String,
    contest: String,
    call: String,
    until: Option<String>,
}

/// What one of them says.
struct Poster {
    group: String,
    foot: String,
    address: String,
}

async fn posters(
    app: &App,
    v: &View,
    contest: &Contest,
    which: &Which,
) -> std::result::Result<Vec<Poster>, Failure> {
    if let Some(span) = which.links() {
        let links = voting::links_between(&app.db, contest.id(), span).await?;
        return Ok(links.iter().map(|link| poster(app, v, link)).collect());
    }
    let Which::Work(code) = which else {
        let (group, foot) = (String::new(), String::new());
        let address = format!("{}/contests/{}", v.base, contest.slug());
        return Ok(vec![Poster { group, foot, address }]);
    };
    let work = entry::by_code_or_number(&app.db, contest.id(), code).await?;
    let of = |work: entity::entry::Model| Poster {
        group: work.title,
        foot: format!("{}/b/{}", v.host(), work.code),
        address: format!("{}/b/{}", v.base, work.code),
    };
    Ok(work.map(of).into_iter().collect())
}

fn poster(app: &App, v: &View, link: &vote_link::Model) -> Poster {
    let address = format!("{}/v/{}", v.base, Group::of(link).text(app));
    let until = v.t1("link-until", "until", v.deadline(&link.expires_at));
    let number = v.t1("poster-number", "number", i64::from(link.number));
    Poster { group: link.label.clone(), foot: format!("{number} · {until}"), address }
}

async fn sheet(
    app: &App,
    v: &View,
    contest: &Contest,
    which: &Which,
) -> std::result::Result<Sheet, Failure> {
    use crate::contest::definition::PhaseKind;
    let (call, kind) = match which {
        Which::Contest => ("poster-enter", PhaseKind::Intake),
        _ => ("poster-vote", PhaseKind::Voting),
    };
    let title = contest.definition.title.read(v.lang.is_english()).to_owned();
    let closes = contest.windows(kind).last().map(|window| v.deadline(&window.closes));
    Ok(Sheet {
        head: Head {
            title: format!("{} – {title}", v.t("posters")),
            language: v.tag(),
            at: contest.row.created_at,
        },
        unit: unit::by_id(&app.db, contest.row.unit_id).await?.name,
        contest: title,
        call: v.t(call),
        until: closes.map(|closes| v.t1("poster-until", "until", closes)),
    })
}

fn written(v: &View, sheet: &Sheet, posters: &[Poster]) -> std::result::Result<Vec<u8>, Error> {
    let mut book = Book::new(sheet.head.clone());
    for poster in posters {
        set(&mut book, v, sheet, poster)?;
    }
    book.bytes()
}

/// Sets one poster on a page of A4.
fn set(
    book: &mut Book,
    v: &View,
    sheet: &Sheet,
    poster: &Poster,
) -> std::result::Result<(), Error> {
    let text = A4.0 - 40.0 * MM;
    let letters = |weight, size, colour| Letters { weight, size, colour };
    let (plain, bold) = (Weight::Regular, Weight::Bold);
    let chapter = if poster.group.is_empty() { &sheet.contest } else { &poster.group };
    let mut plate = Plate::new(book, A4, chapter);
    plate.frame(10.0 * MM, 2.0, RED);
    plate.y = 20.0 * MM;
    plate.fit(&sheet.unit, letters(bold, 15.0, INK), &[(15.0, 1), (12.0, 2)], text);
    plate.y += 4.0 * MM;
    let title = &[(38.0, 1), (32.0, 2), (26.0, 3), (20.0, 4)];
    let size = plate.size_of(&sheet.contest, bold, title, text);
    plate.heading(&sheet.contest, letters(bold, size, RED), text);
    plate.y += 4.0 * MM;
    plate.text(&sheet.call, letters(bold, 20.0, INK), text);
    plate.y += 5.0 * MM;
    let side = 100.0 * MM;
    let at = ((A4.0 - side) / 2.0, plate.y);
    plate.code(
        &poster.address,
        at,
        side,
        &v.t1("poster-qr", "address", poster.address.as_str()),
    )?;
    plate.y += side + 6.0 * MM;
    if !poster.group.is_empty() {
        let sizes = &[(24.0, 1), (20.0, 2), (15.0, 3)];
        plate.fit(&poster.group, letters(bold, 24.0, INK), sizes, text);
        plate.y += 2.0 * MM;
    }
    if let Some(until) = &sheet.until {
        plate.text(until, letters(plain, 14.0, INK), text);
    }
    plate.y = plate.y.max(A4.1 - 46.0 * MM);
    if poster.group.is_empty() {
        plate.text(&poster.address, letters(plain, 12.0, INK), text);
    } else {
        plate.text(&poster.foot, letters(plain, 10.0, GREY), text);
        plate.text(&v.t1("vote-official", "host", v.host()), letters(plain, 12.0, INK), text);
        plate.text(&v.t("link-know-password"), letters(plain, 10.0, GREY), text);
    }
    Ok(())
}
