//! Reads the corpus.

use std::{fs, path::Path};

use bowline_registry::Proved;

/// How sure it is that a registry sent these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The exchange is quoted.
    Captured,
    /// The status, or what the answer says, is quoted; the rest is ours.
    Reconstructed,
    /// A public thread tells of such an answer, or quotes it for another request; the bytes are ours.
    Cited,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `/v2/` without a login.
    Ping,
    /// `/v2/` with one.
    Login,
    Token,
    Catalog,
    Tags,
    Manifest,
    Blob,
}

impl Place {
    pub const ALL: [Self; 7] = [
        Self::Ping,
        Self::Login,
        Self::Token,
        Self::Catalog,
        Self::Tags,
        Self::Manifest,
        Self::Blob,
    ];

    fn parse(text: &str) -> Self {
        match text {
            "ping" => Self::Ping,
            "login" => Self::Login,
            "token" => Self::Token,
            "catalog" => Self::Catalog,
            "tags" => Self::Tags,
            "manifest" => Self::Manifest,
            "blob" => Self::Blob,
            other => panic!("no such place: {other}"),
        }
    }
}

/// How the registry wants a login where the answer does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    None,
    Basic,
    Bearer,
}

/// An answer of the corpus.
#[derive(Clone, Debug)]
pub struct Answer {
    pub name: String,
    pub source: String,
    pub kind: Kind,
    pub provider: String,
    pub auth: String,
    url: String,
    username: String,
    /// What else the form has: `region=us-south accountId=…`.
    more: Vec<(String, String)>,
    pub scheme: Scheme,
    pub place: Place,
    /// A problem's code, a warning's, or `none`.
    pub expected: String,
    pub proved: Option<Proved>,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The values of the connection.
    pub fn values(&self) -> serde_json::Value {
        let mut values = serde_json::json!({});
        if !self.url.is_empty() {
            values["url"] = self.url.as_str().into();
        }
        if self.auth == "access-token" {
            values["accessToken"] = "ya29.Correct-Horse-7".into();
        } else if self.auth != "anonymous" {
            values["username"] = self.username.as_str().into();
            values["password"] = "Correct-Horse-7".into();
        }
        for (name, value) in &self.more {
            values[name] = value.as_str().into();
        }
        values
    }

    /// The image that is named; the steps before are reached without one.
    pub fn image(&self) -> &'static str {
        match self.place {
            Place::Catalog | Place::Tags => "",
            _ => "team/app:1",
        }
    }

    /// The host that plain HTTP is allowed for, where the connection uses it.
    pub fn plain_http(&self) -> String {
        match self.url.strip_prefix("http://") {
            Some(rest) => rest.split(['/', ':']).next().unwrap().to_owned(),
            None => String::new(),
        }
    }
}

/// Every answer of the corpus, file by file.
pub fn answers() -> Vec<Answer> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers/corpus");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let (_, answers) = text
            .split_once("\n=== ")
            .expect("a file begins with a title");
        all.extend(answers.split("\n=== ").map(answer));
    }
    all
}

fn answer(text: &str) -> Answer {
    let (head, wire) = text.split_once("\n---\n").expect("--- before the answer");
    let mut lines = head.lines();
    let name = lines.next().unwrap().to_owned();
    let field = |wanted: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            (name == wanted).then(|| value.trim().to_owned())
        })
    };
    let needed = |wanted: &str| field(wanted).unwrap_or_else(|| panic!("{name}: no {wanted}"));
    let expected = needed("expect");
    let mut expected = expected.split(' ');
    let code = expected.next().unwrap().to_owned();
    let proved = expected.next().map(|proved| {
        serde_json::from_value::<Proved>(proved.into()).expect("none, reach, login or pull")
    });
    Answer {
        source: needed("seen"),
        kind: match needed("kind").as_str() {
            "captured" => Kind::Captured,
            "reconstructed" => Kind::Reconstructed,
            "cited" => Kind::Cited,
            other => panic!("{name}: {other}"),
        },
        provider: field("provider").unwrap_or_else(|| "docker-registry".to_owned()),
        auth: field("auth").unwrap_or_else(|| "password".to_owned()),
        url: match field("url") {
            Some(url) if url == "-" => String::new(),
            Some(url) => url,
            None => "registry.example.com".to_owned(),
        },
        more: field("values")
            .iter()
            .flat_map(|values| values.split(' '))
            .map(|pair| pair.split_once('=').expect("name=value"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        username: field("username").unwrap_or_else(|| "scanner".to_owned()),
        scheme: match field("scheme").as_deref() {
            None | Some("basic") => Scheme::Basic,
            Some("bearer") => Scheme::Bearer,
            Some("none") => Scheme::None,
            Some(other) => panic!("{name}: {other}"),
        },
        place: Place::parse(&needed("at")),
        expected: code,
        proved,
        bytes: on_the_wire(wire),
        name,
    }
}

/// The lines of the head end with CR LF on the wire. The body is what follows, without the line end that closes the file's
/// entry; `$length` in the head is its length.
fn on_the_wire(text: &str) -> Vec<u8> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let body = body.strip_suffix('\n').unwrap_or(body);
    let head = head.trim_end().replace("$length", &body.len().to_string());
    let mut bytes = head.replace('\n', "\r\n").into_bytes();
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes.extend_from_slice(body.as_bytes());
    bytes
}
