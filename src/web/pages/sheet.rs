//! Sheets that go out, and sheets that come in with a form.

use std::io::Read;

use actix_web::HttpResponse;
use actix_web::http::header::{
    self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};
use bytes::Bytes;

use crate::refusal::Kind;
use crate::sheet::{self, Format};
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result};
use crate::words::fold;

/// Bytes that are read from a sheet's file at once.
const PIECE: usize = 64 << 10;

/// Sends a sheet that is written, piece by piece.
///
/// # Errors
/// When the disk is full.
pub(super) fn send(writer: sheet::Writer, format: Format, name: &str) -> Result {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "csv"));
    let plain = format!("{}.{ending}", fold(stem).replace(' ', "-"));
    let saved = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![
            // For programs that read nothing but letters without marks.
            DispositionParam::Filename(plain),
            DispositionParam::FilenameExt(ExtendedValue {
                charset: Charset::Ext("UTF-8".to_owned()),
                language_tag: None,
                value: name.as_bytes().to_vec(),
            }),
        ],
    };
    let file = writer.end().map_err(Failure::broken)?;
    let pieces = futures_util::stream::unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece) {
            Ok(0) => None,
            Ok(length) => {
                piece.truncate(length);
                Some((Ok::<_, std::io::Error>(Bytes::from(piece)), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    });
    Ok(HttpResponse::Ok()
        .content_type(format.mime())
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_DISPOSITION, saved))
        .streaming(pieces))
}

/// Rows of the sheet in a form's field, heads first.
///
/// # Errors
/// Invalid when there is none or it cannot be read.
pub(super) async fn sent(form: &Form, field: &str, most: usize) -> Result<Vec<Vec<String>>> {
    let unreadable = || Failure::new(Kind::Invalid, "batch-sheet-unreadable");
    let file = form.files(field).next().ok_or_else(unreadable)?;
    if file.bytes > sheet::MOST_BYTES {
        return Err(Failure::new(Kind::TooLarge, "form-too-large"));
    }
    let bytes = Bytes::from(tokio::fs::read(file.file.path()).await.map_err(Failure::broken)?);
    let read = tokio::task::spawn_blocking(move || sheet::read(bytes, most)).await;
    Ok(read.map_err(Failure::broken)??)
}

/// Gives a sheet of faulty rows, that a page held, back as a file.
///
/// # Errors
/// Unless somebody is signed in.
pub async fn back(_: Signed, form: Form) -> Result {
    let text = form.text("sheet").trim_start_matches('\u{feff}');
    Ok(HttpResponse::Ok()
        .content_type(Format::Csv.mime())
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"loi.csv\""))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(format!("\u{feff}{text}")))
}
