//! Amazon ECR: an account's own registry, one a region.

use super::{
    Auth, Capabilities, Field, Group, Line, Notifications, Provider, ProviderId, Setup,
    aws::{ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, SHAPES, keys},
    field::page_text,
    login,
    rules::{Console, Judge, Rules, decoded, report_other_host},
};
use crate::{
    aws::{AwsAccount, AwsRegion, CHOICES, REGIONS, RegistryName, geography, registry_host},
    credential::{AwsRole, Credentials, EcrService},
    detect::{Arguments, Found, Invocation, after, fill_usual},
    document::Document,
    endpoint::{Endpoint, Split, label_before},
    finding::Issue,
    form::{ConnectionForm, Draft},
    message::Code,
    region::{Standing, standing},
    text::{contains, replaced, span, without},
    time,
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::AmazonEcr,
    title: "Amazon ECR",
    docs_url: page_text(
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html",
    ),
    group: Group::Cloud,
    rank: 20,
    auth: &[
        Auth::new(
            "access-key",
            "Access key",
            &[REGION, ACCOUNT, KEY_ID, SECRET_ACCESS_KEY_HELP, NAMESPACE],
            access_key,
        )
        .endpoint(of_region),
        Auth::new(
            "session-token",
            "Temporary key",
            &[
                REGION,
                ACCOUNT,
                KEY_ID,
                SECRET_ACCESS_KEY_HELP,
                SESSION_TOKEN,
                NAMESPACE,
            ],
            access_key,
        )
        .endpoint(of_region),
        Auth::new(
            "assume-role",
            "Role",
            &[
                REGION,
                ACCOUNT,
                ROLE_ARN,
                EXTERNAL_ID,
                ACCESS_KEY_ID.optional(),
                SECRET_ACCESS_KEY_HELP.optional(),
                NAMESPACE,
            ],
            assume_role,
        )
        .setup(Setup::AWS_ROLE)
        .endpoint(of_region),
        Auth::new(
            "password",
            "Registry password (12 h)",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            login::password,
        )
        .lasts_ms(12 * 60 * 60 * 1000),
    ],
    capabilities: Capabilities {
        events: true,
        ..Capabilities::LISTING
    },
    notifications: Some(NOTIFICATIONS),
    rules: Rules {
        owns,
        names: |host| {
            let name = RegistryName::parse(host);
            name.and_then(|name| name.all()).unwrap_or_default()
        },
        hosts: &[".amazonaws.com"],
        console,
        endpoint: judge_endpoint,
        fill,
        command: login_command,
        document: keys_of,
        shapes: SHAPES,
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::authorization("In Amazon EventBridge, in the registry's region, create a connection of the type API key: name Authorization, value as above."),
    Line::no_authorization("In Amazon EventBridge, in the registry's region, create a connection of the type API key."),
    Line::new("Create an API destination with it: the webhook URL above, method POST."),
    Line::new("Create a rule on the default event bus with this event pattern, and the API destination as its target."),
]).snippet(&[
    Line::new("{"),
    Line::new("  \"source\": [\"aws.ecr\"],"),
    Line::new("  \"detail-type\": ["),
    Line::new("    \"ECR Image Action\","),
    Line::new("    \"ECR Pull Through Cache Action\","),
    Line::new("    \"ECR Replication Action\""),
    Line::new("  ]"),
    Line::new("}"),
]).docs_url("https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html");

const REGION: Field = Field::select("region", "Region", CHOICES)
    .required()
    .rule(judge_region);

const ACCOUNT: Field = Field::text("accountId", "Account id")
    .placeholder("123456789012")
    .rule(judge_account)
    .help("12-digit AWS account ID. Leave empty to detect it.");

const KEY_ID: Field = ACCESS_KEY_ID.help_for(PULL, PUSH);

const SECRET_ACCESS_KEY_HELP: Field = SECRET_ACCESS_KEY.help_for(PULL, PUSH);

const PULL: &str = "An IAM user's key with ecr:GetAuthorizationToken, BatchGetImage, GetDownloadUrlForLayer, \
    BatchCheckLayerAvailability, DescribeRepositories, ListImages and DescribeImages \
    (AmazonEC2ContainerRegistryReadOnly).";

const PUSH: &str = "An IAM user's key with what pulling needs and ecr:InitiateLayerUpload, UploadLayerPart, \
    CompleteLayerUpload and PutImage (AmazonEC2ContainerRegistryPowerUser).";

