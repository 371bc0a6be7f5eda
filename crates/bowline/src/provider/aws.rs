//! What the two registries of AWS have in common: the keys that an identity signs with.

use super::{
    Field,
    rules::{Alphabet, Judge, Shape},
};
use crate::{credential::AwsKeys, finding::Issue, form::Draft, message::Code};

pub(super) const ACCESS_KEY_ID: Field = Field::text("accessKeyId", "Access key id")
    .required()
    .placeholder("AKIA…")
    .rule(judge_access_key_id);

pub(super) const SECRET_ACCESS_KEY: Field = Field::secret("secretAccessKey", "Secret access key")
    .required()
    .rule(judge_secret_access_key);

pub(super) const SESSION_TOKEN: Field = Field::secret("sessionToken", "Session token")
    .required()
    .help("The session token that STS returned with the temporary key. Both expire together.");

/// No prefixes: nothing here tells of another product's form.
pub(super) const SHAPES: &[Shape] = &[Shape {
    title: "a secret access key",
    prefix: "",
    length: 40..=40,
    alphabet: Alphabet::BASE64,
}];

/// The keys of the form, and what can be told of them together.
pub(super) fn keys(draft: &mut Draft<'_>) -> Option<AwsKeys> {
    let access_key_id = draft.get("accessKeyId").to_owned();
    let secret_access_key = draft.secret("secretAccessKey");
    let session_token = draft.secret("sessionToken");
    let typed_secret = secret_access_key
        .as_ref()
        .map_or("", |secret| secret.expose().trim());
    let is_swapped = is_usual_id(typed_secret) && !is_usual_id(&access_key_id);
    if let Some(code) =
        issue_of_id(&access_key_id).filter(|_| !is_swapped && is_secret(&access_key_id))
    {
        draft.report("accessKeyId", Issue::new(code));
    }
    if is_swapped {
        for field in ["accessKeyId", "secretAccessKey"] {
            let other = if field == "accessKeyId" {
                typed_secret
            } else {
                &access_key_id
            };
            draft.report_secret(field, Issue::new(Code::AccessKeySwapped).suggest(other));
        }
    } else if access_key_id.starts_with("ASIA") && draft.field("sessionToken").is_none() {
        draft.report("accessKeyId", Issue::new(Code::AccessKeyTemporary));
    }
    Some(AwsKeys {
        access_key_id,
        secret_access_key: secret_access_key?,
        session_token,
    })
}

/// IAM's and STS's own rule is `\w{16,128}`; what they give has 20 characters.
fn judge_access_key_id(judge: &mut Judge<'_>) {
    // Whether it is the other key is told when both are known.
    if let Some(code) = issue_of_id(judge.text).filter(|_| !is_secret(judge.text)) {
        judge.report(Issue::new(code));
    }
}

fn issue_of_id(id: &str) -> Option<Code> {
    if !(16..=128).contains(&id.len()) || !const { Alphabet::ALPHANUMERIC.and("_") }.spells(id) {
        Some(Code::AccessKeyInvalid)
    } else {
        (!is_usual_id(id)).then_some(Code::AccessKeyUnusual)
    }
}

fn judge_secret_access_key(judge: &mut Judge<'_>) {
    let secret = judge.text;
    if !is_secret(secret) && !is_usual_id(secret) {
        judge.unusual_secret("a secret access key, which has 40 letters, digits, “+” and “/”");
    }
}

fn is_secret(text: &str) -> bool {
    text.len() == 40 && Alphabet::BASE64.spells(text)
}

fn is_usual_id(id: &str) -> bool {
    let rest = id
        .strip_prefix("AKIA")
        .or_else(|| id.strip_prefix("ASIA"))
        .unwrap_or("");
    rest.len() == 16 && Alphabet::UPPER.spells(rest)
}
