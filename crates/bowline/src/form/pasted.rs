//! Marks that pasting leaves in the text of a field.

use crate::{
    finding::Issue,
    message::Code,
    text::{is_invisible, is_plain, replaced, trim, unquoted, visible},
};

/// The mark that pasting left in the text of a field, other than a URL field: at most one issue, with the text
/// to have instead.
pub(super) fn pasted(text: &str) -> Option<Issue> {
    if is_plain(text) {
        return None;
    }
    let issue = |code| Some(Issue::new(code));
    let trimmed = trim(text);
    if trimmed.len() != text.len() {
        let around = replaced(text, trimmed, "");
        let mut code = Code::TextSpace;
        for c in around.chars() {
            code = match c {
                '\n' | '\r' => Code::TextLineBreak,
                c if !c.is_whitespace() && code == Code::TextSpace => Code::TextInvisible,
                _ => code,
            };
        }
        // White space is fixed where it is; what should be nowhere, everywhere.
        return issue(code).map(|issue| match code {
            Code::TextSpace => issue.suggest(trimmed),
            _ => issue.suggest(visible(trimmed)),
        });
    }
    if let Some(inner) = unquoted(text) {
        return issue(Code::TextQuoted).map(|issue| issue.suggest(inner));
    }
    let (at, found) = text.char_indices().find(|&(_, c)| is_invisible(c))?;
    let code = if matches!(found, '\n' | '\r') {
        Code::TextLineBreak
    } else {
        Code::TextInvisible
    };
    Some(
        Issue::new(code)
            .at(at..at.saturating_add(found.len_utf8()))
            .suggest(visible(text)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_text_is_named_and_fixed() {
        let cases = [
            ("token ", Some(("text.space", "token"))),
            ("token\n", Some(("text.line_break", "token"))),
            ("\u{feff}token", Some(("text.invisible", "token"))),
            ("\"token\"", Some(("text.quoted", "token"))),
            ("to\u{200b}ken", Some(("text.invisible", "token"))),
            ("to\nken", Some(("text.line_break", "token"))),
            ("to ken", None),
            ("'", None),
            ("\"\"", None),
        ];
        for (text, expected) in cases {
            let issue = pasted(text);
            let found = issue
                .as_ref()
                .map(|i| (i.code().as_str(), i.suggestion().unwrap()));
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
