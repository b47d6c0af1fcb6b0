//! Every hostile file, opened as the site opens it.

use futures_util::StreamExt;
use hoithi::media::Decoder;

use super::Figures;
use super::answers::{answer, is_as_listed, listed, shared};
use super::peers::{children_seconds, resident};

/// Measures it.
pub async fn measure(figures: &mut Figures) {
    let Some(root) = shared("hostile") else {
        return figures.unmeasured("files with their answer", "../shared/hostile");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let work = folder.path().join("work");
    let decoder = Decoder::at(env!("CARGO_BIN_EXE_hoithi").into(), work.clone());
    let rows = listed(&root);
    let (before, used) = (resident(), children_seconds());
    let right = futures_util::stream::iter(rows.iter())
        .map(|row| {
            let (decoder, path) = (decoder.clone(), root.join(&row[0]));
            async move { is_as_listed(&row[4], &row[0], &answer(&decoder, &path).await) }
        })
        .buffer_unordered(2)
        .filter(|right| std::future::ready(*right))
        .count()
        .await;
    let left = std::fs::read_dir(&work).map_or(0, Iterator::count)
        + std::fs::read_dir(folder.path()).map_or(0, Iterator::count).saturating_sub(1);
    let leaks = decoder.leaks().await.is_ok_and(|leaks| leaks == Default::default());
    figures.exactly("files with their answer", right as f64, rows.len() as f64, "");
    figures.at_most("growth of the parent", (resident() - before).max(0.0), 50.0, "MB");
    figures.exactly("files left behind", left as f64, 0.0, "");
    figures.exactly("ways out of a child", f64::from(u8::from(!leaks)), 0.0, "");
    figures.at_most("processor time", children_seconds() - used, 300.0, "s");
}
