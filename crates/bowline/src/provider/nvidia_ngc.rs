//! NVIDIA NGC.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::{anonymous, as_username, header_secret},
    rules::{Alphabet, Console, Fit, Judge, Rules, Shape},
};
use crate::{
    credential::Credentials,
    detect::Found,
    endpoint::{Endpoint, Split, has_suffix},
    form::{ConnectionForm, Draft},
    reference::is_component,
    text::concat,
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::NvidiaNgc,
    title: "NVIDIA NGC",
    docs_url: page_text("https://docs.nvidia.com/ngc/gpu-cloud/ngc-catalog-user-guide/index.html"),
    group: Group::Hosted,
    rank: 96,
    auth: &[
        Auth::new("api-key", "API key", &[API_KEY, NAMESPACE], login)
            .endpoint(|_| Endpoint::parse(HOST).ok()),
        Auth::new(
            "anonymous",
            "No login (public images)",
            &[NAMESPACE],
            anonymous,
        )
        .endpoint(|_| Endpoint::parse(HOST).ok()),
    ],
    capabilities: Capabilities {
        tags: true,
        ..Capabilities::UNLISTED
    },
    notifications: None,
    rules: Rules {
        owns: |host| host == HOST,
        hosts: &[HOST],
        console,
        fill,
        username: |judge| {
            if judge.text != USER {
                judge.unusual_username(USER);
            }
        },
        shapes: &[KEY],
        ..Rules::ANY_HOST
    },
};

const HOST: &str = "nvcr.io";

/// The username of every key.
const USER: &str = "$oauthtoken";

const API_KEY: Field = Field::secret("apiKey", "API key")
    .required()
    .placeholder("nvapi-…")
    .rule(judge_key)
    .help_for(
        "A service key or personal key with the service “NGC Catalog” or “Private Registry”, and read rights.",
        "A service key or personal key with the service “Private Registry”, and write rights.",
    );

const NAMESPACE: Field = Field::namespace("Organization and team")
    .placeholder("acme/team")
    .help("The prefix of the repositories that you want to use. Also enter an image, because this service can't list them.");

/// Keys of before have 84 letters and digits, or base64 of a pair: they tell nothing.
const KEY: Shape = Shape {
    title: "an NVIDIA API key",
    prefix: "nvapi-",
    length: 60..=80,
    alphabet: Alphabet::WORD,
};

/// `https://catalog.ngc.nvidia.com/orgs/nvidia/containers/cuda`.
fn console(url: &Split<'_>) -> Option<Console> {
    if !has_suffix(url.host, "ngc.nvidia.com") && !url.is_on("org.ngc.nvidia.com") {
        return None;
    }
    let registry = match url.segments.as_slice() {
        ["orgs", organization, ..] if is_component(organization) => {
            concat(&[HOST, "/", organization])
        }
        _ => HOST.to_owned(),
    };
    Some(Console {
        registry: Some(registry),
    })
}

fn judge_key(judge: &mut Judge<'_>) {
    let is_former = judge.text.len() == 84;
    if KEY.fit(judge.text) == Fit::No && !is_former && Shape::of_any(judge.text).is_none() {
        judge.unusual_secret("an API key, which starts with “nvapi-”");
    }
}

fn login(draft: &mut Draft<'_>) -> Option<Credentials> {
    as_username(USER, header_secret(draft, "apiKey")?)
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    form.set("namespace", found.endpoint.namespace());
    if found.secret.is_empty() {
        return;
    }
    "api-key".clone_into(&mut form.auth);
    form.set("apiKey", found.secret);
}
