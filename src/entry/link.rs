//! Addresses of works published elsewhere, each in its one normal form.
//!
//! Two spellings of one address must meet, or a work enters twice. What only says where a visitor
//! came from is dropped; what names the work stays.

/// An address that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The host, lower case, without `www.` and `m.`.
    pub host: String,
    /// The normal form: what makes two addresses the same work.
    pub key: String,
}

/// Parts of a query that name a work on sites that we know; everything else is dropped there.
const NAMING: [&str; 6] = ["v", "id", "story_fbid", "fbid", "list", "set"];

/// Parts of a query that only say where a visitor came from; on other sites these alone are dropped,
/// for anything else may name the work.
const TRACKING: [&str; 7] = ["fbclid", "gclid", "igsh", "igshid", "ref", "si", "zarsrc"];

/// Sites whose addresses we know.
const KNOWN: [&str; 8] = [
    "youtube.com",
    "youtu.be",
    "tiktok.com",
    "facebook.com",
    "fb.com",
    "fb.watch",
    "google.com",
    "instagram.com",
];

/// How the normal form of a shortened address begins: which work it leads to is not known.
const SHORT: &str = "short:";

/// Reads an address; `None` for what is no public web address.
#[must_use]
pub fn read(typed: &str) -> Option<Link> {
    let typed = typed.trim();
    if typed.len() > 2000 || typed.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let rest = match typed.split_once("://") {
        Some((scheme, rest)) if is_web(scheme) => rest,
        Some(_) => return None,
        None => typed,
    };
    let rest = unescaped(rest.split('#').next()?);
    let (address, query) = rest.split_once('?').unwrap_or((&rest, ""));
    let (authority, path) = address.split_once('/').unwrap_or((address, ""));
    let host = host(authority)?;
    let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let key = known(&host, &path, query).unwrap_or_else(|| general(&host, &path, query));
    Some(Link { host, key })
}

/// Where the players come from that [`player`] names.
pub const PLAYERS: [&str; 4] = [
    "https://www.youtube-nocookie.com",
    "https://www.tiktok.com",
    "https://drive.google.com",
    "https://www.facebook.com",
];

/// The address of a player of this work, on a site that offers one to pages of others.
#[must_use]
pub fn player(typed: &str) -> Option<String> {
    let link = read(typed)?;
    let (site, id) = link.key.split_once(':')?;
    let named = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if id.is_empty() || !id.bytes().all(named) {
        return None;
    }
    let [youtube, tiktok, drive, facebook] = PLAYERS;
    match site {
        "youtube" => Some(format!("{youtube}/embed/{id}")),
        "tiktok" => Some(format!("{tiktok}/player/v1/{id}")),
        // A folder has no player.
        "drive" if !typed.contains("/folders/") && link.host == "drive.google.com" => {
            Some(format!("{drive}/file/d/{id}/preview"))
        }
        "facebook" => {
            let kind = if ["/videos/", "/watch", "/reel/"].iter().any(|part| typed.contains(part)) {
                "video"
            } else {
                "post"
            };
            let address: String = typed.trim().bytes().map(escaped).collect();
            Some(format!("{facebook}/plugins/{kind}.php?href={address}"))
        }
        _ => None,
    }
}

/// A byte as it stands in a query's value.
fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// Whether an address lies on one of these hosts or below them.
#[must_use]
pub fn is_on(link: &Link, hosts: &[String]) -> bool {
    hosts.iter().any(|host| {
        let host = plain_host(&host.to_ascii_lowercase());
        link.host == host
            || link.host.ends_with(&format!(".{host}"))
            || (host == "youtube.com" && link.host == "youtu.be")
            || (host == "facebook.com" && matches!(link.host.as_str(), "fb.watch" | "fb.com"))
    })
}

/// Whether it is a shortened address, under which a work may enter beside its full one.
#[must_use]
pub fn is_short(link: &Link) -> bool {
    link.key.starts_with(SHORT)
}

/// An address whose letters and digits stand as themselves, which browsers take for the same.
fn unescaped(written: &str) -> String {
    let mut parts = written.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok());
        let letter = code.filter(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(b));
        match letter {
            Some(letter) => plain.push(char::from(letter)),
            None => plain.extend(["%", &part.get(..2).unwrap_or(part).to_ascii_uppercase()]),
        }
        plain.push_str(part.get(2..).unwrap_or_default());
    }
    plain
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

