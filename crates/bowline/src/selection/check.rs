//! Parses a policy from what a form or a request holds.

use super::{Condition, Mode, Policy, Scanner, Unit};
use crate::{
    endpoint::{DOCKER_HUB, DOCKER_HUB_NAMES},
    finding::{Code, Finding, Issue, Severity},
    json::{Object, Value},
    pattern::{Pattern, PatternSet},
    provider::{Capabilities, Provider, provider},
    text::{concat, join, split_once},
};

/// The most that `amount`, `count` and the number of patterns may be.
const MOST: u32 = 10_000;

/// The longest time that a scan may take: a day.
const LONGEST_SCAN: u32 = 86_400;

/// What is taken where a condition `created-within` has no numbers.
const USUAL_AGE: u32 = 60;

impl Policy {
    /// Parses a policy; `null` is the default one.
    ///
    /// `provider` is whose registry it is for, and `host` where that is, with its port; what depends on one that is
    /// not given is not judged. Returns what was found, in fields such as `policy.include.0`, and the policy if
    /// there is no error among it.
    pub fn check(
        value: &Value,
        provider: Option<&Provider>,
        host: Option<&str>,
    ) -> (Vec<Finding>, Option<Self>) {
        let mut reader = Reader {
            host,
            findings: Vec::new(),
        };
        let mut policy = Self::default();
        match value {
            Value::Null => {}
            Value::Object(members) => reader.policy(members, &mut policy),
            _ => reader.shape("policy", value, "an object"),
        }
        if let Some(provider) = provider {
            reader.judge(&policy, provider);
        }
        let valid = !reader
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Error);
        (reader.findings, valid.then_some(policy))
    }

    /// What [`Policy::check`] finds, for the provider of this id: `{"valid": …, "findings": […]}`. An id that nobody
    /// has is one of the findings.
    pub fn judge(value: &Value, provider_id: Option<&str>, host: Option<&str>) -> Value {
        let id = provider_id.unwrap_or_default();
        let known = provider(id);
        let (mut findings, _) = Self::check(value, known, host);
        if known.is_none() && !id.is_empty() {
            let issue = Issue::new(Code::ProviderUnknown).with("provider", id);
            findings.push(issue.in_field("provider", id, false));
        }
        let valid = findings
            .iter()
            .all(|finding| finding.severity != Severity::Error);
        Value::object(vec![
            ("valid", valid.into()),
            ("findings", Value::array(&findings)),
        ])
    }
}

