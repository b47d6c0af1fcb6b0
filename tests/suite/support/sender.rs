//! A sender of uploads by tus, over connections of its own.

use std::net::SocketAddr;

use super::process::{Plain, request};

/// Someone with a draft of their own, or nobody in particular at the other server.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Of the server.
    pub address: SocketAddr,
    /// Where uploads are begun.
    pub path: String,
    /// What proves whose they are.
    pub cookie: String,
}

impl Sender {
    /// Begins a draft.
    pub fn with_draft(address: SocketAddr) -> Option<Self> {
        let field = |name: &str, value: &str| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let form = [field("category", "photo"), field("unit", "ldld-an-giang"), "--b--\r\n".into()];
        let kind = [("content-type", "multipart/form-data; boundary=b")];
        let path = "/contests/anh-dep/entries";
        let told = request(address, "POST", path, &kind, form.concat().as_bytes()).ok()?;
        assert_eq!(told.status, 303, "{}", String::from_utf8_lossy(&told.body));
        let code = told.header("location")?.split('/').nth(2)?.to_owned();
        let cookies = told.head.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.trim().split(';').next())?
        });
        let cookie = cookies.collect::<Vec<_>>().join("; ");
        Some(Self { address, path: format!("/drafts/{code}/uploads"), cookie })
    }

    fn ask(&self, how: &str, to: &str, more: &[(&str, &str)], body: &[u8]) -> Option<Plain> {
        let fixed = [("tus-resumable", "1.0.0"), ("cookie", self.cookie.as_str())];
        let headers: Vec<_> = fixed.into_iter().chain(more.iter().copied()).collect();
        request(self.address, how, to, &headers, body).ok()
    }

    /// Begins an upload; where it gathers.
    pub fn begin(&self, length: usize) -> Option<String> {
        let length = length.to_string();
        // `filename` and `slot` of a photograph, in base 64.
        let told = "filename YW5oLmpwZw==,slot cGhvdG8=";
        let more = [("upload-length", length.as_str()), ("upload-metadata", told)];
        let begun = self.ask("POST", &self.path, &more, b"")?;
        assert_eq!(begun.status, 201, "{}", String::from_utf8_lossy(&begun.body));
        let to = begun.header("location")?;
        // The other server tells its whole address.
        Some(to.find("/files/").map_or(to, |at| &to[at..]).to_owned())
    }

    /// Sends one piece; how much has arrived then.
    pub fn append(&self, to: &str, at: usize, bytes: &[u8]) -> Option<usize> {
        let offset = at.to_string();
        let kind = ("content-type", "application/offset+octet-stream");
        let told = self.ask("PATCH", to, &[kind, ("upload-offset", &offset)], bytes)?;
        assert_eq!(told.status, 204, "{}", String::from_utf8_lossy(&told.body));
        told.header("upload-offset")?.parse().ok()
    }

    /// How much has arrived; none where the server does not answer. An upload that the server does
    /// not know any more holds nothing.
    pub fn arrived(&self, to: &str) -> Option<usize> {
        let told = self.ask("HEAD", to, &[], b"")?;
        let held = told.header("upload-offset").and_then(|held| held.parse().ok());
        Some(held.filter(|_| told.status == 200).unwrap_or(0))
    }
}
