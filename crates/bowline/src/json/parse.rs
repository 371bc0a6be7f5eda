//! Reads JSON (RFC 8259).

use super::{Object, Value};

/// How deep a document may nest.
const DEPTH: u32 = 64;

/// The document that a text is.
pub(super) fn document(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text };
    let value = reader.value(DEPTH)?;
    reader.skip_space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: u32) -> Option<Value> {
        self.skip_space();
        match self.rest.bytes().next()? {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b'"' => self.string().map(Value::String),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: u32) -> Option<Value> {
        let mut members = Object::default();
        let mut open = self.open('{', '}');
        while open {
            self.skip_space();
            let name = self.string()?;
            self.skip_space();
            self.take(':')?;
            members.push(name, self.value(depth)?);
            open = self.more('}')?;
        }
        Some(Value::Object(members))
    }

    fn array(&mut self, depth: u32) -> Option<Value> {
        let mut elements = Vec::new();
        let mut open = self.open('[', ']');
        while open {
            elements.push(self.value(depth)?);
            open = self.more(']')?;
        }
        Some(Value::Array(elements))
    }

    /// Begins a list or an object; whether it has anything in it.
    fn open(&mut self, mark: char, end: char) -> bool {
        let _ = self.take(mark);
        self.skip_space();
        self.take(end).is_none()
    }

    /// Whether another element follows; `None` where neither a comma nor the end does.
    fn more(&mut self, end: char) -> Option<bool> {
        self.skip_space();
        if self.take(',').is_some() {
            Some(true)
        } else {
            self.take(end).map(|()| false)
        }
    }

    fn string(&mut self) -> Option<String> {
        self.take('"')?;
        let mut text = String::new();
        loop {
            let end = self
                .rest
                .bytes()
                .position(|b| matches!(b, b'"' | b'\\' | 0..0x20))?;
            let (plain, rest) = self.rest.split_at_checked(end)?;
            text.push_str(plain);
            self.rest = rest;
            if self.take('"').is_some() {
                return Some(text);
            }
            // Whatever else stopped the text must be an escape.
            self.take('\\')?;
            text.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Option<char> {
        let mark = self.rest.chars().next()?;
        self.take(mark)?;
        Some(match mark {
            '"' | '\\' | '/' => mark,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => self.unicode()?,
            _ => return None,
        })
    }

    /// A character as one UTF-16 unit, or as two.
    fn unicode(&mut self) -> Option<char> {
        let unit = self.unit()?;
        if !(0xd800..0xdc00).contains(&unit) {
            return Some(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.rest;
        let second = self.rest.strip_prefix("\\u").and_then(|rest| {
            self.rest = rest;
            self.unit()
        });
        let pair = second.map(|second| char::decode_utf16([unit, second]).next());
        match pair {
            Some(Some(Ok(character))) => Some(character),
            _ => {
                self.rest = before;
                Some(char::REPLACEMENT_CHARACTER)
            }
        }
    }

    fn unit(&mut self) -> Option<u16> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.rest = rest;
        u16::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.rest;
        let _ = self.take('-');
        if self.take('0').is_none() {
            self.digits()?;
        }
        if self.take('.').is_some() {
            self.digits()?;
        }
        if self.take('e').or_else(|| self.take('E')).is_some() {
            let _ = self.take('+').or_else(|| self.take('-'));
            self.digits()?;
        }
        start
            .strip_suffix(self.rest)
            .map(|number| Value::Number(number.to_owned()))
    }

    fn digits(&mut self) -> Option<()> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let some = rest.len() < self.rest.len();
        self.rest = rest;
        some.then_some(())
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(value)
    }

    fn take(&mut self, mark: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(mark)?;
        Some(())
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
}
