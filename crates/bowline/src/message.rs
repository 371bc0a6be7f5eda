//! The one table of findings: code, severity and English text.
//!
//! A code never changes its meaning. A text may be reworded; `{name}` is a parameter of the finding.

use crate::finding::Severity;

macro_rules! table {
    ($($code:ident $name:literal $severity:ident $text:literal)*) => {
        /// What was found. [`Code::as_str`] is its stable, dotted name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $text] $code,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$code,)*];

            /// Whether it blocks saving.
            pub fn severity(self) -> Severity {
                match self {
                    $(Code::$code => Severity::$severity,)*
                }
            }

            /// Its name and its text. One constant holds both, since a table of addresses hardly compresses.
            fn name_and_text(self) -> (&'static str, &'static str) {
                let row = match self {
                    $(Code::$code => concat!($name, " ", $text),)*
                };
                row.split_once(' ').unwrap_or_default()
            }
        }
    };
}

table! {
    // The form itself.
    NameRequired "name.required" Error "Give the connection a name."
    NameTooLong "name.too_long" Error "The name has {length} characters. The limit is 64."
    DescriptionTooLong "description.too_long" Error "The description has {length} characters. The limit is 4096."
    FindingsMore "findings.more" Hint "More findings not shown: {count}."
    FormTooLarge "form.too_large" Error "The form's text is {length} bytes in total. The limit is {most}."
    NameControl "name.control" Error "The name contains a line break or another invisible character."
    PurposeUnknown "purpose.unknown" Error "“{purpose}” isn't a purpose. Use “pull” or “push”."
    ProviderRequired "provider.required" Error "Choose a registry type."
    ProviderUnknown "provider.unknown" Error "“{provider}” isn't a known registry type."
    ProviderDetected "provider.detected" Hint "This looks like {title}. Choose that type for better checks and less typing."
    AuthUnknown "auth.unknown" Error "{title} has no sign-in method “{auth}”."
    ValueUnknown "value.unknown" Error "This sign-in method has no field “{name}”."
    ValueRequired "value.required" Error "{label} is missing."
    ValueChoice "value.choice" Error "“{value}” isn't one of the choices."
    ValueSwitch "value.switch" Error "“{value}” isn't “true” or “false”."
    TrustedHostInvalid "trusted_host.invalid" Error "“{host}” isn't a host. Write it as “auth.example.com” or “auth.example.com:8443”."
    ExpiryInvalid "expires_at.invalid" Error "“{time}” isn't a valid time. Write it as “2027-01-31T12:00:00Z”."
    ExpiryPast "expires_at.past" Warning "These credentials have expired."
    ImageRequired "image.required" Error "{title} can't list its images. Enter an image to test with."
    ImageCommand "image.command" Error "This is a command. Enter only the image name."
    ImagePage "image.page" Error "“{host}” is a web page of {title}, not an image."
    ImageOtherRegistry "image.other_registry" Error "This image is on “{domain}”, but the connection is to “{host}”."

    // What pasting brings along.
    TextSpace "text.space" Warning "There are spaces before or after the text."
    TextQuoted "text.quoted" Warning "The text is in quotation marks."
    TextLineBreak "text.line_break" Warning "The text contains a line break."
    TextInvisible "text.invisible" Warning "The text contains an invisible character."
    TextPlaceholder "text.placeholder" Warning "This is a placeholder. Replace it with your own value."
    TextAssignment "text.assignment" Warning "Enter only the value, without its name."
    TextCommand "text.command" Warning "This is a whole command. Enter only its value."

    // Registry URLs.
    UrlPlaceholder "url.placeholder" Error "The URL contains a placeholder. Replace it with your own value."
    UrlCommand "url.command" Error "This is a command, not a registry URL."
    UrlSpace "url.space" Error "A URL can't contain spaces."
    UrlQuoted "url.quoted" Error "The URL is in quotation marks."
    UrlInvisible "url.invisible" Error "The URL contains an invisible character."
    UrlBackslash "url.backslash" Error "Use forward slashes in a URL."
    UrlScheme "url.scheme" Error "A registry URL starts with “https://” or with the host."
    UrlGit "url.git" Error "This is a Git repository's URL. A registry uses HTTPS, not SSH."
    UrlUserinfo "url.userinfo" Error "Don't put the username in the URL. It has its own field."
    UrlHostMissing "url.host_missing" Error "The URL has no host."
    UrlHostInvalid "url.host_invalid" Error "“{host}” isn't a valid host name. Each part has letters, digits, and inner hyphens, up to 63 characters."
    UrlNotAscii "url.not_ascii" Error "A registry's host uses only ASCII characters. This one contains “{character}”."
    UrlPunycodeInvalid "url.punycode_invalid" Error "“{host}” has a part that starts with “xn--” but isn't a valid encoded name."
    UrlAddressInvalid "url.address_invalid" Error "“{host}” isn't a valid IP address."
    UrlBrackets "url.brackets" Error "Put an IPv6 address in brackets."
    UrlPort "url.port" Error "“{port}” isn't a valid port. Use 1–65535."
    UrlTrailingDot "url.trailing_dot" Error "Remove the dot at the end of the host."
    UrlQuery "url.query" Error "A registry URL can't contain “?”."
    UrlFragment "url.fragment" Error "A registry URL can't contain “#”."
    UrlPath "url.path" Error "“{path}” isn't a valid path of a registry."
    UrlPathCase "url.path_case" Error "Repository names are lowercase."
    UrlImage "url.image" Error "This is an image. Enter the registry, or a path in it."
    UrlApi "url.api" Error "This URL is inside the registry's API. Enter the registry itself."
    UrlConsole "url.console" Error "“{host}” is a web page of {title}, not the registry."
    UrlOtherHost "url.other_host" Error "{title} is at “{expected}”."
    UrlPage "url.page" Warning "This looks like a web page or an API of {title}, not the registry."
    KnownDigitalOcean "known.digital_ocean" Hint "For DigitalOcean, enter an API token as both username and password."
    KnownAlibaba "known.alibaba" Hint "Alibaba Cloud has a separate registry password. Set it in the Alibaba Cloud console."
    KnownHuawei "known.huawei" Hint "For Huawei Cloud, the username is the region, “@”, and the access key ID. The password is derived from the secret key."
    KnownTencent "known.tencent" Hint "For Tencent Cloud, the username is the account ID. Set the registry password in the Tencent Cloud console."
    KnownGitea "known.gitea" Hint "For Gitea and Forgejo, enter a token with “package” access as password. Listing shows only what the token's owner can see."
    KnownGithubEnterprise "known.github_enterprise" Hint "For GitHub Enterprise, enter a classic token with “read:packages” as password."
    UrlPlainHttp "url.plain_http" Warning "HTTP is not encrypted: anyone on the network can read the password. Use HTTPS if the registry supports it."
    UrlPrivate "url.private" Warning "“{host}” is a private address. It works only if your administrator has allowed it."
    KnownVultr "known.vultr" Hint "For Vultr, enter the username and API key from the registry's page."
    KnownYandex "known.yandex" Hint "For Yandex Cloud, the username says what the password is: “json_key”, “iam”, or “oauth”."
    KnownHeroku "known.heroku" Hint "For Heroku, enter “_” as username and an API token as password."
    KnownVolcengine "known.volcengine" Hint "Volcengine's temporary passwords expire. Set a permanent one in its console."
    KnownEntitlement "known.entitlement" Hint "This registry uses the credentials that come with your license, not your account password."
    UrlNoPublicPull "url.no_public_pull" Warning "{title} registries created since September 2024 don't allow pulls over the internet."
    UrlWebPort "url.web_port" Warning "{port} is usually the port of {title}'s web page. A repository has its own port or path."
    UrlLookAlike "url.look_alike" Warning "“{host}” starts like “{expected}”, which belongs to {title}, but isn't that host."
    UrlNearMiss "url.near_miss" Warning "“{host}” isn't “{expected}”, which belongs to {title}. Check the spelling."
    UrlWrongHost "url.wrong_host" Error "“{host}” isn't “{expected}” of {title}, but the secret is {token}. It would go to somebody else."
    UrlUnusualHost "url.unusual_host" Warning "“{host}” looks like another server of {title}. The registry is usually at “{expected}”."
    UrlPunycode "url.punycode" Hint "“{host}” contains letters that can look like others. Make sure it's the host you mean."
    RegionSuffix "region.suffix" Error "Registry host names in “{region}” have a different ending."
    AccountInvalid "account.invalid" Error "“{account}” isn't an AWS account ID. It has 12 digits."
    NamespaceRegistry "namespace.registry" Error "“{host}” is a host. Enter only the path after it."
    NamespaceConflict "namespace.conflict" Error "The URL already names “{namespace}”."
    NamespaceInvalid "namespace.invalid" Error "“{namespace}” isn't a valid namespace of {title}. Namespaces look like “{example}”."
    RegionUnknown "region.unknown" Error "“{region}” isn't a region of {title}."
    RegionUnlisted "region.unlisted" Warning "We don't know the {title} region “{region}”. If it's new, you can keep it."
    RegionAddress "region.address_needed" Error "We don't know the registry's host in “{region}”. Enter the host instead."
    RegionConflict "region.conflict" Error "The URL isn't in the region “{region}”."

    // Usernames and secrets.
    UsernameColon "username.colon" Error "A username can't contain “:”. The rest would become part of the password."
    UsernameControl "username.control" Error "A username can't contain line breaks or other invisible characters."
    UsernameEmail "username.email" Error "{title} uses the username, not the email address."
    UsernameFixed "username.fixed" Error "The username for {title} is always “{expected}” here."
    UsernameCase "username.case" Warning "{title} usernames are lowercase."
    UsernameUnusual "username.unusual" Warning "{title} usernames look like “{example}”."
    UsernameForm "username.form" Error "Write the username for {title} as “{example}”."
    UsernameShell "username.shell" Warning "A shell removed the part that starts with “$”. Robot names look like “{example}”."
    UsernamePersonal "username.personal" Hint "This looks like a personal account. Use {robot}, which has fewer permissions and doesn't leave with the person."
    UsernameIsToken "username.is_token" Warning "This looks like {token}. Enter it in the field for the secret."
    UsernameSwapped "username.swapped" Warning "The username and the secret look swapped."
    AccountUnusual "account.unusual" Warning "{title} account IDs are 32 hexadecimal digits."
    AccessKeyInvalid "access_key.invalid" Error "An access key ID has 16 to 128 letters, digits, and “_”."
    AccessKeyUnusual "access_key.unusual" Warning "Access key IDs look like “AKIA” or “ASIA” followed by 16 capitals and digits."
    AccessKeyTemporary "access_key.temporary" Warning "This is a temporary key. It works only with its session token, under the other sign-in method."
    AccessKeySwapped "access_key.swapped" Warning "The access key ID and the secret access key look swapped."
    RoleArnInvalid "role_arn.invalid" Error "A role ARN has 20 to 2048 characters, like “arn:aws:iam::123456789012:role/name”."
    RoleArnUnusual "role_arn.unusual" Warning "Role ARNs look like “arn:aws:iam::123456789012:role/name”."
    ExternalIdInvalid "external_id.invalid" Error "An external ID has 2 to 1224 letters, digits, and “+=,.@:/-_”."
    TokenNameInvalid "token_name.invalid" Error "A token name has 5 to 50 letters, digits, and hyphens."
    GuidInvalid "guid.invalid" Error "This isn't an Azure ID. It looks like “11111111-2222-3333-4444-555555555555”."
    PairIncomplete "pair.incomplete" Error "Enter both the username and the secret, or neither."
    LoginNotTaken "login.not_taken" Warning "“{host}” has no sign-in. Choose the method without a username and a secret."
    TenantDomain "tenant.domain" Warning "This is a directory's domain. It stops working if the directory gives the domain up. The ID never changes."
    NamespaceWanted "namespace.wanted" Hint "Without signing in, {title} lists nothing unless you enter a namespace: a user or an organization."
    SecretSwapped "secret.swapped" Warning "The username and the secret look swapped."
    SecretOtherProvider "secret.other_provider" Warning "This looks like {token}, which doesn't work with {title}."
    SecretMalformed "secret.malformed" Warning "This starts like {token} but isn't a whole one. It may be cut off."
    SecretPassword "secret.password" Hint "This doesn't look like {token}. An account password fails where two-factor or single sign-on is required."
    SecretUnusual "secret.unusual" Hint "This doesn't look like {token}."
    SecretTemporary "secret.temporary" Warning "This looks like {token}, which lasts {duration}. Use one that doesn't expire soon."
    SecretDeprecated "secret.deprecated" Hint "{title} no longer issues these keys. Use an access token instead."
    SecretNotToken "secret.not_token" Error "A token can't contain spaces, line breaks, or non-ASCII characters."
    SecretOrganization "secret.organization" Hint "For an organization's token, the username is the organization's name."
    SecretFineGrained "secret.fine_grained" Warning "GitHub Packages doesn't accept fine-grained tokens. Use a classic token."
    SecretIsId "secret.is_id" Warning "This is the ID of a secret, not its value."
    SecretIsKeyFile "secret.is_key_file" Warning "This is a key file. Choose the sign-in method for a service account key."
    SecretEncoded "secret.encoded" Warning "This is still base64-encoded."
    SecretOtherLogin "secret.other_login" Warning "This looks like {token}. It needs its username, under the other sign-in method."
    SecretSshKey "secret.ssh_key" Error "This is an SSH or TLS key. Registries don't accept these."
    KeyFileNoJson "key_file.no_json" Error "This isn't JSON. The key file may be cut off."
    KeyFileFormat "key_file.format" Error "This is a key file, but it was changed: it has extra text around it, or other line breaks."
    KeyFileType "key_file.type" Error "This is a different kind of key file. Use one of type “service_account”."
    KeyFileMember "key_file.member" Warning "The key file has no “{member}”. It may be cut off."
    KeyFilePart "key_file.part" Error "This is only the private key. Enter the whole file."
    SecretExpired "secret.expired" Warning "This token expired on {time}."
    SecretShortLived "secret.short_lived" Warning "This token expires on {time}. Use one that lasts longer."

    // Image references (the distribution grammar).
    ReferenceEmpty "reference.empty" Error "The image name is empty."
    ReferenceScheme "reference.scheme" Error "An image name can't start with “{scheme}”."
    ReferenceSpace "reference.space" Error "An image name can't contain spaces."
    ReferenceDomain "reference.domain" Error "“{domain}” isn't a valid host name."
    ReferencePort "reference.port" Error "“{port}” isn't a valid port. Use 1–65535."
    ReferencePath "reference.path" Error "“{component}” isn't a valid part of a repository name. Use lowercase letters and digits, separated by “.”, “_”, “__”, or hyphens."
    ReferenceCase "reference.case" Error "Repository names are lowercase."
    ReferenceTooLong "reference.too_long" Error "The repository name has {length} characters. The limit is 255."
    ReferenceTag "reference.tag" Error "“{tag}” isn't a valid tag. Use up to 128 letters, digits, “_”, “.”, and “-”, and don't start with “.” or “-”."
    ReferenceDigest "reference.digest" Error "“{digest}” isn't a valid digest. Use “sha256:” and 64 lowercase hexadecimal digits, or sha384 and 96, or sha512 and 128."
    ReferenceHexName "reference.hex_name" Error "64 hexadecimal digits are a local image ID, which registries don't know."

    // Patterns of names and tags.
    PatternEmpty "pattern.empty" Error "The pattern is empty."
    PatternWhiteSpace "pattern.white_space" Error "A pattern can't contain spaces."
    PatternTagEmpty "pattern.tag_empty" Error "Nothing follows the “:”. Remove it to match every tag."
    PatternUnclosed "pattern.unclosed" Error "This regular expression has no closing “/”."
    PatternExpression "pattern.expression" Error "This isn't a valid regular expression: {reason}."
    PatternNotAscii "pattern.not_ascii" Error "A regular expression uses only ASCII characters. Image names have no others."
    PatternUnicode "pattern.unicode" Error "The flag “u” isn't supported. Image names are ASCII."
    PatternTooLarge "pattern.too_large" Error "The patterns up to this one are too large together. Repetitions and alternatives count as if written out. Use smaller ones, or fewer patterns."
    PatternBraces "pattern.braces" Error "Braces list alternatives, like “{sample}”. They come in pairs, can't be nested, and make at most {most} combinations."
    PatternNeverMatches "pattern.never_matches" Warning "No repository or tag looks like this, so the pattern never matches."
    PatternAnchored "pattern.anchored" Hint "This must match the whole {part}, from its beginning."
    PatternOwnHost "pattern.own_host" Warning "Patterns match names without “{host}/”. Remove it."

    // Pull policies.
    PolicyShape "policy.shape" Error "This should be {expected}."
    PolicySwitchText "policy.switch_text" Warning "This is text. It should be {value} without quotation marks."
    PolicyUnknown "policy.unknown" Error "A policy has no “{name}”."
    PolicyChoice "policy.choice" Error "“{value}” isn't one of: {choices}."
    PolicyTime "policy.time" Error "“{value}” isn't a time of day. Write it as “02:30”."
    PolicyTimezone "policy.timezone" Error "“{value}” isn't a time zone. Write it as “Europe/Vienna” or “UTC”."
    PolicyAmount "policy.amount" Error "Enter a whole number from 1 to {most}."
    PolicyScannerNames "policy.scanner_names" Error "Name at least one scanner."
    PolicyAutomatic "policy.automatic_unsupported" Error "{title} can't list its images, so they can only be pulled by name."
    PolicyLacking "policy.switch_unsupported" Error "{title} doesn't support “{name}”."
    ImageStreamsAddress "image_streams.address" Error "To follow image streams, enter the API server's URL. Otherwise, turn image streams off."
    PolicyCleanupLimited "policy.cleanup_limited" Hint "{title} limits how often its images can be listed, so images that are gone there are only marked."
}

