//! Azure Container Registry: one event of Distribution's form, without an envelope. `quarantine` is a push that is
//! withheld until the image is released. The host is the registry's own.
//! <https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference>

use serde::Deserialize;
use serde_json::Value;

use super::{
    Event, Notification,
    distribution::{Target, Told},
    event::Origin,
};

pub(super) fn parse(body: &Value) -> Option<Notification> {
    let told = Told::deserialize(body).ok()?;
    Some([event(&told)].into_iter().collect())
}

fn event(told: &Told<'_>) -> Option<Event> {
    let Target {
        repository,
        tag,
        digest,
    } = told.target;
    let event = match told.action {
        "push" => Event::pushed(repository, tag, digest),
        "quarantine" => Event::quarantined(repository, tag?, digest?),
        "delete" => Event::removed(repository, tag, digest),
        _ => None,
    }?;
    let event = event.at(told.at());
    Some(match told.request.host {
        Some(host) => event.told_by(Origin::Host(host.to_owned())),
        None => event,
    })
}
