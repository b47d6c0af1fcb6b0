//! PDFs as answers.

use actix_web::{HttpResponse, web};

use super::{Failure, Result};
use crate::pdf;

/// Writes a document beside the asynchronous threads and sends it, to be kept by nobody. It is shown
/// and not only kept as a file: whoever asked looks at it first and prints it from there, and the
/// browsers inside chat programs open what is shown, while they drop what is to be kept without a
/// word. `name` is what it is called, without its ending, when somebody keeps it.
///
/// # Errors
/// When the document cannot be written.
pub async fn send(
    name: String,
    write: impl FnOnce() -> std::result::Result<Vec<u8>, pdf::Error> + Send + 'static,
) -> Result {
    let written = web::block(write).await.map_err(Failure::broken)?;
    let bytes = written.map_err(Failure::broken)?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header(("Content-Disposition", format!("inline; filename=\"{name}.pdf\"")))
        .insert_header(("Cache-Control", "private, no-store"))
        .body(bytes))
}
