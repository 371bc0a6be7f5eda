//! What of Azure enters a URL.

use crate::text::{contains, without};

/// A directory of Entra: its id, a GUID, or one of its domains, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TenantId(String);

impl TenantId {
    /// The id of this text.
    pub fn parse(text: &str) -> Option<Self> {
        let is_domain = contains(text, ".") && crate::endpoint::is_name(text);
        (is_guid(text) || is_domain).then(|| Self(text.to_ascii_lowercase()))
    }

    /// `11111111-2222-3333-4444-555555555555`, `contoso.onmicrosoft.com`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A cloud of Azure: each has its own registries and its own Entra.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AzureCloud {
    /// The public one.
    Public,
    /// That of the government of the United States.
    UsGovernment,
    /// That in China.
    China,
    /// That of a partner in Germany.
    Germany,
    /// That of a partner in France.
    France,
}

impl AzureCloud {
    /// The cloud of a registry's host; `None` for a host that is no registry of Azure.
    pub fn of_registry(host: &str) -> Option<Self> {
        let clouds = [
            Self::Public,
            Self::UsGovernment,
            Self::China,
            Self::Germany,
            Self::France,
        ];
        clouds
            .into_iter()
            .find(|cloud| crate::endpoint::has_suffix(host, cloud.registry_domain()))
    }

    /// Where Entra logs applications in.
    pub fn login_host(self) -> &'static str {
        match self {
            Self::Public => "login.microsoftonline.com",
            Self::UsGovernment => "login.microsoftonline.us",
            Self::China => "login.chinacloudapi.cn",
            Self::Germany => "login.sovcloud-identity.de",
            Self::France => "login.sovcloud-identity.fr",
        }
    }

    fn registry_domain(self) -> &'static str {
        match self {
            Self::Public => "azurecr.io",
            Self::UsGovernment => "azurecr.us",
            Self::China => "azurecr.cn",
            Self::Germany => "azurecr.sovcloud-azure.de",
            Self::France => "azurecr.sovcloud-azure.fr",
        }
    }
}

/// Whether a text is a GUID: 8-4-4-4-12 hexadecimal digits (RFC 9562, section 4).
pub(crate) fn is_guid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// The GUID that a text was meant to be: without braces, with hyphens.
pub(crate) fn fixed_guid(text: &str) -> Option<String> {
    // `https://login.example.com/<id>/…`
    let mut parts = text.split(|c: char| !(c.is_ascii_hexdigit() || c == '-'));
    if let Some(part) = parts.find(|part| is_guid(part)) {
        return Some(part.to_owned());
    }
    let digits = without(text, |c| matches!(c, '{' | '}' | '-' | ' ' | '(' | ')'));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_logs_in_at_its_own_entra() {
        for (host, login) in [
            ("contoso.azurecr.io", Some("login.microsoftonline.com")),
            (
                "contoso.eastus.geo.azurecr.io",
                Some("login.microsoftonline.com"),
            ),
            ("contoso.azurecr.us", Some("login.microsoftonline.us")),
            ("contoso.azurecr.cn", Some("login.chinacloudapi.cn")),
            (
                "contoso.deloscloudgermanycentral.geo.azurecr.sovcloud-azure.de",
                Some("login.sovcloud-identity.de"),
            ),
            (
                "contoso.azurecr.sovcloud-azure.fr",
                Some("login.sovcloud-identity.fr"),
            ),
            ("contoso.azurecr.de", None),
            ("notazurecr.io", None),
            ("contoso.azurecr.io.example.com", None),
        ] {
            let cloud = AzureCloud::of_registry(host);
            assert_eq!(cloud.map(AzureCloud::login_host), login, "{host}");
        }
    }
}
