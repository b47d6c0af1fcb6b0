//! Drawn films: a slow look over a scene, made by the machine's ffmpeg; without it there are none.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::NamedTempFile;
use tokio::task::JoinHandle;

use super::picture;

/// Eight seconds of eight pictures: it goes closer, and along the scene.
const LOOK: &str = "zoompan=z='1.2+on/200':x='(iw-iw/zoom)*on/64':y='(ih-ih/zoom)/2':d=64:s=854x480:fps=8,\
                    format=yuv420p";

/// Draws the film of the person with this number, beside whatever else is done; none where that
/// cannot be.
pub(super) fn film(number: u64) -> JoinHandle<Option<NamedTempFile>> {
    tokio::task::spawn_blocking(move || match draw(number) {
        Ok(film) => Some(film),
        Err(error) => {
            tracing::info!("the demo does without films: {error:#}");
            None
        }
    })
}

fn draw(number: u64) -> Result<NamedTempFile> {
    let file = tempfile::Builder::new().suffix(".mp4").tempfile()?;
    let mut ffmpeg = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-y",
            "-f",
            "image2pipe",
            "-c:v",
            "mjpeg",
            "-i",
            "pipe:0",
            "-vf",
            LOOK,
        ])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-movflags", "+faststart"])
        .arg(file.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("ffmpeg does not start")?;
    let scene = pixels::jpeg(&picture::draw(number + 1, 1280, 720), 85.0)?;
    ffmpeg.stdin.take().context("ffmpeg takes nothing")?.write_all(&scene)?;
    ensure!(ffmpeg.wait()?.success(), "ffmpeg made none");
    Ok(file)
}
