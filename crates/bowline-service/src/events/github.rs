//! GitHub's `package` and `registry_package` events. A version of a container is named by its digest, and its tag is
//! empty where an image of several platforms is put together. Names are lower case in the registry, not here.
//! <https://docs.github.com/webhooks/webhook-events-and-payloads#package>

use serde::Deserialize;
use serde_json::Value;

use super::{Event, Notification};

#[derive(Deserialize)]
struct Package<'a> {
    name: &'a str,
    #[serde(borrow)]
    owner: Owner<'a>,
    package_version: Version<'a>,
}

#[derive(Deserialize)]
struct Owner<'a> {
    login: &'a str,
}

#[derive(Deserialize)]
struct Version<'a> {
    version: Option<&'a str>,
    /// Packages of other kinds have none.
    #[serde(borrow)]
    container_metadata: Container<'a>,
}

#[derive(Deserialize)]
struct Container<'a> {
    #[serde(borrow)]
    tag: Tag<'a>,
}

#[derive(Deserialize)]
struct Tag<'a> {
    name: Option<&'a str>,
}

pub(super) fn parse(body: &Value) -> Option<Notification> {
    let package = body
        .get("package")
        .or_else(|| body.get("registry_package"))?;
    let action = body.get("action")?.as_str()?;
    let event = Package::deserialize(package)
        .ok()
        .and_then(|package| event(action, &package));
    Some([event].into_iter().collect())
}

fn event(action: &str, package: &Package<'_>) -> Option<Event> {
    if !matches!(action, "published" | "updated") {
        return None;
    }
    let repository = format!("{}/{}", package.owner.login, package.name).to_ascii_lowercase();
    let version = &package.package_version;
    Event::pushed(
        &repository,
        version.container_metadata.tag.name,
        version.version,
    )
}