struct Reader<'a> {
    host: Option<&'a str>,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn policy(&mut self, members: &Object, policy: &mut Policy) {
        for (name, value) in members.iter() {
            let field = concat(&["policy.", name]);
            match name {
                _ if is_empty(value) => {}
                "mode" => {
                    let modes = [("manual", Mode::Manual), ("automatic", Mode::Automatic)];
                    policy.mode = self.choice(&field, value, &modes).unwrap_or_default();
                }
                "at" => policy.at = self.time_of_day(&field, value).unwrap_or_default(),
                "timezone" => policy.timezone = self.timezone(&field, value).unwrap_or_default(),
                "rescanExisting" => policy.rescan_existing = self.switch(&field, value),
                "include" => policy.include = self.patterns(&field, value),
                "condition" => policy.condition = self.condition(&field, value).unwrap_or_default(),
                "never" => policy.never = self.patterns(&field, value),
                "always" => policy.always = self.patterns(&field, value),
                "cleanup" => policy.cleanup = self.switch(&field, value),
                "events" => policy.events = self.switch(&field, value),
                "quarantine" => policy.quarantine = self.switch(&field, value),
                "imageStreams" => policy.image_streams = self.switch(&field, value),
                "scanner" => policy.scanner = self.scanner(&field, value).unwrap_or_default(),
                "scanTimeoutSeconds" => {
                    policy.scan_timeout_seconds = self.number(&field, value, LONGEST_SCAN)
                }
                _ => self.push(
                    &field,
                    "",
                    Issue::new(Code::PolicyUnknown).with("name", name),
                ),
            }
        }
    }

    /// What the provider's registries cannot do.
    fn judge(&mut self, policy: &Policy, provider: &Provider) {
        let Capabilities {
            events,
            quarantine,
            image_streams,
            cleanup,
            automatic,
            ..
        } = provider.capabilities;
        if policy.mode == Mode::Automatic && !automatic {
            let issue = Issue::new(Code::PolicyAutomatic)
                .with("title", provider.title)
                .suggest("manual");
            self.push("policy.mode", "automatic", issue);
        }
        let switches = [
            ("events", policy.events && !events),
            ("quarantine", policy.quarantine && !quarantine),
            ("imageStreams", policy.image_streams && !image_streams),
            ("cleanup", policy.cleanup && !cleanup),
        ];
        for (name, _) in switches.iter().filter(|(_, lacking)| *lacking) {
            let issue = Issue::new(Code::PolicyLacking)
                .with("title", provider.title)
                .with("name", *name);
            self.push(&concat(&["policy.", name]), "true", issue.suggest("false"));
        }
        if policy.cleanup && cleanup && provider.rules.listing_is_limited {
            let issue = Issue::new(Code::PolicyCleanupLimited).with("title", provider.title);
            self.push("policy.cleanup", "true", issue);
        }
    }

    fn condition(&mut self, field: &str, value: &Value) -> Option<Condition> {
        if value.as_object().is_none() {
            self.shape(field, value, "an object");
            return None;
        }
        let of = |name: &str| value.get(name).filter(|value| !is_empty(value));
        let at = |name: &str| concat(&[field, ".", name]);
        let kinds = [("none", 0), ("created-within", 1), ("latest", 2)];
        let condition =
            match of("kind").map_or(Some(0), |kind| self.choice(&at("kind"), kind, &kinds))? {
                0 => Condition::None,
                1 => {
                    let units = [
                        ("days", Unit::Days),
                        ("weeks", Unit::Weeks),
                        ("months", Unit::Months),
                        ("years", Unit::Years),
                    ];
                    let amount = of("amount").map_or(Some(USUAL_AGE), |amount| {
                        self.number(&at("amount"), amount, MOST)
                    });
                    let unit = of("unit").map_or(Some(Unit::Days), |unit| {
                        self.choice(&at("unit"), unit, &units)
                    });
                    Condition::CreatedWithin {
                        amount: amount?,
                        unit: unit?,
                    }
                }
                _ => match of("count") {
                    Some(count) => Condition::Latest {
                        count: self.number(&at("count"), count, MOST)?,
                    },
                    None => {
                        self.push(&at("count"), "", amount_issue(MOST));
                        return None;
                    }
                },
            };
        Some(condition)
    }

    fn scanner(&mut self, field: &str, value: &Value) -> Option<Scanner> {
        if value.as_object().is_none() {
            self.shape(field, value, "an object");
            return None;
        }
        let at = |name: &str| concat(&[field, ".", name]);
        let kinds = [("any", false), ("specific", true)];
        let kind = value.get("kind").filter(|value| !is_empty(value));
        if !kind.map_or(Some(false), |kind| self.choice(&at("kind"), kind, &kinds))? {
            return Some(Scanner::Any);
        }
        let names = value
            .get("names")
            .and_then(Value::as_array)
            .unwrap_or_default();
        let names: Option<Vec<String>> = names
            .iter()
            .map(|name| {
                name.as_str()
                    .map(str::trim)
                    .filter(|name| !name.is_empty())
                    .map(str::to_owned)
            })
            .collect();
        match names {
            Some(names) if !names.is_empty() => Some(Scanner::Specific(names)),
            _ => {
                self.push(&at("names"), "", Issue::new(Code::PolicyScannerNames));
                None
            }
        }
    }

    fn patterns(&mut self, field: &str, value: &Value) -> PatternSet {
        let texts: Option<Vec<&str>> = value
            .as_array()
            .and_then(|list| list.iter().map(Value::as_str).collect());
        let Some(texts) =
            texts.filter(|texts| u32::try_from(texts.len()).is_ok_and(|count| count <= MOST))
        else {
            self.shape(field, value, "a list of patterns, 10000 at most");
            return PatternSet::default();
        };
        for (index, text) in texts.iter().enumerate() {
            let field = concat(&[field, ".", &index.to_string()]);
            match Pattern::parse(text) {
                Err(issue) => self.push(&field, text, issue),
                Ok(pattern) => {
                    for note in pattern.notes() {
                        self.push(&field, text, note.clone());
                    }
                    self.own_host(&field, text);
                }
            }
        }
        // What is no pattern was reported above, with its place.
        PatternSet::new(texts).unwrap_or_default()
    }

    /// Policies match the repository's path, without the host.
    fn own_host(&mut self, field: &str, text: &str) {
        let Some(host) = self.host else { return };
        let (first, path) = split_once(text, "/").unwrap_or((text, ""));
        let is_own = first == host || host == DOCKER_HUB && DOCKER_HUB_NAMES.contains(&first);
        if is_own {
            let issue = Issue::new(Code::PatternOwnHost)
                .at(0..text.len().saturating_sub(path.len()))
                .with("host", first);
            self.push(field, text, issue.suggest(path));
        }
    }

    fn time_of_day(&mut self, field: &str, value: &Value) -> Option<u16> {
        let text = self.text(field, value)?;
        let minutes = text.split_once(':').and_then(|(hour, minute)| {
            let number = |text: &str, most: u16| {
                let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
                text.parse::<u16>()
                    .ok()
                    .filter(|number| digits && *number <= most)
            };
            number(hour, 23)?
                .checked_mul(60)?
                .checked_add(number(minute, 59)?)
        });
        if minutes.is_none() {
            self.push(
                field,
                text,
                Issue::new(Code::PolicyTime).with("value", text),
            );
        }
        minutes
    }

    /// A name of the IANA database by its form; the list of names is the runtime's.
    fn timezone(&mut self, field: &str, value: &Value) -> Option<String> {
        let text = self.text(field, value)?;
        let part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
        };
        let sound = text.len() <= 64 && text.split('/').all(part);
        if !sound {
            let issue = Issue::new(Code::PolicyTimezone).with("value", text);
            self.push(field, text, issue);
        }
        sound.then(|| text.to_owned())
    }

    /// Yes or no; as a text too, which is what a suggestion is.
    fn switch(&mut self, field: &str, value: &Value) -> bool {
        match (value.as_bool(), value.as_str()) {
            (Some(value), _) => value,
            (_, Some("true")) => true,
            (_, Some("false")) => false,
            _ => {
                self.shape(field, value, "true or false");
                false
            }
        }
    }

    fn number(&mut self, field: &str, value: &Value, most: u32) -> Option<u32> {
        let number = match value {
            Value::Number(text) => text.parse::<u32>().ok(),
            _ => None,
        };
        let number = number.filter(|number| (1..=most).contains(number));
        if number.is_none() {
            self.push(field, &shown(value), amount_issue(most));
        }
        number
    }

    fn choice<T: Copy>(&mut self, field: &str, value: &Value, choices: &[(&str, T)]) -> Option<T> {
        let text = value.as_str().unwrap_or_default();
        let chosen = choices
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, choice)| *choice);
        if chosen.is_none() {
            let value = shown(value);
            let issue = Issue::new(Code::PolicyChoice)
                .with("value", value.as_str())
                .with("choices", join(choices.iter().map(|(name, _)| *name), ", "));
            self.push(field, &value, issue);
        }
        chosen
    }

    fn text<'v>(&mut self, field: &str, value: &'v Value) -> Option<&'v str> {
        let text = value.as_str();
        if text.is_none() {
            self.shape(field, value, "a text");
        }
        text
    }

    fn shape(&mut self, field: &str, value: &Value, expected: &'static str) {
        self.push(
            field,
            &shown(value),
            Issue::new(Code::PolicyShape).with("expected", expected),
        );
    }

    fn push(&mut self, field: &str, text: &str, issue: Issue) {
        self.findings.push(issue.in_field(field, text, false));
    }
}

fn amount_issue(most: u32) -> Issue {
    Issue::new(Code::PolicyAmount).with("most", most.to_string())
}

/// Whether nothing is filled in.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// A value as the field that holds it shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.clone(),
        Value::Bool(value) => value.to_string(),
    }
}
