//! Globs over a whole part, matched without backtracking beyond the last star.

use crate::{
    finding::{Code, Issue},
    text::concat,
};

/// A glob: `*` and `**` are any text, `?` is one character, `{a,b}` is either.
///
/// Braces are multiplied out when it is parsed, so that matching one alternative is linear in practice and
/// never worse than the product of both lengths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: String,
    alternatives: Vec<Vec<Token>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Text(String),
    One,
    Any,
}

/// Braces that would multiply out to more alternatives than this are refused.
const MOST_ALTERNATIVES: usize = 256;

impl Glob {
    /// Parses a glob, which begins at byte `start` of the pattern.
    pub(super) fn parse(text: &str, start: usize) -> Result<Self, Issue> {
        let mut spelled = vec![String::new()];
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let at = start
                .saturating_add(text.len().saturating_sub(rest.len()))
                .saturating_add(open);
            let (before, group) = rest.split_at_checked(open).unwrap_or_default();
            let braces = || {
                let issue = Issue::new(Code::PatternBraces).at(at..at.saturating_add(1));
                issue
                    .with("sample", "{a,b}")
                    .with("most", MOST_ALTERNATIVES.to_string())
            };
            let (inner, after) = group
                .strip_prefix('{')
                .and_then(|group| group.split_once('}'))
                .ok_or_else(braces)?;
            if inner.contains('{') {
                return Err(braces());
            }
            let choices: Vec<&str> = inner.split(',').collect();
            if spelled.len().saturating_mul(choices.len()) > MOST_ALTERNATIVES {
                return Err(braces());
            }
            spelled = spelled
                .iter()
                .flat_map(|head| {
                    choices
                        .iter()
                        .map(move |choice| concat(&[head, before, choice]))
                })
                .collect();
            rest = after;
        }
        let alternatives = spelled
            .iter()
            .map(|head| tokens(&concat(&[head, rest])))
            .collect();
        Ok(Self {
            text: text.to_owned(),
            alternatives,
        })
    }

    /// The glob as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the whole of `text` is of this shape.
    pub fn matches(&self, text: &str) -> bool {
        self.alternatives
            .iter()
            .any(|tokens| matches_tokens(tokens, text))
    }

    /// Whether every alternative begins with a star.
    pub(super) fn starts_anywhere(&self) -> bool {
        self.alternatives
            .iter()
            .all(|tokens| tokens.first() == Some(&Token::Any))
    }

    /// For each alternative the longest text that it needs, which is empty where it needs none.
    pub(super) fn needed_texts(&self) -> impl Iterator<Item = &str> {
        self.alternatives.iter().map(|tokens| {
            let texts = tokens.iter().filter_map(|token| match token {
                Token::Text(text) => Some(text.as_str()),
                Token::One | Token::Any => None,
            });
            texts.max_by_key(|text| text.len()).unwrap_or_default()
        })
    }
}

fn tokens(spelled: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for c in spelled.chars() {
        match (c, tokens.last_mut()) {
            ('*', Some(Token::Any)) => {}
            ('*', _) => tokens.push(Token::Any),
            ('?', _) => tokens.push(Token::One),
            (c, Some(Token::Text(text))) => text.push(c),
            (c, _) => tokens.push(Token::Text(c.to_string())),
        }
    }
    tokens
}

/// The classic walk: on a mismatch go back to the last star only and let it take one character more.
fn matches_tokens(tokens: &[Token], text: &str) -> bool {
    let (mut token, mut rest) = (0_usize, text);
    let mut star: Option<(usize, &str)> = None;
    loop {
        let step = match tokens.get(token) {
            Some(Token::Any) => {
                token = token.saturating_add(1);
                star = Some((token, rest));
                continue;
            }
            Some(Token::Text(text)) => rest.strip_prefix(text.as_str()),
            Some(Token::One) => without_first(rest),
            None if rest.is_empty() => return true,
            None => None,
        };
        match (step, star) {
            (Some(left), _) => {
                token = token.saturating_add(1);
                rest = left;
            }
            (None, Some((after_star, from))) => {
                let Some(from) = without_first(from) else {
                    return false;
                };
                star = Some((after_star, from));
                (token, rest) = (after_star, from);
            }
            (None, None) => return false,
        }
    }
}

fn without_first(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    chars.next().map(|_| chars.as_str())
}