fn host(authority: &str) -> Option<String> {
    let host = authority.strip_suffix(":443").or(authority.strip_suffix(":80"));
    let host = host.unwrap_or(authority).trim_end_matches('.').to_ascii_lowercase();
    let letters = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let named = host.contains('.') && host.split('.').all(letters);
    let last = host.rsplit('.').next()?;
    (named && last.bytes().any(|b| b.is_ascii_alphabetic())).then(|| plain_host(&host))
}

fn plain_host(host: &str) -> String {
    let mut host = host;
    for prefix in
        ["www.", "m.", "vt.", "vm.", "mobile.", "web.", "mbasic.", "touch.", "vi-vn.", "music."]
    {
        host = host.strip_prefix(prefix).filter(|rest| rest.contains('.')).unwrap_or(host);
    }
    host.to_owned()
}

/// The normal form on sites whose addresses we know.
fn known(host: &str, path: &[&str], query: &str) -> Option<String> {
    let named = |name: &str| value(query, name);
    match host {
        "youtu.be" => Some(format!("youtube:{}", path.first()?)),
        "youtube.com" | "youtube-nocookie.com" => {
            let id = match path {
                ["watch", ..] => named("v")?,
                ["shorts" | "embed" | "live" | "v", id, ..] => (*id).to_owned(),
                _ => return None,
            };
            Some(format!("youtube:{id}"))
        }
        "tiktok.com" => match path {
            [_, "video" | "photo", id, ..] | ["v", id, ..] => {
                Some(format!("tiktok:{}", id.trim_end_matches(".html")))
            }
            ["t", code, ..] => Some(format!("{SHORT}tiktok:{code}")),
            [code] if !code.starts_with('@') => Some(format!("{SHORT}tiktok:{code}")),
            _ => None,
        },
        "fb.watch" => Some(format!("{SHORT}fb.watch:{}", path.first()?)),
        "facebook.com" | "fb.com" => facebook(path, query),
        "drive.google.com" => {
            // Which of several accounts was signed in: `u/0`.
            let id = match path {
                ["file", "u", _, "d", id, ..]
                | ["file", "d", id, ..]
                | ["drive", "u", _, "folders", id, ..]
                | ["drive", "folders", id, ..] => (*id).to_owned(),
                _ => named("id")?,
            };
            Some(format!("drive:{id}"))
        }
        "docs.google.com" => match path {
            [_, "u", _, "d", id, ..] | [_, "d", id, ..] => Some(format!("drive:{id}")),
            _ => None,
        },
        _ => None,
    }
}

fn facebook(path: &[&str], query: &str) -> Option<String> {
    let id = match path {
        [_, "posts" | "videos" | "photos", rest @ ..] => (*rest.last()?).to_owned(),
        ["watch", ..] => value(query, "v")?,
        ["reel", id, ..] => (*id).to_owned(),
        ["permalink.php" | "story.php"] => value(query, "story_fbid")?,
        ["photo" | "photo.php", ..] => value(query, "fbid")?,
        ["groups", _, "posts" | "permalink", id, ..] => (*id).to_owned(),
        ["share", rest @ ..] => return Some(format!("{SHORT}facebook:{}", rest.last()?)),
        _ => return None,
    };
    Some(format!("facebook:{id}"))
}

/// The normal form elsewhere: host, path and the parts of the query that may name something.
fn general(host: &str, path: &[&str], query: &str) -> String {
    let is_known = KNOWN.iter().any(|site| host == *site || host.ends_with(&format!(".{site}")));
    let names = |name: &str| {
        if is_known {
            NAMING.contains(&name)
        } else {
            !name.is_empty() && !name.starts_with("utm_") && !TRACKING.contains(&name)
        }
    };
    let mut naming: Vec<String> = query
        .split('&')
        .filter(|pair| names(pair.split('=').next().unwrap_or_default()))
        .map(str::to_owned)
        .collect();
    naming.sort();
    let query = if naming.is_empty() { String::new() } else { format!("?{}", naming.join("&")) };
    format!("{host}/{}{query}", path.join("/"))
}

fn value(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter_map(|(key, value)| (key == name).then_some(value));
    values.next().filter(|value| !value.is_empty()).map(str::to_owned)
}
