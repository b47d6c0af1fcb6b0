//! Markdown that people wrote, as HTML that is safe to show.

/// HTML that has been made safe; templates print it as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Markup(String);

impl std::fmt::Display for Markup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}

impl Markup {
    /// Markup that we drew ourselves, such as a chart or a QR code.
    #[must_use]
    pub fn drawn(svg: String) -> Self {
        Self(svg)
    }
}

/// Turns Markdown into HTML without scripts, styles, pictures or foreign frames.
#[must_use]
pub fn safe(text: &str) -> Markup {
    let mut html = String::new();
    let options = pulldown_cmark::Options::ENABLE_TABLES;
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new_ext(text, options));
    let mut cleaner = ammonia::Builder::default();
    cleaner.rm_tags(["img"]).link_rel(Some("noopener nofollow"));
    Markup(cleaner.clean(&html).to_string())
}
