//! `hoithi demo`: contests with plausible people, in the same code and pages as production.

pub mod people;
pub mod picture;

mod cast;
mod film;
mod plays;
mod stage;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use migration::{Migrator, MigratorTrait};

use crate::app::App;
use crate::config::Config;

/// Serve contests with made-up people, for trying everything out.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Folder of the demo's data; an empty one is filled first.
    #[arg(long, default_value = "data/demo", value_name = "FOLDER")]
    folder: PathBuf,
    /// Address of the demo's database; without it, a file in the folder.
    #[arg(long, value_name = "ADDRESS")]
    database: Option<String>,
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: String,
    /// Fill the folder, print the addresses and stop.
    #[arg(long)]
    only_fill: bool,
}

impl Demo {
    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) async fn run(self) -> Result<()> {
        let mut config = Config::default();
        config.data.folder = self.folder.clone();
        config.data.database.clone_from(&self.database);
        config.server.listen.clone_from(&self.listen);
        config.server.base_url = format!("http://{}", self.listen.replace("0.0.0.0", "localhost"));
        "warn,hoithi=info".clone_into(&mut config.log.filter);
        let app = App::open(config).await.context("the demo's folder cannot be used")?;
        Migrator::up(&*app.db, None).await?;
        let password = stage::fill(&app).await.context("the demo could not be filled")?;
        let base = &app.config.server.base_url;
        println!("\nHội Thi, bản dùng thử / demo: {base}\n");
        println!("  Công chúng / public         {base}/");
        println!("  Bình chọn / vote            {base}/contests/{}/gallery", plays::VOTING);
        println!("  Gửi bài / enter             {base}/contests/{}/entries/new", plays::OPEN);
        println!("  Kết quả / results           {base}/contests/{}/results", plays::FINISHED);
        println!("\nĐăng nhập bằng mật khẩu / sign in with a password at {base}/session/new");
        for (role, email, page) in stage::ROLES {
            println!("  {role:<28}{email:<26}{base}{page}");
        }
        println!("\n  Mật khẩu / password: {password}\n");
        println!("Thư gửi đi nằm trong / letters are in {}", self.folder.join("letters").display());
        if self.only_fill {
            return Ok(());
        }
        println!("Dừng bằng Ctrl-C / stop with Ctrl-C\n");
        super::serve::run(app).await
    }
}
