//! The configuration.

use hoithi::config::Config;

#[test]
fn the_example_says_every_default() {
    let example: Config = toml::from_str(include_str!("../../docs/hoithi.example.toml")).unwrap();

    assert_eq!(toml::to_string(&example).unwrap(), toml::to_string(&Config::default()).unwrap());
}

#[test]
fn a_name_that_is_not_known_is_refused() {
    let error = toml::from_str::<Config>("[server]\nlisen = \"x\"").unwrap_err();

    assert!(error.to_string().contains("lisen"), "{error}");
}