const ROLE_ARN: Field = Field::text("roleArn", "Role")
    .required()
    .placeholder("arn:aws:iam::123456789012:role/registry-reader")
    .rule(judge_role_arn)
    .help_for(
        "Role to assume. It needs the policy AmazonEC2ContainerRegistryReadOnly and must trust the account that signs in.",
        "Role to assume. It needs the policy AmazonEC2ContainerRegistryPowerUser and must trust the account that signs in.",
    );

const EXTERNAL_ID: Field = Field::text("externalId", "External id")
    .rule(judge_external_id)
    .help("External ID from the role's trust policy (only when you enter your own keys).");

const URL: Field = Field::url().placeholder("123456789012.dkr.ecr.eu-west-1.amazonaws.com");

const USERNAME: Field = Field::username().default("AWS").rule(judge_username);

const PASSWORD: Field = Field::secret("password", "Password")
    .required()
    .rule(judge_password)
    .help_for(
        "What “aws ecr get-login-password” prints for an identity with the policy AmazonEC2ContainerRegistryReadOnly. \
         It ends after 12 hours; the other logins renew it.",
        "What “aws ecr get-login-password” prints for an identity with the policy AmazonEC2ContainerRegistryPowerUser. \
         It ends after 12 hours; the other logins renew it.",
    );

const NAMESPACE: Field = Field::namespace("Repository prefix").placeholder("team");

fn owns(host: &str) -> bool {
    RegistryName::parse(host).is_some()
}

/// The console has region and account in its addresses of private repositories.
fn console(url: &Split<'_>) -> Option<Console> {
    let consoles = [
        "console.aws.amazon.com",
        "console.amazonaws.cn",
        "console.amazonaws-us-gov.com",
    ];
    let region = consoles
        .into_iter()
        .find_map(|console| label_before(url.host, console))?;
    let account = url.path.split('/').find_map(AwsAccount::parse);
    let region = AwsRegion::parse(&region.to_ascii_lowercase());
    let registry = account.and_then(|account| Some(registry_host(&account, region?)));
    Some(Console { registry })
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    let name = RegistryName::parse(endpoint.host());
    let Some(name) = name.filter(|_| endpoint.is_plain()) else {
        report_other_host(
            url,
            PROVIDER.title,
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            None,
            issues,
        );
        return;
    };
    let place = span(url.text, url.host);
    let instead = |host: &str| replaced(url.text.trim(), url.host, host);
    if let Some(region) = AwsRegion::parse(name.region)
        && !name.agrees(region)
    {
        let issue = Issue::new(Code::RegionSuffix)
            .at(place)
            .with("region", name.region);
        issues.push(issue.suggest(instead(&name.fixed(region))));
        return;
    }
    let standing = standing_of(name.region);
    if let Some(issue) = standing.issue(name.region, "AWS") {
        let fix = standing.near().and_then(AwsRegion::parse).map(|region| {
            let name = RegistryName {
                region: region.as_str(),
                ..name
            };
            instead(&name.fixed(region))
        });
        issues.push(issue.at(place).suggest_some(fix));
    }
}

fn of_region(draft: &mut Draft<'_>) -> Option<Endpoint> {
    let region = AwsRegion::parse(draft.get("region"))?;
    // A role's account is its registry's, unless another was named.
    let of_role = draft.get("roleArn").split(':').nth(4).unwrap_or("");
    let typed = draft.get("accountId");
    let account = AwsAccount::parse(if typed.is_empty() { of_role } else { typed })?;
    Endpoint::parse(&registry_host(&account, region)).ok()
}

fn access_key(draft: &mut Draft<'_>) -> Option<Credentials> {
    credentials(draft, None, true)
}

fn assume_role(draft: &mut Draft<'_>) -> Option<Credentials> {
    let missing = match (
        draft.is_filled("accessKeyId"),
        draft.is_filled("secretAccessKey"),
    ) {
        (true, false) => Some("secretAccessKey"),
        (false, true) => Some("accessKeyId"),
        _ => None,
    };
    if let Some(missing) = missing {
        draft.report_missing(missing, Issue::new(Code::PairIncomplete));
    }
    let arn = draft.get("roleArn").to_owned();
    let external_id = Some(draft.get("externalId").to_owned()).filter(|id| !id.is_empty());
    let own_keys = draft.is_filled("accessKeyId");
    credentials(draft, Some(AwsRole { arn, external_id }), own_keys)
}

