//! Styles, scripts, pictures and fonts: in the binary, named by their content, kept for a year.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::Failure;
use crate::refusal::Kind;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// The style of every page.
pub const STYLE: &str = "css/app.css";

struct Asset {
    mime: &'static str,
    plain: Bytes,
    brotli: Option<Bytes>,
}

struct Shelf {
    addresses: HashMap<String, String>,
    assets: HashMap<String, Asset>,
}

static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
    let mut shelf = Shelf { addresses: HashMap::new(), assets: HashMap::new() };
    let files = Files::iter().filter_map(|name| Some((Files::get(&name)?.data.into_owned(), name)));
    let (waiting, ready): (Vec<_>, Vec<_>) = files.partition(|(data, _)| imports(data));
    for (data, name) in ready {
        shelf.put(&name, data.into());
    }
    // A module may import modules that import none.
    for (data, name) in waiting {
        let text = String::from_utf8_lossy(&data);
        shelf.put(&name, shelf.addressed(&text).into());
    }
    shelf
});

/// How a module names another one.
const IMPORT: &str = " from \"./";

fn imports(data: &[u8]) -> bool {
    data.windows(IMPORT.len()).any(|piece| piece == IMPORT.as_bytes())
}

impl Shelf {
    fn put(&mut self, name: &str, plain: Bytes) {
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&plain)[..6]);
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
        // Fonts are named by the style sheet, which knows no hashes: their version is in their name.
        let is_font = ending == "woff2";
        let hashed = if is_font { name.to_owned() } else { format!("{stem}.{hash}.{ending}") };
        let mime = mime(ending);
        let is_text = mime.starts_with("text/") || mime == "image/svg+xml";
        let brotli = is_text.then(|| squeeze(&plain, 11));
        self.addresses.insert(name.to_owned(), format!("/static/{hashed}"));
        self.assets.insert(hashed, Asset { mime, plain, brotli });
    }

    /// A module with the addresses of those that it imports in place of their names.
    fn addressed(&self, module: &str) -> String {
        let mut parts = module.split(IMPORT);
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('"').unwrap_or((part, ""));
            let known = self.addresses.get(&format!("js/{name}"));
            let address = known.cloned().unwrap_or_else(|| format!("./{name}"));
            text.push_str(&format!(" from \"{address}\"{rest}"));
        }
        text
    }
}

fn mime(ending: &str) -> &'static str {
    match ending {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

/// Compresses with Brotli at `quality` 0 to 11.
#[must_use]
pub fn squeeze(plain: &[u8], quality: u32) -> Bytes {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, quality, 20);
    let written = writer.write_all(plain);
    drop(writer);
    if written.is_err() {
        packed.clear();
    }
    packed.into()
}

/// Whether the browser takes Brotli.
#[must_use]
pub fn takes_brotli(request: &HttpRequest) -> bool {
    let header = request.headers().get("Accept-Encoding");
    header.and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("br"))
}

/// Address of the asset with this name under `assets/`; the name itself where there is none.
#[must_use]
pub fn address(name: &str) -> String {
    SHELF.addresses.get(name).cloned().unwrap_or_else(|| format!("/static/{name}"))
}

/// The text of the asset with this name; empty where there is none. It asks for no other asset: the
/// policy of every answer names a hash of it, and a site that nobody visits packs nothing.
#[must_use]
pub fn text(name: &str) -> Cow<'static, str> {
    match Files::get(name).map(|file| file.data) {
        Some(Cow::Borrowed(bytes)) => String::from_utf8_lossy(bytes),
        Some(Cow::Owned(bytes)) => String::from_utf8_lossy(&bytes).into_owned().into(),
        None => Cow::default(),
    }
}

/// The drawing with this name as an address that holds it whole.
#[must_use]
pub fn drawn(name: &str) -> String {
    let mut address = "data:image/svg+xml,".to_owned();
    for letter in text(name).trim().chars() {
        match letter {
            ' ' | '"' | '<' | '>' | '#' | '%' | '&' => {
                address.push_str(&format!("%{:02X}", u32::from(letter)))
            }
            letter => address.push(letter),
        }
    }
    address
}

/// Sends an asset.
///
/// # Errors
/// Not found.
pub async fn show(request: HttpRequest, name: web::Path<String>) -> super::Result {
    let asset = SHELF.assets.get(name.as_str());
    let asset = asset.ok_or_else(|| Failure::new(Kind::NotFound, "nothing-here"))?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(asset.mime)
        .insert_header(("Cache-Control", "public, max-age=31536000, immutable"))
        .insert_header(("Vary", "Accept-Encoding"));
    Ok(match &asset.brotli {
        Some(packed) if takes_brotli(&request) => {
            response.insert_header(("Content-Encoding", "br")).body(packed.clone())
        }
        _ => response.body(asset.plain.clone()),
    })
}
