//! Styles, scripts, pictures and fonts: in the binary, named by their content, kept for a year.

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
    for name in Files::iter() {
        let Some(file) = Files::get(&name) else {
            continue;
        };
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&file.data)[..6]);
        let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, "bin"));
        let hashed = format!("{stem}.{hash}.{ending}");
        let mime = mime(ending);
        let plain = Bytes::from(file.data.into_owned());
        let brotli = mime.starts_with("text/").then(|| squeeze(&plain, 9));
        let brotli = brotli.or_else(|| (mime == "image/svg+xml").then(|| squeeze(&plain, 9)));
        shelf.addresses.insert(name.into_owned(), format!("/static/{hashed}"));
        shelf.assets.insert(hashed, Asset { mime, plain, brotli });
    }
    shelf
});

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
