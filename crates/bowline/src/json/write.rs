//! Writes JSON.

use super::Value;

/// Adds a document to a text.
pub(super) fn document(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => string(text, out),
        Value::Array(elements) => {
            let mut mark = '[';
            for element in elements {
                out.push(mark);
                document(element, out);
                mark = ',';
            }
            out.push_str(if elements.is_empty() { "[]" } else { "]" });
        }
        Value::Object(members) => {
            let mut mark = '{';
            for (name, value) in members.iter() {
                out.push(mark);
                string(name, out);
                out.push(':');
                document(value, out);
                mark = ',';
            }
            out.push_str(if mark == '{' { "{}" } else { "}" });
        }
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some((plain, after)) = rest
        .find(|c: char| c < ' ' || matches!(c, '"' | '\\'))
        .and_then(|at| rest.split_at_checked(at))
    {
        out.push_str(plain);
        let mut characters = after.chars();
        let character = characters.next().unwrap_or_default();
        match character {
            '\n' => out.push_str("\\n"),
            '"' | '\\' => out.extend(['\\', character]),
            _ => {
                let digit = |shift: u32| {
                    char::from_digit((u32::from(character) >> shift) & 15, 16).unwrap_or('0')
                };
                out.push_str("\\u00");
                out.extend([digit(4), digit(0)]);
            }
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}
