//! A registry as a table: which request gets which answer. The first row that fits counts, and a request that no row
//! fits fails the test.

use crate::{
    double::{FakeWorld, Reply, Sent, world},
    registry::{CONFIG, digest, manifest},
};

/// The table.
#[derive(Clone)]
pub struct Fake {
    rows: Vec<Row>,
    /// The only origins that may get credentials.
    trusted: Vec<&'static str>,
    /// The repository that [`Fake::serves`] serves.
    pub repository: &'static str,
}

#[derive(Clone)]
struct Row {
    /// `GET https://registry.example.com/v2/?scope=x`: the query holds at least this; a `/*` at the end fits
    /// everything there.
    request: String,
    who: Who,
    reply: Reply,
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Who {
    /// Whoever it is.
    Anyone,
    /// Somebody without credentials.
    Nobody,
    /// Somebody with this `Authorization`.
    Authorized(String),
    /// Somebody with this header.
    Header(&'static str, &'static str),
    /// Somebody who signs with this key of AWS.
    Signed(&'static str),
    /// Somebody who posts a form with at least these fields.
    Form(&'static [(&'static str, &'static str)]),
}

pub use Who::{Anyone, Authorized, Form, Header, Nobody, Signed};

/// Somebody with a Bearer token.
pub fn bearer(token: &str) -> Who {
    Authorized(format!("Bearer {token}"))
}

/// Somebody with a username and password.
pub fn basic(username: &str, password: &str) -> Who {
    Authorized(crate::registry::basic(username, password))
}

/// A 401 with this challenge.
pub fn challenge(value: impl Into<String>) -> Reply {
    Reply::status(401).with("www-authenticate", value)
}

/// An error in the form of the distribution specification.
pub fn error(status: u16, code: &str) -> Reply {
    Reply::status(status).text(format!(
        r#"{{"errors":[{{"code":"{code}","message":"in the server's words"}}]}}"#
    ))
}

/// The challenge of a registry to the token of somebody who may not.
pub fn insufficient(login: &str) -> Reply {
    challenge(format!(r#"{login},error="insufficient_scope""#))
}

/// A token answer with this one member.
pub fn token(member: &str, token: &str) -> Reply {
    Reply::json(format!(r#"{{"{member}":"{token}"}}"#))
}

/// A token that says that it grants nothing.
pub fn empty_grant() -> String {
    crate::registry::jwt(r#"{"access":[]}"#)
}

impl Fake {
    /// An empty table. `trusted` are the only origins that may get credentials.
    pub fn new(trusted: &[&'static str]) -> Self {
        Self {
            rows: Vec::new(),
            trusted: trusted.to_vec(),
            repository: "team/app",
        }
    }

    /// The only origins that may get credentials.
    pub fn trusted(&self) -> &[&'static str] {
        &self.trusted
    }

    /// Another repository than `team/app`.
    pub fn repository(mut self, repository: &'static str) -> Self {
        self.repository = repository;
        self
    }

    /// Adds a row.
    pub fn on(mut self, request: impl Into<String>, who: Who, reply: Reply) -> Self {
        self.rows.push(Row {
            request: request.into(),
            who,
            reply,
        });
        self
    }

    /// Adds a row before all others.
    pub fn instead(mut self, request: impl Into<String>, who: Who, reply: Reply) -> Self {
        let request = request.into();
        self.rows.insert(
            0,
            Row {
                request,
                who,
                reply,
            },
        );
        self
    }

    /// Adds `/v2/` and the image `1` of the repository, for those who ask so. `api` is where the API starts:
    /// `https://registry.example.com`.
    pub fn serves(self, api: &str, who: Who) -> Self {
        let repository = format!("GET {api}/v2/{}", self.repository);
        let manifest = manifest();
        self.on(format!("GET {api}/v2/"), who.clone(), Reply::json("{}"))
            .on(
                format!("{repository}/tags/list"),
                who.clone(),
                Reply::json(r#"{"tags":["1"]}"#),
            )
            .on(
                format!("{repository}/manifests/1"),
                who.clone(),
                Reply::json(manifest.clone()).with("docker-content-digest", digest(&manifest)),
            )
            .on(
                format!("{repository}/blobs/{}", digest(CONFIG)),
                who,
                Reply::status(200).text(CONFIG),
            )
    }

    /// Adds a catalog with the repository, for those who ask so.
    pub fn lists(self, api: &str, who: Who) -> Self {
        let catalog = format!(r#"{{"repositories":["{}"]}}"#, self.repository);
        self.on(format!("GET {api}/v2/_catalog"), who, Reply::json(catalog))
    }

    /// Adds what a registry answers to everybody else: it asks for a login, and a token that grants nothing is not
    /// enough.
    pub fn asks(self, api: &str, login: &str) -> Self {
        let everything = format!("GET {api}/v2/*");
        self.on(&everything, bearer(&empty_grant()), insufficient(login))
            .on(&everything, Anyone, challenge(login))
    }

    pub fn world(self) -> FakeWorld {
        let trusted = self.trusted.clone();
        let world = world(move |sent| self.answer(sent));
        world.http.trust_only(&trusted);
        world
    }

    fn answer(&self, sent: &Sent) -> Reply {
        let row = self.rows.iter().find(|row| row.fits(sent));
        let Some(row) = row else {
            panic!(
                "nobody answers {} with {:?} {}",
                sent.line(),
                sent.authorization(),
                sent.body
            );
        };
        row.reply.clone()
    }
}

impl Row {
    fn fits(&self, sent: &Sent) -> bool {
        self.asks(sent) && self.who.is(sent)
    }

    fn asks(&self, sent: &Sent) -> bool {
        let line = sent.line();
        if self.request.ends_with("/*") {
            return line.starts_with(self.request.trim_end_matches('*'));
        }
        let (path, query) = self.request.split_once('?').unwrap_or((&self.request, ""));
        let asked = line.split('?').next().unwrap_or_default();
        asked == path
            && url::form_urlencoded::parse(query.as_bytes())
                .all(|(name, value)| sent.query(&name).as_deref() == Some(&*value))
    }
}

impl Who {
    fn is(&self, sent: &Sent) -> bool {
        match self {
            Anyone => true,
            Nobody => !sent.has_credentials(),
            Authorized(authorization) => sent.authorization() == Some(authorization),
            Header(name, value) => sent.headers.get(*name).is_some_and(|given| given == value),
            Signed(key) => {
                let start = format!("AWS4-HMAC-SHA256 Credential={key}/");
                sent.authorization()
                    .is_some_and(|given| given.starts_with(&start))
            }
            Form(fields) => {
                let given: Vec<_> = url::form_urlencoded::parse(sent.body.as_bytes()).collect();
                fields.iter().all(|(name, value)| {
                    given.iter().any(|(known, is)| known == name && is == value)
                })
            }
        }
    }
}
