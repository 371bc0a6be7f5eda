//! Writes JSON.

use super::Value;

/// Adds a document to a text.
pub(super) fn document(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(text) => out.extend_from_slice(text.as_bytes()),
        Value::String(text) => string(text, out),
        Value::Array(elements) => {
            let mut mark = b'[';
            for element in elements {
                out.push(mark);
                document(element, out);
                mark = b',';
            }
            end(mark, b'[', b']', out);
        }
        Value::Object(members) => {
            let mut mark = b'{';
            for (name, value) in members.iter() {
                out.push(mark);
                string(name, out);
                out.push(b':');
                document(value, out);
                mark = b',';
            }
            end(mark, b'{', b'}', out);
        }
    }
}

/// Ends a list or an object; `mark` would have come before another element.
fn end(mark: u8, open: u8, close: u8, out: &mut Vec<u8>) {
    if mark == open {
        out.push(open);
    }
    out.push(close);
}

fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    let is_special = |b: &u8| matches!(b, b'"' | b'\\' | 0..b' ');
    while let Some(at) = rest.iter().position(is_special)
        && let Some((plain, [byte, after @ ..])) = rest.split_at_checked(at)
    {
        out.extend_from_slice(plain);
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let digit = |at: u8| DIGITS.get(usize::from(at)).copied().unwrap_or(b'0');
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
            }
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}
