//! What of Azure enters a URL.

/// An id as Azure gives them to tenants, applications and subscriptions: a GUID, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TenantId(String);

impl TenantId {
    /// The id of this text.
    pub fn parse(text: &str) -> Option<Self> {
        is_guid(text).then(|| Self(text.to_ascii_lowercase()))
    }

    /// `11111111-2222-3333-4444-555555555555`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text is a GUID: 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// The GUID that a text was meant to be: without braces, with hyphens.
pub(crate) fn mended_guid(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, '{' | '}' | '-' | ' ' | '(' | ')'))
        .collect();
    let mut guid = String::new();
    let mut rest = digits.as_str();
    for length in [8, 4, 4, 4, 12] {
        let (part, after) = rest.split_at_checked(length)?;
        if !guid.is_empty() {
            guid.push('-');
        }
        guid.push_str(part);
        rest = after;
    }
    (rest.is_empty() && is_guid(&guid)).then_some(guid)
}