impl Code {
    /// The stable name, `url.plain_http`.
    pub fn as_str(self) -> &'static str {
        self.name_and_text().0
    }

    /// Whether it says of a text only that it looks otherwise than a value of its kind.
    pub(crate) fn is_about_looks(self) -> bool {
        matches!(
            self,
            Self::SecretUnusual
                | Self::SecretPassword
                | Self::SecretMalformed
                | Self::SecretOtherProvider
                | Self::SecretTemporary
                | Self::UsernameUnusual
                | Self::UsernameCase
                | Self::UsernamePersonal
                | Self::AccessKeyUnusual
                | Self::AccountUnusual
                | Self::RoleArnUnusual
        )
    }

    /// The English text, with `{name}` where a parameter goes.
    pub fn template(self) -> &'static str {
        self.name_and_text().1
    }

    /// The English text with its parameters filled in.
    pub(crate) fn render(self, params: &[(&'static str, String)]) -> String {
        let mut rest = self.template();
        let mut text = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            if let Some((_, value)) = params.iter().find(|(param, _)| *param == name) {
                text.push_str(value);
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Code;

    #[test]
    fn codes_are_dotted_snake_case_and_unique() {
        let mut seen = HashSet::new();
        for code in Code::ALL {
            let name = code.as_str();
            assert!(seen.insert(name), "{name} twice");
            assert_eq!(name.split('.').count(), 2, "{name}");
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    || b == b'_'
                    || b == b'.'),
                "{name}"
            );
        }
    }

    #[test]
    fn rendering_fills_in_parameters_and_does_not_look_into_them() {
        let params = [
            ("host", "{title}".to_owned()),
            ("title", "Docker Hub".to_owned()),
        ];
        assert_eq!(
            Code::UrlConsole.render(&params),
            "“{title}” is a web page of Docker Hub, not the registry."
        );
    }
}
