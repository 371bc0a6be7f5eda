//! Parses a policy from what a form or a request holds.

use serde::Serialize;

use super::{Condition, Mode, Policy, Rescan, Scanner, Unit, timezone};
use crate::{
    document::{Document, Object},
    finding::{Code, Finding, Issue},
    findings::BoundedFindings,
    pattern::{Budget, Pattern, PatternSet},
    provider::{Capabilities, Provider, is_same_registry, provider},
    text::{concat, contains, decimal, join, split_once},
};

/// The most that `amount`, `count` and the number of patterns may be.
const MOST: u32 = 10_000;

/// The longest time that a scan may take: a day.
const LONGEST_SCAN: u32 = 86_400;

/// The age of a condition `created-within` without numbers, in days.
const USUAL_AGE: u32 = 60;

impl Policy {
    /// Parses a policy; `null` is the default one.
    ///
    /// `provider` is whose registry it is for, and `host` where that is, with its port; what depends on one that is
    /// not given is not judged. Returns what was found, in fields such as `policy.include.0`, and the policy if
    /// there is no error among it.
    pub fn check(
        value: &Document,
        provider: Option<&Provider>,
        host: Option<&str>,
    ) -> (Vec<Finding>, Option<Self>) {
        let mut findings = BoundedFindings::default();
        let policy = Uncompiled::read(value, provider, host, &mut findings);
        let policy = (!findings.has_error()).then(|| policy.compile());
        (findings.into_vec(), policy)
    }

    /// Adds what [`Policy::check`] finds. Tells whether the policy watches image streams.
    pub(crate) fn find(
        value: &Document,
        provider: Option<&Provider>,
        host: Option<&str>,
        findings: &mut BoundedFindings,
    ) -> bool {
        let read = Uncompiled::read(value, provider, host, findings);
        read.policy.image_streams
    }
}

/// What a policy's check found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicyReport {
    /// Whether there is no error among the findings.
    pub valid: bool,
    /// What was found, in fields such as `policy.include.0`.
    pub findings: Vec<Finding>,
}

impl PolicyReport {
    /// What [`Policy::check`] finds, for the provider of this id. An id that no provider has is one of the findings.
    pub fn new(policy: &Document, provider_id: Option<&str>, host: Option<&str>) -> Self {
        let id = provider_id.unwrap_or_default();
        let known = provider(id);
        let mut findings = BoundedFindings::default();
        if known.is_none() && !id.is_empty() {
            let issue = Issue::new(Code::ProviderUnknown).with("provider", id);
            findings.push("provider", id, issue, false);
        }
        Policy::find(policy, known, host, &mut findings);
        Self {
            valid: !findings.has_error(),
            findings: findings.into_vec(),
        }
    }
}

/// A policy as it was read: a form is judged without compiling anything.
#[derive(Default)]
struct Uncompiled {
    /// Without patterns.
    policy: Policy,
    never: Vec<Pattern>,
    include: Vec<Pattern>,
    always: Vec<Pattern>,
}

impl Uncompiled {
    fn read(
        value: &Document,
        provider: Option<&Provider>,
        host: Option<&str>,
        findings: &mut BoundedFindings,
    ) -> Self {
        let mut reader = Reader { host, findings };
        let read = match value {
            Document::Null => Self::default(),
            Document::Object(members) => reader.policy(members),
            _ => {
                reader.shape("policy", value, "an object");
                Self::default()
            }
        };
        if let Some(provider) = provider {
            reader.judge(&read.policy, provider);
        }
        read
    }

    fn compile(self) -> Policy {
        Policy {
            never: PatternSet::of(self.never),
            include: PatternSet::of(self.include),
            always: PatternSet::of(self.always),
            ..self.policy
        }
    }
}

