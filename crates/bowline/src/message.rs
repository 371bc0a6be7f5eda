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

            fn row(self) -> (&'static str, Severity, &'static str) {
                match self {
                    $(Code::$code => ($name, Severity::$severity, $text),)*
                }
            }
        }
    };
}

table! {
    // The form itself.
    NameRequired "name.required" Error "Give the connection a name."
    NameTooLong "name.too_long" Error "The name has {length} characters; 64 are the most."
    DescriptionTooLong "description.too_long" Error "The description has {length} characters; 4096 are the most."
    FindingsMore "findings.more" Hint "Findings that are not shown: {count}."
    FormTooLarge "form.too_large" Error "The texts of the form have {length} bytes together; {most} are the most."
    NameControl "name.control" Error "The name holds a line break or another invisible character."
    PurposeUnknown "purpose.unknown" Error "“{purpose}” is no purpose; it is “pull” or “push”."
    ProviderRequired "provider.required" Error "Choose the type of the registry."
    ProviderUnknown "provider.unknown" Error "“{provider}” is no registry type that is known here."
    ProviderDetected "provider.detected" Hint "This looks like {title}; choosing that type checks more and needs less typing."
    AuthUnknown "auth.unknown" Error "{title} has no login “{auth}”."
    ValueUnknown "value.unknown" Error "This login has no value “{name}”."
    ValueRequired "value.required" Error "{label} is missing."
    ValueChoice "value.choice" Error "“{value}” is not one of the choices."
    ValueSwitch "value.switch" Error "“{value}” is neither “true” nor “false”."
    TrustedHostInvalid "trusted_host.invalid" Error "“{host}” is no host; it is written “auth.example.com” or “auth.example.com:8443”."
    ExpiryInvalid "expires_at.invalid" Error "“{time}” is no time; it is written “2027-01-31T12:00:00Z”."
    ExpiryPast "expires_at.past" Warning "These credentials have expired."
    ImageRequired "image.required" Error "{title} cannot be searched; name an image to test with."
    ImageCommand "image.command" Error "This is more than an image; only the image's name belongs here."
    ImagePage "image.page" Error "“{host}” is a web page of {title}, not an image."
    ImageOtherRegistry "image.other_registry" Error "This image is on “{domain}”, but the connection is to “{host}”."

    // What pasting brings along.
    TextSpace "text.space" Warning "There is white space before or after the text."
    TextQuoted "text.quoted" Warning "The text stands between quotation marks."
    TextLineBreak "text.line_break" Warning "There is a line break in the text."
    TextInvisible "text.invisible" Warning "There is an invisible character in the text."
    TextPlaceholder "text.placeholder" Warning "This stands for a value; put the value itself here."
    TextAssignment "text.assignment" Warning "Only the value belongs here, without its name."
    TextCommand "text.command" Warning "This is a whole command; only its value belongs here."

    // Registry URLs.
    UrlPlaceholder "url.placeholder" Error "There is a placeholder in the address; put your own value there."
    UrlCommand "url.command" Error "This is a command, not the address of a registry."
    UrlSpace "url.space" Error "An address has no spaces."
    UrlQuoted "url.quoted" Error "The address stands between quotation marks."
    UrlInvisible "url.invisible" Error "There is an invisible character in the address."
    UrlBackslash "url.backslash" Error "The slashes of an address lean forwards."
    UrlScheme "url.scheme" Error "An address starts with “https://”, or with the host itself."
    UrlGit "url.git" Error "This is the address of a Git repository; a registry is reached over https, without SSH keys."
    UrlUserinfo "url.userinfo" Error "A username does not belong into the address; it has its own field."
    UrlHostMissing "url.host_missing" Error "There is no host in the address."
    UrlHostInvalid "url.host_invalid" Error "“{host}” is no host name: its parts hold letters, digits and inner hyphens, 63 characters at most."
    UrlNotAscii "url.not_ascii" Error "A registry's host is written in ASCII; this one has the character “{character}”."
    UrlPunycodeInvalid "url.punycode_invalid" Error "“{host}” has a part that starts with “xn--” and does not go on as an encoded name does."
    UrlAddressInvalid "url.address_invalid" Error "“{host}” is no IP address."
    UrlBrackets "url.brackets" Error "An IPv6 address stands in brackets."
    UrlPort "url.port" Error "“{port}” is no port; ports are 1 to 65535."
    UrlTrailingDot "url.trailing_dot" Error "A host is written without a dot at the end."
    UrlQuery "url.query" Error "A registry's address has no “?”."
    UrlFragment "url.fragment" Error "A registry's address has no “#”."
    UrlPath "url.path" Error "“{path}” is no path of a registry."
    UrlPathCase "url.path_case" Error "Repository names are in lower case."
    UrlImage "url.image" Error "This names an image; a connection is to a registry or to a part of it."
    UrlApi "url.api" Error "This is an address inside the registry's API; the registry itself is meant."
    UrlConsole "url.console" Error "“{host}” is a web page of {title}, not the registry."
    UrlOtherHost "url.other_host" Error "{title} is at “{expected}”."
    UrlPage "url.page" Warning "This looks like a page or an API of {title}, not like the registry."
    KnownDigitalOcean "known.digital_ocean" Hint "DigitalOcean takes an API token as username and as password."
    KnownAlibaba "known.alibaba" Hint "Alibaba Cloud has a registry password of its own, set in its console."
    KnownHuawei "known.huawei" Hint "Huawei Cloud's username is the region, “@” and the access key; the password is made of its secret."
    KnownTencent "known.tencent" Hint "Tencent Cloud's username is the account id; the registry password is set in its console."
    KnownGitea "known.gitea" Hint "Gitea and Forgejo take a token with “package” rights as password; listing shows what its owner may see."
    KnownGithubEnterprise "known.github_enterprise" Hint "GitHub Enterprise takes a classic token with “read:packages” as password."
    UrlPlainHttp "url.plain_http" Warning "HTTP is not encrypted: anyone on the network can read the password. Use HTTPS if the registry supports it."
    UrlPrivate "url.private" Warning "“{host}” is a private address. It works only if your administrator has allowed it."
    KnownVultr "known.vultr" Hint "Vultr takes the username and the API key that the registry's page shows."
    KnownYandex "known.yandex" Hint "Yandex Cloud's username says what the password is: “json_key”, “iam” or “oauth”."
    KnownHeroku "known.heroku" Hint "Heroku takes “_” as username and an API token as password."
    KnownVolcengine "known.volcengine" Hint "Volcengine's temporary passwords end; a long-term one is set in its console."
    KnownEntitlement "known.entitlement" Hint "This registry takes what the vendor gave out with the license, not the password of an account."
    UrlNoPublicPull "url.no_public_pull" Warning "Registries of {title} that were made since September 2024 cannot be pulled from over the internet."
    UrlWebPort "url.web_port" Warning "{port} is usually the port of the web page of {title}; a repository has a port or a path of its own."
    UrlLookAlike "url.look_alike" Warning "“{host}” only begins like “{expected}”, which belongs to {title}."
    UrlNearMiss "url.near_miss" Warning "“{host}” is not “{expected}”, which belongs to {title}. Check the spelling."
    UrlWrongHost "url.wrong_host" Error "“{host}” is not “{expected}” of {title}, but the secret is {token}. It would go to somebody else."
    UrlUnusualHost "url.unusual_host" Warning "“{host}” looks like another server of {title}; the registry is usually at “{expected}”."
    UrlPunycode "url.punycode" Hint "“{host}” is shown with other letters than it is written with; make sure that it is the host you mean."
    RegionSuffix "region.suffix" Error "Registries in “{region}” have names that end otherwise."
    AccountInvalid "account.invalid" Error "“{account}” is no AWS account; it has twelve digits."
    NamespaceRegistry "namespace.registry" Error "“{host}” is an address; only the path after it belongs here."
    NamespaceConflict "namespace.conflict" Error "The address already names “{namespace}”."
    NamespaceInvalid "namespace.invalid" Error "“{namespace}” is no namespace of {title}; they look like “{example}”."
    RegionUnknown "region.unknown" Error "“{region}” is no region of {title}."
    RegionUnlisted "region.unlisted" Warning "“{region}” is no region of {title} that is known here. It is kept: a new region is not in the list at once."
    RegionAddress "region.address_needed" Error "The list does not have “{region}”, and the registry's host does not follow from it; enter the host instead."
    RegionConflict "region.conflict" Error "The address is not in the region “{region}”."

    // Usernames and secrets.
    UsernameColon "username.colon" Error "A username has no “:”; what follows it would become part of the password."
    UsernameControl "username.control" Error "A username has no line breaks or other invisible characters."
    UsernameEmail "username.email" Error "{title} logs in with the username, not with the e-mail address."
    UsernameFixed "username.fixed" Error "The username of {title} is “{expected}” here."
    UsernameCase "username.case" Warning "Usernames of {title} are in lower case."
    UsernameUnusual "username.unusual" Warning "Usernames of {title} look like “{example}”."
    UsernameForm "username.form" Error "The username for {title} is written “{example}”."
    UsernameShell "username.shell" Warning "A shell took the part that starts with “$”. Robots are written “{example}”."
    UsernamePersonal "username.personal" Hint "This looks like a person's account; {robot} may do less and does not leave."
    UsernameIsToken "username.is_token" Warning "This looks like {token}, which belongs into the field for the secret."
    UsernameSwapped "username.swapped" Warning "The username and the secret look swapped."
    AccountUnusual "account.unusual" Warning "Account ids of {title} are 32 hexadecimal digits."
    AccessKeyInvalid "access_key.invalid" Error "An access key id has 16 to 128 letters, digits and “_”."
    AccessKeyUnusual "access_key.unusual" Warning "Access key ids look like “AKIA” or “ASIA” and 16 capitals and digits."
    AccessKeyTemporary "access_key.temporary" Warning "This is a temporary key; it works only with its session token, under the other login."
    AccessKeySwapped "access_key.swapped" Warning "The access key id and the secret access key look swapped."
    RoleArnInvalid "role_arn.invalid" Error "A role's name has 20 to 2048 characters, as in “arn:aws:iam::123456789012:role/name”."
    RoleArnUnusual "role_arn.unusual" Warning "Roles look like “arn:aws:iam::123456789012:role/name”."
    ExternalIdInvalid "external_id.invalid" Error "An external id has 2 to 1224 letters, digits and “+=,.@:/-_”."
    TokenNameInvalid "token_name.invalid" Error "A token's name has 5 to 50 letters, digits and hyphens."
    GuidInvalid "guid.invalid" Error "This is no id of Azure; it looks like “11111111-2222-3333-4444-555555555555”."
    PairIncomplete "pair.incomplete" Error "Fill in both the username and the secret, or neither."
    LoginNotTaken "login.not_taken" Warning "“{host}” logs nobody in; choose the login without a username and a secret."
    TenantDomain "tenant.domain" Warning "This is a domain of the directory. It works as long as the directory keeps it; the id stays the same."
    NamespaceWanted "namespace.wanted" Hint "Without a namespace, nothing of {title} can be listed for those who are not logged in; fill in a user or an organization."
    SecretSwapped "secret.swapped" Warning "The username and the secret look swapped."
    SecretOtherProvider "secret.other_provider" Warning "This looks like {token}, which {title} does not know."
    SecretMalformed "secret.malformed" Warning "This starts like {token}, but does not go on like one; it may be cut off."
    SecretPassword "secret.password" Hint "This does not look like {token}. An account's password fails where two-factor or single sign-on is required."
    SecretUnusual "secret.unusual" Hint "This does not look like {token}."
    SecretTemporary "secret.temporary" Warning "This looks like {token}, which lasts {duration}; a connection needs one that lasts."
    SecretDeprecated "secret.deprecated" Hint "{title} gives out no such keys any more; an access token takes their place."
    SecretNotToken "secret.not_token" Error "A token has no spaces, line breaks or characters beyond ASCII."
    SecretOrganization "secret.organization" Hint "An organization's token logs in with the organization's name as username."
    SecretFineGrained "secret.fine_grained" Warning "GitHub Packages does not take fine-grained tokens; it needs a classic one."
    SecretIsId "secret.is_id" Warning "This is the id of a secret, not its value."
    SecretIsKeyFile "secret.is_key_file" Warning "This is a key file; it belongs under the login with a service account's key."
    SecretEncoded "secret.encoded" Warning "This is still encoded in base64."
    SecretOtherLogin "secret.other_login" Warning "This looks like {token}, which goes with its username under the other login."
    SecretSshKey "secret.ssh_key" Error "This is an SSH or TLS key; registries do not log in with keys."
    KeyFileNoJson "key_file.no_json" Error "This is no JSON; the key file may be cut off."
    KeyFileFormat "key_file.format" Error "This is a key file, but not as it was downloaded: something is around it, or its line breaks are others."
    KeyFileType "key_file.type" Error "This is a key file of another type; it needs “service_account”."
    KeyFileMember "key_file.member" Warning "The key file lacks “{member}”; it may be cut off."
    KeyFilePart "key_file.part" Error "This is the private key alone; the whole file belongs here."
    SecretExpired "secret.expired" Warning "This token expired on {time}."
    SecretShortLived "secret.short_lived" Warning "This token expires on {time}; a connection needs one that lasts."

    // Image references (the distribution grammar).
    ReferenceEmpty "reference.empty" Error "There is no image name."
    ReferenceScheme "reference.scheme" Error "An image name has no “{scheme}” before it."
    ReferenceSpace "reference.space" Error "An image name has no spaces."
    ReferenceDomain "reference.domain" Error "“{domain}” is no host name."
    ReferencePort "reference.port" Error "“{port}” is no port; ports are 1 to 65535."
    ReferencePath "reference.path" Error "“{component}” is no part of a repository name: lower-case letters and digits, between them “.”, “_”, “__” or hyphens."
    ReferenceCase "reference.case" Error "Repository names are in lower case."
    ReferenceTooLong "reference.too_long" Error "The repository name has {length} characters; 255 are the most."
    ReferenceTag "reference.tag" Error "“{tag}” is no tag: letters, digits, “_”, “.” and “-”, 128 at most, not starting with “.” or “-”."
    ReferenceDigest "reference.digest" Error "“{digest}” is no digest: “sha256:” and 64 lower-case hexadecimal digits, or sha384 with 96, or sha512 with 128."
    ReferenceHexName "reference.hex_name" Error "64 hexadecimal digits are an image's id, which no registry knows."

    // Patterns of names and tags.
    PatternEmpty "pattern.empty" Error "There is no pattern."
    PatternWhiteSpace "pattern.white_space" Error "A pattern has no white space."
    PatternTagEmpty "pattern.tag_empty" Error "Nothing follows the “:”; without it, every tag is taken."
    PatternUnclosed "pattern.unclosed" Error "This regular expression has no “/” at its end."
    PatternExpression "pattern.expression" Error "This is no regular expression: {reason}."
    PatternNotAscii "pattern.not_ascii" Error "A regular expression is written in ASCII; image names have no other characters."
    PatternUnicode "pattern.unicode" Error "The flag “u” is not known here; image names are ASCII."
    PatternTooLarge "pattern.too_large" Error "The patterns up to this one are too large together. Repetitions and alternatives count as if they were written out; use smaller ones, or fewer patterns."
    PatternBraces "pattern.braces" Error "Braces hold alternatives, as in “{sample}”; they come in pairs, not inside one another, and make {most} combinations at most."
    PatternNeverMatches "pattern.never_matches" Warning "No repository or tag is written like this, so this pattern never matches."
    PatternAnchored "pattern.anchored" Hint "This is compared with the whole {part}, from its beginning."
    PatternOwnHost "pattern.own_host" Warning "A policy's patterns are compared with names without “{host}/”."

    // Pull policies.
    PolicyShape "policy.shape" Error "This should be {expected}."
    PolicySwitchText "policy.switch_text" Warning "This is a text; it should be {value} without quotation marks."
    PolicyUnknown "policy.unknown" Error "A policy has no “{name}”."
    PolicyChoice "policy.choice" Error "“{value}” is none of: {choices}."
    PolicyTime "policy.time" Error "“{value}” is no time of day; it is written “02:30”."
    PolicyTimezone "policy.timezone" Error "“{value}” is no time zone; it is written “Europe/Vienna” or “UTC”."
    PolicyAmount "policy.amount" Error "This should be a whole number from 1 to {most}."
    PolicyScannerNames "policy.scanner_names" Error "Name the scanners, one at least."
    PolicyAutomatic "policy.automatic_unsupported" Error "{title} cannot list its images, so that they are pulled by name only."
    PolicyLacking "policy.switch_unsupported" Error "{title} knows no “{name}”."
    ImageStreamsAddress "image_streams.address" Error "Image streams are watched at the API server. Enter its address, or switch image streams off."
    PolicyCleanupLimited "policy.cleanup_limited" Hint "{title} limits how often its listings may be read, so that what is gone there is only marked."
}

impl Code {
    /// The stable name, `url.plain_http`.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// Whether it blocks saving.
    pub fn severity(self) -> Severity {
        self.row().1
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
        self.row().2
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
