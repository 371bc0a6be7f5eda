//! `WWW-Authenticate`: how a registry asks for a login.
//!
//! The parser takes what RFC 9110 section 11 allows and what registries send besides: parameters without quotes and
//! separated by spaces (IBM), values without quotes that are no tokens (OpenShift), scheme names in any case (Nexus),
//! several challenges in one header (Codeberg). Strict parsers refuse some of these. It never fails: what it cannot
//! read it leaves out.

use http::{HeaderMap, header::WWW_AUTHENTICATE};
use url::Url;

#[cfg(test)]
mod tests;

/// No more of all headers together is read.
const MAX_BYTES: usize = 16 * 1024;

/// One challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// Lower case: `basic`, `bearer`, `negotiate`.
    pub(crate) scheme: String,
    /// Name in lower case, and value, in the order of the header. Of a repeated one the first counts.
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The value of a parameter; its name in lower case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A challenge that this crate can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    /// Username and password in every request.
    Basic,
    /// A token from a token service.
    Bearer {
        /// The token service.
        realm: Url,
        /// What it knows the registry as.
        service: Option<String>,
    },
}

/// Why there is no login to answer a 401 with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoLogin {
    /// There is no challenge at all.
    Missing,
    /// None of the challenges is one that can be answered.
    Unsupported,
}

/// Every challenge of an answer, in order.
pub(crate) fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    let mut left = MAX_BYTES;
    let mut all = Vec::new();
    for value in headers.get_all(WWW_AUTHENTICATE) {
        let Some(rest) = left.checked_sub(value.len()) else {
            break;
        };
        left = rest;
        parse(&String::from_utf8_lossy(value.as_bytes()), &mut all);
    }
    all
}

/// The first challenge that can be answered and is of another kind than `login`.
pub(crate) fn beside(headers: &HeaderMap, login: &Login) -> Option<Login> {
    let all = challenges(headers);
    let mut others = all.iter().filter_map(answerable);
    others.find(|other| std::mem::discriminant(other) != std::mem::discriminant(login))
}

/// The first challenge that can be answered; with `prefer_bearer`, the first Bearer one before any other.
pub(crate) fn login(headers: &HeaderMap, prefer_bearer: bool) -> Result<Login, NoLogin> {
    let all = challenges(headers);
    if all.is_empty() {
        return Err(NoLogin::Missing);
    }
    let logins: Vec<Login> = all.iter().filter_map(answerable).collect();
    logins
        .iter()
        .find(|login| prefer_bearer && matches!(login, Login::Bearer { .. }))
        .or_else(|| logins.first())
        .cloned()
        .ok_or(NoLogin::Unsupported)
}

fn answerable(challenge: &Challenge) -> Option<Login> {
    match challenge.scheme.as_str() {
        "basic" => Some(Login::Basic),
        "bearer" => {
            let realm = Url::parse(challenge.parameter("realm")?).ok()?;
            realm.has_host().then(|| Login::Bearer {
                realm,
                service: challenge
                    .parameter("service")
                    .filter(|text| !text.is_empty())
                    .map(str::to_owned),
            })
        }
        _ => None,
    }
}

/// Reads one header's value and adds its challenges to `all`.
fn parse(header: &str, all: &mut Vec<Challenge>) {
    let mut rest = Reader(header.chars().peekable());
    loop {
        rest.skip(|c| c == ',' || c.is_whitespace());
        if rest.0.peek().is_none() {
            return;
        }
        let word = rest.take(|c| !matches!(c, '=' | ',' | '"') && !c.is_whitespace());
        rest.skip(char::is_whitespace);
        if rest.next_if('=') {
            rest.skip(char::is_whitespace);
            let value = if rest.next_if('"') {
                rest.quoted()
            } else {
                rest.take(|c| c != ',' && !c.is_whitespace())
            };
            // A parameter before any scheme, or without a name, belongs to nothing.
            if let Some(challenge) = all.last_mut().filter(|_| !word.is_empty()) {
                challenge.parameters.push((word.to_lowercase(), value));
            }
        } else if word.is_empty() {
            // A quote where a word should be: the quoted text belongs to nothing.
            if rest.next_if('"') {
                rest.quoted();
            }
        } else {
            all.push(Challenge {
                scheme: word.to_lowercase(),
                parameters: Vec::new(),
            });
        }
    }
}

struct Reader<'a>(std::iter::Peekable<std::str::Chars<'a>>);

impl Reader<'_> {
    fn next_if(&mut self, wanted: char) -> bool {
        self.0.next_if_eq(&wanted).is_some()
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) {
        while self.0.next_if(|c| skipped(*c)).is_some() {}
    }

    fn take(&mut self, taken: impl Fn(char) -> bool) -> String {
        std::iter::from_fn(|| self.0.next_if(|c| taken(*c))).collect()
    }

    /// The rest of a quoted string, its opening quote already read. Without a closing one it goes to the end.
    fn quoted(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.0.next() {
            match c {
                '"' => break,
                '\\' => text.extend(self.0.next()),
                _ => text.push(c),
            }
        }
        text
    }
}
