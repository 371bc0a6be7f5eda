//! Reads JSON (RFC 8259), byte by byte: all that has a meaning is ASCII.

use super::{Object, Value};

/// How deep a document may nest.
const DEPTH: u32 = 64;

/// The document that a text is.
pub(super) fn document(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(DEPTH)?;
    reader.skip_space();
    reader.next().is_none().then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    /// Where the next byte stands.
    at: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: u32) -> Option<Value> {
        self.skip_space();
        match self.next()? {
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
        let mut open = self.open(b'}');
        while open {
            self.skip_space();
            let name = self.string()?;
            self.skip_space();
            self.take(b':')?;
            members.push(name, self.value(depth)?);
            open = self.more(b'}')?;
        }
        Some(Value::Object(members))
    }

    fn array(&mut self, depth: u32) -> Option<Value> {
        let mut elements = Vec::new();
        let mut open = self.open(b']');
        while open {
            elements.push(self.value(depth)?);
            open = self.more(b']')?;
        }
        Some(Value::Array(elements))
    }

    /// Begins a list or an object; whether it has anything in it.
    fn open(&mut self, end: u8) -> bool {
        self.skip();
        self.skip_space();
        self.take(end).is_none()
    }

    /// Whether another element follows; `None` where neither a comma nor the end does.
    fn more(&mut self, end: u8) -> Option<bool> {
        self.skip_space();
        if self.take(b',').is_some() {
            Some(true)
        } else {
            self.take(end).map(|()| false)
        }
    }

    fn string(&mut self) -> Option<String> {
        self.take(b'"')?;
        let plain = self.plain()?;
        if self.take(b'"').is_some() {
            return Some(plain.to_owned());
        }
        let mut text = plain.as_bytes().to_vec();
        while self.take(b'"').is_none() {
            // Whatever else stopped the text must be an escape.
            self.take(b'\\')?;
            self.escape(&mut text)?;
            text.extend_from_slice(self.plain()?.as_bytes());
        }
        String::from_utf8(text).ok()
    }

    /// What of a string stands as it is, up to its end, an escape or what no string holds.
    fn plain(&mut self) -> Option<&'a str> {
        let start = self.at;
        let stops = |b: &u8| matches!(b, b'"' | b'\\' | 0..0x20);
        let rest = self.text.as_bytes().get(start..)?;
        self.at = start.wrapping_add(rest.iter().position(stops)?);
        self.text.get(start..self.at)
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let mark = self.next()?;
        self.skip();
        text.push(match mark {
            b'"' | b'\\' | b'/' => mark,
            b'b' => 8,
            b'f' => 0xc,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let character = self.unicode()?;
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Some(());
            }
            _ => return None,
        });
        Some(())
    }

    /// A character as one UTF-16 unit, or as two.
    fn unicode(&mut self) -> Option<char> {
        let unit = self.unit()?;
        if !(0xd800..0xdc00).contains(&unit) {
            return Some(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.at;
        let second = self
            .take(b'\\')
            .and_then(|()| self.take(b'u'))
            .and_then(|()| self.unit());
        let pair = second.map(|second| char::decode_utf16([unit, second]).next());
        match pair {
            Some(Some(Ok(character))) => Some(character),
            _ => {
                self.at = before;
                Some(char::REPLACEMENT_CHARACTER)
            }
        }
    }

    fn unit(&mut self) -> Option<u16> {
        let end = self.at.wrapping_add(4);
        let digits = self.text.get(self.at..end)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at = end;
        u16::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        let _ = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if self.take(b'e').or_else(|| self.take(b'E')).is_some() {
            let _ = self.take(b'+').or_else(|| self.take(b'-'));
            self.digits()?;
        }
        let number = self.text.get(start..self.at)?;
        Some(Value::Number(number.to_owned()))
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.next(), Some(b'0'..=b'9')) {
            self.skip();
        }
        (self.at > start).then_some(())
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        let end = self.at.wrapping_add(word.len());
        let found = self.text.get(self.at..end)? == word;
        self.at = end;
        found.then_some(value)
    }

    fn take(&mut self, mark: u8) -> Option<()> {
        (self.next()? == mark).then(|| self.skip())
    }

    fn skip_space(&mut self) {
        while matches!(self.next(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.skip();
        }
    }

    #[inline(always)]
    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline(always)]
    fn skip(&mut self) {
        self.at = self.at.wrapping_add(1);
    }
}
