//! Hostile files: each gets the answer that its list names, from a child that leaves nothing.

use futures_util::StreamExt;

use super::child::decoder;
use crate::support::answers::{answer, is_as_listed, listed, shared};

#[actix_web::test]
async fn every_hostile_file_gets_the_answer_that_its_list_names() {
    let Some(root) = shared("hostile") else { return };
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let rows = listed(&root);

    let answers = futures_util::stream::iter(rows.iter())
        .map(|row| {
            let (decoder, path) = (decoder.clone(), root.join(&row[0]));
            async move { (row, answer(&decoder, &path).await) }
        })
        .buffer_unordered(4);
    let wrong = answers
        .filter_map(|(row, answer)| async move {
            let wrong = !is_as_listed(&row[4], &row[0], &answer);
            wrong.then(|| format!("{}: {answer:?}, not {}", row[0], row[4]))
        })
        .collect::<Vec<_>>()
        .await;

    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(std::fs::read_dir(folder.path().join("work")).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