fn credentials(
    draft: &mut Draft<'_>,
    role: Option<AwsRole>,
    own_keys: bool,
) -> Option<Credentials> {
    let keys = if own_keys { Some(keys(draft)?) } else { None };
    let region = AwsRegion::parse(draft.get("region"))?;
    let account = AwsAccount::parse(draft.get("accountId"));
    Some(Credentials::Aws {
        service: EcrService::Private,
        region,
        account,
        keys,
        role,
    })
}

fn judge_region(judge: &mut Judge<'_>) {
    let standing = match standing_of(judge.text) {
        Standing::Unknown(None) => Standing::Unknown(region_of_place(judge.text)),
        standing => standing,
    };
    judge.report_region(standing, "AWS");
}

/// The region of a place, as AWS's console and price lists call it: `EU (Ireland)`, `US East (N. Virginia)`
/// (docs.aws.amazon.com/global-infrastructure/latest/regions, November 2026).
fn region_of_place(text: &str) -> Option<&'static str> {
    const PLACES: [(&str, &str); 37] = [
        ("virginia", "us-east-1"),
        ("ohio", "us-east-2"),
        ("california", "us-west-1"),
        ("oregon", "us-west-2"),
        ("ireland", "eu-west-1"),
        ("london", "eu-west-2"),
        ("paris", "eu-west-3"),
        ("frankfurt", "eu-central-1"),
        ("zurich", "eu-central-2"),
        ("stockholm", "eu-north-1"),
        ("milan", "eu-south-1"),
        ("spain", "eu-south-2"),
        ("tokyo", "ap-northeast-1"),
        ("seoul", "ap-northeast-2"),
        ("osaka", "ap-northeast-3"),
        ("singapore", "ap-southeast-1"),
        ("sydney", "ap-southeast-2"),
        ("jakarta", "ap-southeast-3"),
        ("melbourne", "ap-southeast-4"),
        ("malaysia", "ap-southeast-5"),
        ("new zealand", "ap-southeast-6"),
        ("thailand", "ap-southeast-7"),
        ("mumbai", "ap-south-1"),
        ("hyderabad", "ap-south-2"),
        ("hong kong", "ap-east-1"),
        ("taipei", "ap-east-2"),
        ("calgary", "ca-west-1"),
        ("canada", "ca-central-1"),
        ("sao paulo", "sa-east-1"),
        ("são paulo", "sa-east-1"),
        ("cape town", "af-south-1"),
        ("bahrain", "me-south-1"),
        ("uae", "me-central-1"),
        ("tel aviv", "il-central-1"),
        ("mexico", "mx-central-1"),
        ("beijing", "cn-north-1"),
        ("ningxia", "cn-northwest-1"),
    ];
    let lower = text.to_ascii_lowercase();
    let place = PLACES.iter().find(|(place, _)| contains(&lower, place));
    place.map(|(_, region)| *region)
}

fn standing_of(region: &str) -> Standing {
    standing(region, REGIONS, geography)
}

fn judge_account(judge: &mut Judge<'_>) {
    if AwsAccount::parse(judge.text).is_none() {
        let digits = without(judge.text, |c| matches!(c, '-' | ' '));
        let fix = AwsAccount::parse(&digits).map(|account| account.as_str().to_owned());
        judge.report(
            Issue::new(Code::AccountInvalid)
                .with("account", judge.text)
                .suggest_some(fix),
        );
    }
}

/// 20 to 2048 characters (STS); usually `arn:<partition>:iam::<account>:role/<path and name>`, which is nowhere
/// promised, so that anything else only warns.
fn judge_role_arn(judge: &mut Judge<'_>) {
    if !(20..=2048).contains(&judge.text.len()) {
        judge.report(Issue::new(Code::RoleArnInvalid));
        return;
    }
    let mut parts = judge.text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or("");
    let (arn, partition, service, region, account, resource) =
        (next(), next(), next(), next(), next(), next());
    let name = resource.strip_prefix("role/").unwrap_or("");
    let usual = arn == "arn"
        && matches!(
            partition,
            "aws"
                | "aws-cn"
                | "aws-us-gov"
                | "aws-iso"
                | "aws-iso-b"
                | "aws-iso-e"
                | "aws-iso-f"
                | "aws-eusc"
        )
        && service == "iam"
        && region.is_empty()
        && AwsAccount::parse(account).is_some()
        && !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_+=,.@/-".contains(&b));
    if !usual {
        judge.report(Issue::new(Code::RoleArnUnusual));
    }
}

