//! JSON as people paste it: with comments, a trailing comma, line breaks inside texts, between quotation marks, or a piece
//! of it.

use crate::{
    document::Document,
    text::{concat, without_quotes},
};

/// The JSON that `text` was meant to be: without comments and trailing commas, with line breaks escaped, closed at its end.
/// What follows the first value is left out. `None` where that is no JSON either.
pub(crate) fn repaired(text: &str) -> Option<String> {
    let text = without_quotes(text.trim());
    // Copied out of another text.
    if text.starts_with("{\\\"") || text.starts_with("{\\n") {
        let end = text
            .rfind('}')
            .map_or(text.len(), |at| at.saturating_add(1));
        let whole = concat(&["\"", text.get(..end).unwrap_or(""), "\""]);
        let Document::Text(inner) = Document::parse(&whole)? else {
            return None;
        };
        return Document::parse(&inner).is_some().then_some(inner);
    }
    let mut repair = Repair::default();
    // A member without the braces around it.
    if text.starts_with('"') {
        repair.open('{');
    }
    let made = repair.run(text)?;
    Document::parse(&made).is_some().then_some(made)
}

/// The deepest that values may stand within values.
const DEPTH: usize = 64;

#[derive(Default)]
struct Repair {
    made: String,
    /// The brackets that are open.
    open: Vec<char>,
    /// A comma that is written once something follows it.
    comma: bool,
    /// The white space behind that comma.
    gap: String,
}

impl Repair {
    fn open(&mut self, bracket: char) {
        self.write(bracket);
        self.open.push(if bracket == '{' { '}' } else { ']' });
    }

    fn write(&mut self, c: char) {
        if std::mem::take(&mut self.comma) {
            self.made.push(',');
        }
        self.made.push_str(&std::mem::take(&mut self.gap));
        self.made.push(c);
    }

    fn run(mut self, text: &str) -> Option<String> {
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' | '\'' | '“' | '”' => self.text(c, &mut chars)?,
                '#' => while chars.next_if(|c| *c != '\n').is_some() {},
                '/' if chars.next_if_eq(&'/').is_some() => {
                    while chars.next_if(|c| *c != '\n').is_some() {}
                }
                '/' if chars.next_if_eq(&'*').is_some() => {
                    let mut before = ' ';
                    for c in chars.by_ref() {
                        if before == '*' && c == '/' {
                            break;
                        }
                        before = c;
                    }
                }
                ',' => self.comma = true,
                '{' | '[' => {
                    if self.open.len() >= DEPTH {
                        return None;
                    }
                    self.open(c);
                }
                '}' | ']' => {
                    if self.open.pop() != Some(c) {
                        return None;
                    }
                    self.comma = false;
                    self.write(c);
                    if self.open.is_empty() {
                        return Some(self.made);
                    }
                }
                c if c.is_whitespace() => self.gap.push(c),
                c => self.write(c),
            }
        }
        self.comma = false;
        while let Some(bracket) = self.open.pop() {
            self.made.push(bracket);
        }
        Some(self.made)
    }

    /// The text between quotation marks; `None` where it has no end.
    fn text(&mut self, open: char, chars: &mut impl Iterator<Item = char>) -> Option<()> {
        let close = if open == '“' { '”' } else { open };
        self.write('"');
        while let Some(c) = chars.next() {
            match c {
                c if c == close => {
                    self.made.push('"');
                    return Some(());
                }
                '"' => self.made.push_str("\\\""),
                '\\' => match chars.next()? {
                    '\'' => self.made.push('\''),
                    escaped => self.made.extend(['\\', escaped]),
                },
                '\n' => self.made.push_str("\\n"),
                '\t' => self.made.push_str("\\t"),
                c if c.is_control() => {}
                c => self.made.push(c),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::repaired;
    use crate::document::Document;

    #[test]
    fn what_was_meant_is_read() {
        let expected = Document::parse(r#"{"a": {"b": "c\nd"}}"#);
        for text in [
            "{\"a\": {\"b\": \"c\\nd\"}}",
            "{\"a\": {\"b\": \"c\nd\"}}",
            "{\"a\": {\"b\": \"c\r\nd\"}}",
            "{\"a\": {\"b\": \"c\\nd\",},}",
            "{ // x\n\"a\": /* y */ {\"b\": \"c\\nd\"} # z\n}",
            "'{\"a\": {\"b\": \"c\\nd\"}}'",
            "{'a': {'b': 'c\\nd'}}",
            "{“a”: {“b”: “c\\nd”}}",
            "\"a\": {\"b\": \"c\\nd\"}",
            "\"a\": {\"b\": \"c\\nd\"},",
            "\"a\": {\"b\": \"c\\nd\"} }",
            "{\"a\": {\"b\": \"c\\nd\"",
            "{\"a\": {\"b\": \"c\\nd\"}} and so on",
            "{\\\"a\\\": {\\\"b\\\": \\\"c\\\\nd\\\"}}",
        ] {
            let found = Document::parse(text).or_else(|| Document::parse(&repaired(text).unwrap()));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_cut_off_is_not_guessed() {
        for text in ["", "{\"a\": \"b", "{\"a\": }", "}", "{]", "{{ x }}", "a"] {
            assert_eq!(repaired(text), None, "{text}");
        }
        assert_eq!(repaired(&"[".repeat(100_000)), None);
    }
}
