//! Amazon ECR Public: the registry that all AWS accounts publish in.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    aws::{ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, SHAPES, keys},
    field::page_text,
    login::anonymous,
    rules::{Console, Namespaces, Rules, is_slug},
};
use crate::{
    aws::AwsRegion,
    credential::{Credentials, EcrService},
    detect::Found,
    endpoint::{Endpoint, Split},
    form::{ConnectionForm, Draft},
    text::{concat, join},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::AmazonEcrPublic,
    title: "Amazon ECR Public",
    docs_url: page_text(
        "https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html",
    ),
    group: Group::Cloud,
    rank: 130,
    auth: &[
        Auth::new(
            "access-key",
            "Access key",
            &[KEY_ID, SECRET, NAMESPACE],
            access_key,
        )
        .endpoint(fixed),
        Auth::new(
            "session-token",
            "Temporary key",
            &[KEY_ID, SECRET, SESSION_TOKEN, NAMESPACE],
            access_key,
        )
        .endpoint(fixed),
        Auth::new("anonymous", "No login", &[NAMESPACE], anonymous).endpoint(fixed),
    ],
    capabilities: Capabilities::LISTING,
    notifications: None,
    rules: Rules {
        owns,
        names: |host| match host {
            HOST | OTHER_HOST => vec![HOST.to_owned(), OTHER_HOST.to_owned()],
            _ => Vec::new(),
        },
        hosts: &[HOST],
        console,
        page_image,
        namespaces: Some(Namespaces {
            fits: is_alias,
            example: "acme",
        }),
        fill,
        shapes: SHAPES,
        ..Rules::ANY_HOST
    },
};

const HOST: &str = "public.ecr.aws";
/// Its name over IPv6 too.
const OTHER_HOST: &str = "ecr-public.aws.com";

const KEY_ID: Field = ACCESS_KEY_ID.help_for(PULL, PUSH);
const SECRET: Field = SECRET_ACCESS_KEY.help_for(PULL, PUSH);

const PULL: &str = "An IAM user's key with ecr-public:GetAuthorizationToken, ecr-public:DescribeRepositories and \
    sts:GetServiceBearerToken.";
const PUSH: &str = "An IAM user's key with what pulling needs and ecr-public:InitiateLayerUpload, UploadLayerPart, \
    CompleteLayerUpload, BatchCheckLayerAvailability and PutImage.";

const NAMESPACE: Field = Field::namespace("Registry alias").placeholder("acme");

fn owns(host: &str) -> bool {
    matches!(host, HOST | OTHER_HOST | "gallery.ecr.aws")
}

/// `https://gallery.ecr.aws/acme/app`: the alias is the namespace.
fn console(url: &Split<'_>) -> Option<Console> {
    if !url.host.eq_ignore_ascii_case("gallery.ecr.aws") {
        return None;
    }
    let alias = url.path.split('/').find(|segment| !segment.is_empty());
    let registry = alias.map_or_else(|| HOST.to_owned(), |alias| concat(&[HOST, "/", alias]));
    Some(Console {
        registry: Some(registry),
    })
}

/// `https://gallery.ecr.aws/acme/app`.
fn page_image(url: &Split<'_>) -> Option<String> {
    let is_gallery = url.is_on("gallery.ecr.aws") && url.segments.len() > 1;
    is_gallery.then(|| concat(&[HOST, "/", &join(url.segments.iter().copied(), "/")]))
}

/// Whether a namespace starts with an alias of a public registry: 2 to 50 characters, a letter first (ECR Public's API).
fn is_alias(namespace: &str) -> bool {
    let alias = namespace.split('/').next().unwrap_or("");
    (2..=50).contains(&alias.len())
        && is_slug(alias)
        && alias.starts_with(|c: char| c.is_ascii_lowercase())
}

fn fixed(_: &mut Draft<'_>) -> Option<Endpoint> {
    Endpoint::parse(HOST).ok()
}

fn access_key(draft: &mut Draft<'_>) -> Option<Credentials> {
    let keys = Some(keys(draft)?);
    let region = AwsRegion::OF_ECR_PUBLIC;
    Some(Credentials::Aws {
        service: EcrService::Public,
        region,
        account: None,
        keys,
        role: None,
    })
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    if found.secret.is_empty() {
        "anonymous".clone_into(&mut form.auth);
    }
    form.set("namespace", found.endpoint.namespace());
}
