//! The configuration: its manual, its layers, its strictness.

use std::io::Write;

use hoithi::config::{self, Config, Nodes};

fn of(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let environment = environment.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    Config::of(Some(file.path()), environment).map_err(|error| error.to_string())
}

fn written(config: &Config) -> String {
    toml::to_string(config).unwrap()
}

#[test]
fn the_example_says_every_default() {
    let example = of(&config::example(), &[]).unwrap();

    assert_eq!(written(&example), written(&Config::default()));
}

#[test]
fn the_example_explains_every_setting_and_names_those_that_are_absent() {
    let example = config::example();
    let lines: Vec<&str> = example.lines().collect();

    for (index, line) in lines.iter().enumerate() {
        let is_setting = !line.starts_with('#') && !line.is_empty();
        assert!(!is_setting || lines[index - 1].starts_with("# "), "{line} is not explained");
    }
    for absent in ["# database = ", "# metrics = ", "# kind = \"s3\"", "# bucket = ", "# url = "] {
        assert!(lines.iter().any(|line| line.starts_with(absent)), "{absent}");
    }
}

#[test]
fn what_is_not_known_is_refused_with_what_may_have_been_meant() {
    let said = of("[server]\nlisen = \"x\"\n[storrage]\nkind = \"folder\"", &[]).unwrap_err();

    assert_eq!(
        said,
        "there is no setting `server.lisen`; did you mean `server.listen`?; \
         there is no setting `storrage`; did you mean `storage`?"
    );
    assert_eq!(
        of("", &[("HOITHI__SERVER__TREADS", "2")]).unwrap_err(),
        "there is no setting `server.treads`; did you mean `server.threads`?"
    );
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    for (text, said) in [
        ("[server]\nthreads = \"two\"", "`server.threads` must be a whole number"),
        ("server = 1", "`server` must be a section"),
        ("[log]\njson = 1", "`log.json` must be true or false"),
        (
            "[server]\ntrusted_proxies = [\"nobody\"]",
            "a value does not fit: `nobody` is no address and no network",
        ),
    ] {
        assert_eq!(of(text, &[]).unwrap_err(), said);
    }
    assert_eq!(
        of("", &[("HOITHI__SERVER__WORKER", "yes")]).unwrap_err(),
        "`server.worker` must be true or false"
    );
}

#[test]
fn the_environment_goes_before_the_file_and_secrets_come_from_files_of_their_own() {
    let mut secret = tempfile::NamedTempFile::new().unwrap();
    secret.write_all(b"postgres://hoithi:12345@db/hoithi\n").unwrap();
    let config = of(
        "[server]\nthreads = 1\nlisten = \"0.0.0.0:80\"",
        &[
            ("HOITHI__SERVER__THREADS", "3"),
            ("HOITHI__SERVER__TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"),
            ("HOITHI__DATA__DATABASE_FILE", secret.path().to_str().unwrap()),
            ("HOITHI__MAIL__WAY__KIND", "smtp"),
            ("HOITHI__MAIL__WAY__URL", "smtp://u:12345@mail"),
            ("HOITHI_CONFIG", "is no setting"),
        ],
    )
    .unwrap();

    assert_eq!((config.server.threads, config.server.listen.as_str()), (3, "0.0.0.0:80"));
    assert_eq!(config.data.database.as_deref(), Some("postgres://hoithi:12345@db/hoithi"));
    assert!(config.server.trusted_proxies[1].contains("10.9.8.7".parse().unwrap()));
    assert!(!written(&config.redacted()).contains("12345"));
}

#[test]
fn where_other_nodes_reach_this_one_follows_where_it_listens() {
    let (here, there) = ("postgres://hoithi@localhost/hoithi", "postgres://hoithi@db/hoithi");
    let socket = "postgres://hoithi@localhost/hoithi?host=/run/postgresql";
    let at = |url: &str| Nodes::At(url.to_owned());
    for (database, listen, said, nodes) in [
        ("", "127.0.0.1:8080", "", Nodes::Alone),
        ("", "127.0.0.1:8080", "http://10.0.0.1:8080", Nodes::Needless),
        (here, "127.0.0.1:8080", "", at("http://127.0.0.1:8080")),
        (socket, "0.0.0.0:80", "", at("http://127.0.0.1:80")),
        (here, "[::]:80", "", at("http://[::1]:80")),
        (here, "localhost:81", "", at("http://127.0.0.1:81")),
        (there, "127.0.0.1:8080", "", Nodes::Nowhere),
        (there, "0.0.0.0:8080", "", Nodes::Nowhere),
        (there, "10.0.0.1:8080", "", at("http://10.0.0.1:8080")),
        (there, "0.0.0.0:8080", "http://node-1:8080", at("http://node-1:8080")),
        (there, "0.0.0.0:8080", "https://node-1", Nodes::Misspelt),
        (there, "0.0.0.0:8080", "http://0.0.0.0:8080", Nodes::Misspelt),
        (there, "0.0.0.0:8080", "http://node-1:8080/votes", Nodes::Misspelt),
    ] {
        let mut config = Config::default();
        config.data.database = Some(database.to_owned()).filter(|database| !database.is_empty());
        config.server.listen = listen.to_owned();
        config.server.node_url = said.to_owned();

        assert_eq!(config.nodes(), nodes, "{database} {listen} {said}");
    }
}
