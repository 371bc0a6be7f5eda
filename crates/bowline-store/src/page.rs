//! Lists in pages.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, Serializer};

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "{T}Page")
)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The page of `size` items that `items` begins with; one more among them says that there is a next page.
    pub(crate) fn cut(
        mut items: Vec<T>,
        size: PageSize,
        position: impl FnOnce(&T) -> String,
    ) -> Self {
        let more = items.len() > size.items();
        items.truncate(size.items());
        let next = items
            .last()
            .filter(|_| more)
            .map(|last| Cursor(position(last)));
        Self { items, next }
    }
}

/// A place between two items of a list: all that comes after it is on the next page, whatever was added or removed
/// meanwhile. Opaque to those who are given one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(inline))]
pub struct Cursor(pub(crate) String);

impl Cursor {
    /// The cursor that `text` is, or `None` where it is none that this crate made.
    ///
    /// ```
    /// use bowline_store::Cursor;
    ///
    /// assert!(Cursor::parse("cHJvZA").is_some());
    /// assert!(Cursor::parse("not a cursor").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        String::from_utf8(bytes)
            .ok()
            .filter(|position| !position.is_empty())
            .map(Self)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

/// The most items that a page has: 1 to 200, 50 by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u8);

impl PageSize {
    /// That many, or `None` where it is not 1 to 200.
    ///
    /// ```
    /// use bowline_store::PageSize;
    ///
    /// assert!(PageSize::new(200).is_some());
    /// assert!(PageSize::new(201).is_none());
    /// ```
    pub fn new(items: u64) -> Option<Self> {
        u8::try_from(items)
            .ok()
            .filter(|items| (1..=200).contains(items))
            .map(Self)
    }

    pub(crate) fn items(self) -> usize {
        self.0.into()
    }

    /// The number of rows that a statement asks for: one more than the page has, to see whether there are more.
    pub(crate) fn one_more(self) -> i64 {
        i64::from(self.0).saturating_add(1)
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(50)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, PageSize};

    #[test]
    fn a_cursor_comes_back_as_it_was_given() {
        let cursor = Cursor("größe/½ \u{1f600}".to_owned());
        let text = serde_json::to_value(&cursor).unwrap();
        assert_eq!(Cursor::parse(text.as_str().unwrap()), Some(cursor));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "!", "a", "YQ==", "_w", "YQ "] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_page_has_1_to_200_items() {
        for (items, size) in [
            (0, None),
            (1, Some(1)),
            (200, Some(200)),
            (201, None),
            (256, None),
            (u64::MAX, None),
        ] {
            assert_eq!(PageSize::new(items).map(PageSize::items), size, "{items}");
        }
    }
}
