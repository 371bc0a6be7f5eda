//! Amazon ECR's events as EventBridge delivers them. The registry's host follows from account and region.
//! <https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html>

use bowline::time::parse_rfc3339;
use serde::Deserialize;
use serde_json::Value;

use super::{Event, Notification, event::Origin};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Told<'a> {
    account: &'a str,
    region: &'a str,
    time: Option<&'a str>,
    detail_type: &'a str,
    #[serde(borrow)]
    detail: Detail<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Detail<'a> {
    result: Option<&'a str>,
    repository_name: &'a str,
    image_digest: Option<&'a str>,
    image_tag: Option<&'a str>,
    action_type: Option<&'a str>,
}

pub(super) fn parse(body: &Value) -> Option<Notification> {
    if body.get("source").and_then(Value::as_str) != Some("aws.ecr") {
        return None;
    }
    let event = Told::deserialize(body).ok().and_then(|told| event(&told));
    Some([event].into_iter().collect())
}

fn event(told: &Told<'_>) -> Option<Event> {
    let Detail {
        result,
        repository_name,
        image_digest,
        image_tag,
        action_type,
    } = told.detail;
    if told.detail_type != "ECR Image Action" || result != Some("SUCCESS") {
        return None;
    }
    let event = match action_type? {
        "PUSH" => Event::pushed(repository_name, image_tag, image_digest),
        "DELETE" => Event::removed(repository_name, image_tag, image_digest),
        _ => None,
    }?;
    let at = told.time.and_then(parse_rfc3339);
    Some(event.at(at).told_by(Origin::Aws {
        account: told.account.to_owned(),
        region: told.region.to_owned(),
    }))
}