/// The members of a policy.
const MEMBERS: [&str; 14] = [
    "mode",
    "at",
    "timezone",
    "rescanExisting",
    "include",
    "condition",
    "never",
    "always",
    "cleanup",
    "events",
    "quarantine",
    "imageStreams",
    "scanner",
    "scanTimeoutSeconds",
];

struct Reader<'a> {
    host: Option<&'a str>,
    findings: &'a mut BoundedFindings,
}

impl Reader<'_> {
    /// Reads the members, in the order in which they are described, whatever their order in the document.
    fn policy(&mut self, members: &Object) -> Uncompiled {
        let modes = [Mode::Manual, Mode::Automatic].map(|mode| (mode.as_str(), mode));
        let mode = filled_text(members, "mode");
        let mode = mode.and_then(|mode| self.choice("policy.mode", mode, &modes));
        let at = self.time_of_day(members);
        let timezone = self.timezone(members);
        let rescan_existing = self.rescan(members).unwrap_or_default();
        let mut budget = Some(Budget::default());
        let include = self.patterns(members, "include", &mut budget);
        let condition = self.condition(members).unwrap_or_default();
        let never = self.patterns(members, "never", &mut budget);
        let always = self.patterns(members, "always", &mut budget);
        let policy = Policy {
            mode: mode.unwrap_or_default(),
            at: at.unwrap_or_default(),
            timezone: timezone.unwrap_or_default(),
            rescan_existing,
            condition,
            cleanup: self.switch(members, "cleanup"),
            events: self.switch(members, "events"),
            quarantine: self.switch(members, "quarantine"),
            image_streams: self.switch(members, "imageStreams"),
            scanner: self.scanner(members).unwrap_or_default(),
            scan_timeout_seconds: filled(members, "scanTimeoutSeconds")
                .and_then(|value| self.number("policy.scanTimeoutSeconds", value, LONGEST_SCAN)),
            ..Policy::default()
        };
        self.unknown("policy.", members, &MEMBERS);
        Uncompiled {
            policy,
            never,
            include,
            always,
        }
    }

    /// Members of other names.
    fn unknown(&mut self, object: &str, members: &Object, known: &[&str]) {
        for (name, value) in members.iter() {
            if !value.is_null() && !known.contains(&name) {
                let issue = Issue::new(Code::PolicyUnknown).with("name", name);
                self.push(&concat(&[object, name]), "", issue);
            }
        }
    }

    /// Reports what the provider's registries cannot do.
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

    fn condition(&mut self, members: &Object) -> Option<Condition> {
        let value = filled(members, "condition")?;
        let Some(members) = value.as_object() else {
            self.shape("policy.condition", value, "an object");
            return None;
        };
        self.unknown(
            "policy.condition.",
            members,
            &["kind", "amount", "unit", "count"],
        );
        let kinds = [("none", 0), ("created-within", 1), ("latest", 2)];
        let kind = filled_text(members, "kind");
        let kind = kind.map_or(Some(0), |kind| {
            self.choice("policy.condition.kind", kind, &kinds)
        });
        let used: &[&str] = match kind? {
            0 => &[],
            1 => &["amount", "unit"],
            _ => &["count"],
        };
        // Of what does not count for this kind, the type is judged.
        for name in ["amount", "unit", "count"] {
            let Some(value) = filled(members, name).filter(|_| !used.contains(&name)) else {
                continue;
            };
            let field = concat(&["policy.condition.", name]);
            match (name, value) {
                ("unit", Document::Text(_))
                | ("amount" | "count", Document::Integer(_) | Document::Float(_)) => {}
                ("unit", _) => self.shape(&field, value, "a text"),
                _ => self.shape(&field, value, "a number"),
            }
        }
        Some(match kind? {
            0 => Condition::None,
            1 => {
                let units = [Unit::Days, Unit::Weeks, Unit::Months, Unit::Years];
                let units = units.map(|unit| (unit.as_str(), unit));
                let amount = filled(members, "amount").map_or(Some(USUAL_AGE), |amount| {
                    self.number("policy.condition.amount", amount, MOST)
                });
                let unit = filled_text(members, "unit").map_or(Some(Unit::Days), |unit| {
                    self.choice("policy.condition.unit", unit, &units)
                });
                Condition::CreatedWithin {
                    amount: amount?,
                    unit: unit?,
                }
            }
            _ => {
                let count = filled(members, "count").unwrap_or(&Document::Null);
                Condition::Latest {
                    count: self.number("policy.condition.count", count, MOST)?,
                }
            }
        })
    }

    fn scanner(&mut self, members: &Object) -> Option<Scanner> {
        let value = filled(members, "scanner")?;
        let Some(members) = value.as_object() else {
            self.shape("policy.scanner", value, "an object");
            return None;
        };
        self.unknown("policy.scanner.", members, &["kind", "names"]);
        let kinds = [("any", false), ("specific", true)];
        let kind = filled_text(members, "kind").map_or(Some(false), |kind| {
            self.choice("policy.scanner.kind", kind, &kinds)
        });
        if !kind? {
            if let Some(names) = filled(members, "names").filter(|names| names.as_list().is_none())
            {
                self.shape("policy.scanner.names", names, "a list of names");
            }
            return Some(Scanner::Any);
        }
        let names = members
            .get("names")
            .and_then(Document::as_list)
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
                let issue = Issue::new(Code::PolicyScannerNames);
                self.push("policy.scanner.names", "", issue);
                None
            }
        }
    }

    /// The patterns of a list. Once the patterns are too large together, that was said and no other is parsed: there is
    /// no budget any more.
    fn patterns(
        &mut self,
        members: &Object,
        name: &str,
        budget: &mut Option<Budget>,
    ) -> Vec<Pattern> {
        let Some(value) = filled(members, name) else {
            return Vec::new();
        };
        let list = concat(&["policy.", name]);
        let texts: Option<Vec<&str>> = value
            .as_list()
            .filter(|list| u32::try_from(list.len()).is_ok_and(|count| count <= MOST))
            .and_then(|list| list.iter().map(Document::as_str).collect());
        let Some(texts) = texts else {
            self.shape(&list, value, "a list of patterns, 10000 at most");
            return Vec::new();
        };
        let mut patterns = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let Some(left) = budget else { break };
            let field = concat(&[&list, ".", &index.to_string()]);
            match Pattern::parse_within(text, left) {
                Err(issue) => {
                    if issue.code() == Code::PatternTooLarge {
                        *budget = None;
                    }
                    self.push(&field, text, issue);
                }
                Ok(pattern) => {
                    for note in pattern.notes() {
                        self.push(&field, text, note.clone());
                    }
                    self.own_host(&field, text);
                    patterns.push(pattern);
                }
            }
        }
        patterns
    }

    /// Policies match the repository's path, without the host.
    fn own_host(&mut self, field: &str, text: &str) {
        let Some(host) = self.host else { return };
        let (first, path) = split_once(text, "/").unwrap_or((text, ""));
        // A name of one word is no host, and most patterns have no path.
        let is_own = first == host || contains(first, ".") && is_same_registry(first, host);
        if is_own {
            let issue = Issue::new(Code::PatternOwnHost)
                .at(0..text.len().saturating_sub(path.len()))
                .with("host", first);
            self.push(field, text, issue.suggest(path));
        }
    }

    fn time_of_day(&mut self, members: &Object) -> Option<u16> {
        let text = self.text(members, "at")?;
        let minutes = text.split_once(':').and_then(|(hour, minute)| {
            let number = |text: &str, most: u16| {
                let number = decimal(text).filter(|_| text.len() == 2)?;
                u16::try_from(number).ok().filter(|number| *number <= most)
            };
            number(hour, 23)?
                .checked_mul(60)?
                .checked_add(number(minute, 59)?)
        });
        if minutes.is_none() {
            let issue = Issue::new(Code::PolicyTime).with("value", text);
            self.push("policy.at", text, issue);
        }
        minutes
    }

    /// A name of the IANA database, as it is spelled there.
    fn timezone(&mut self, members: &Object) -> Option<String> {
        let text = self.text(members, "timezone")?;
        let zone = timezone::known(text);
        if zone.is_none() {
            let issue = Issue::new(Code::PolicyTimezone).with("value", text);
            let meant = timezone::meant(text).map(str::to_owned);
            self.push("policy.timezone", text, issue.suggest_some(meant));
        }
        zone.map(str::to_owned)
    }

    /// `false` and `true` are how `never` and `new` were written.
    fn rescan(&mut self, members: &Object) -> Option<Rescan> {
        let value = filled(members, "rescanExisting")?;
        if let Some(on) = value.as_bool() {
            return Some(if on { Rescan::New } else { Rescan::Never });
        }
        let choices = [Rescan::Never, Rescan::New, Rescan::Always];
        let choices = choices.map(|choice| (choice.as_str(), choice));
        self.choice("policy.rescanExisting", value, &choices)
    }

    /// Yes or no. A text that says so is read too: a suggestion is one.
    fn switch(&mut self, members: &Object, name: &str) -> bool {
        let Some(value) = members.get(name).filter(|value| !value.is_null()) else {
            return false;
        };
        if let Some(on) = value.as_bool() {
            return on;
        }
        let field = concat(&["policy.", name]);
        match value.as_str() {
            Some(text @ ("true" | "false")) => {
                let issue = Issue::new(Code::PolicySwitchText).with("value", text);
                self.push(&field, text, issue);
                text == "true"
            }
            _ => {
                self.shape(&field, value, "true or false");
                false
            }
        }
    }

    fn number(&mut self, field: &str, value: &Document, most: u32) -> Option<u32> {
        let number = match value {
            Document::Integer(number) => u32::try_from(*number).ok(),
            _ => None,
        };
        let number = number.filter(|number| (1..=most).contains(number));
        if number.is_none() {
            self.push(field, &value.shown(), amount_issue(most));
        }
        number
    }

    fn choice<T: Copy>(
        &mut self,
        field: &str,
        value: &Document,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let text = value.as_str().unwrap_or_default();
        let chosen = choices
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, choice)| *choice);
        if chosen.is_none() {
            let value = value.shown();
            let issue = Issue::new(Code::PolicyChoice)
                .with("value", value.as_str())
                .with("choices", join(choices.iter().map(|(name, _)| *name), ", "));
            self.push(field, &value, issue);
        }
        chosen
    }

    /// A member that is a text; one that is empty is not filled in.
    fn text<'v>(&mut self, members: &'v Object, name: &str) -> Option<&'v str> {
        let value = filled_text(members, name)?;
        let text = value.as_str();
        if text.is_none() {
            self.shape(&concat(&["policy.", name]), value, "a text");
        }
        text
    }

    fn shape(&mut self, field: &str, value: &Document, expected: &'static str) {
        self.push(
            field,
            &value.shown(),
            Issue::new(Code::PolicyShape).with("expected", expected),
        );
    }

    fn push(&mut self, field: &str, text: &str, issue: Issue) {
        self.findings.push(field, text, issue, false);
    }
}

fn amount_issue(most: u32) -> Issue {
    Issue::new(Code::PolicyAmount).with("most", most.to_string())
}

/// The member of this name, unless it is `null`.
fn filled<'v>(members: &'v Object, name: &str) -> Option<&'v Document> {
    members.get(name).filter(|value| !value.is_null())
}

/// The member of this name, unless it is `null` or an empty text: what is a text is not filled in either way.
fn filled_text<'v>(members: &'v Object, name: &str) -> Option<&'v Document> {
    filled(members, name).filter(|value| value.as_str() != Some(""))
}