fn judge_external_id(judge: &mut Judge<'_>) {
    let id = judge.text;
    if !(2..=1224).contains(&id.len())
        || !id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&b))
    {
        judge.report(Issue::new(Code::ExternalIdInvalid));
    }
}

fn judge_username(judge: &mut Judge<'_>) {
    if judge.text != "AWS" {
        let issue = Issue::new(Code::UsernameFixed)
            .with("title", PROVIDER.title)
            .with("expected", "AWS");
        judge.report(issue.suggest("AWS"));
    }
}

/// The password is a base64 text of a JSON document with its end; the API's answer is base64 of `AWS:` and that.
fn judge_password(judge: &mut Judge<'_>) {
    let inner = decoded(judge.text);
    if let Some(password) = inner.as_deref().and_then(|text| text.strip_prefix("AWS:")) {
        judge.report(Issue::new(Code::SecretEncoded).suggest(password));
    }
    let end = inner
        .as_deref()
        .and_then(Document::parse)
        .and_then(|token| token.get("expiration")?.as_i64()?.checked_mul(1000));
    match (end, judge.now) {
        (Some(end), Some(now)) if end <= now => {
            judge.report(Issue::new(Code::SecretExpired).with("time", time::format_rfc3339(end)));
        }
        _ => judge.report(
            Issue::new(Code::SecretTemporary)
                .with("token", "a registry password")
                .with("duration", "12 hours"),
        ),
    }
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    if found.secret.is_empty()
        && let Some(name) = RegistryName::parse(found.endpoint.host())
    {
        form.set("region", name.region);
        form.set("accountId", name.account);
        form.set("namespace", found.endpoint.namespace());
    } else {
        fill_usual(found, form);
    }
}

/// `aws ecr get-login-password --region eu-west-1`, or version 1's `aws ecr get-login --registry-ids 123456789012`
/// (docs.aws.amazon.com/cli/latest/reference/ecr, August 2026).
fn login_command(command: &Invocation<'_>) -> Vec<ConnectionForm> {
    let verbs = ["get-login-password", "get-login", "get-authorization-token"];
    let is_aws = command.program == "aws";
    let is_login = is_aws
        && verbs
            .iter()
            .any(|verb| after(command.arguments, &["ecr", verb]).is_some());
    if !is_login {
        return Vec::new();
    }
    let arguments = Arguments::of(
        command.arguments,
        "--region --registry-ids --profile --output --query",
    );
    let region = AwsRegion::parse(arguments.option(&["--region"]));
    let account = AwsAccount::parse(arguments.option(&["--registry-ids"]));
    let mut form = ConnectionForm {
        provider: PROVIDER.id.as_str().to_owned(),
        ..ConnectionForm::default()
    };
    form.set("region", region.as_ref().map_or("", AwsRegion::as_str));
    form.set("accountId", account.as_ref().map_or("", AwsAccount::as_str));
    vec![form]
}

/// The keys that `aws iam create-access-key` and `aws sts assume-role` print.
fn keys_of(document: &Document, _: &str) -> Vec<ConnectionForm> {
    let keys = ["AccessKey", "Credentials"]
        .iter()
        .find_map(|name| document.get(name));
    let keys = keys.unwrap_or(document);
    let member = |name: &str| keys.get(name).and_then(Document::as_str).unwrap_or("");
    let (id, secret, token) = (
        member("AccessKeyId"),
        member("SecretAccessKey"),
        member("SessionToken"),
    );
    if id.is_empty() || secret.is_empty() {
        return Vec::new();
    }
    let auth = if token.is_empty() {
        "access-key"
    } else {
        "session-token"
    };
    let mut form = ConnectionForm {
        provider: PROVIDER.id.as_str().to_owned(),
        auth: auth.to_owned(),
        ..ConnectionForm::default()
    };
    form.set("accessKeyId", id);
    form.set("secretAccessKey", secret);
    form.set("sessionToken", token);
    vec![form]
}
