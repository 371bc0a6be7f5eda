//! Google's Artifact Registry and Container Registry: what it adds to the distribution protocol.
//!
//! Google's own listing: `tags/list` also returns the children of a path, so this walks the tree below a project.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bowline::{form::ConnectionSpec, reference::Reference};
use serde::Deserialize;

pub(super) use self::exchange::exchange;
pub(super) use super::distribution::tags;
use super::row::{
    Format, OWN_FIRST, PLAIN, Product, Way, Webhook, authority, has_namespace, nothing, plain,
};
use crate::{
    guard::hosts::{Api, Hosts, Realms},
    image::Repository,
    json::lenient,
    listing::{
        api::{Style, time},
        cursor::Mark,
        entry::{ListedRepository, Page},
        v2::TagList,
        walk::Walk,
    },
    login::{Authorization, RegistryLogin},
    notification::{Event, Notification, Origin},
    problem::{
        Code::{
            self, AuthExpired, AuthRejected, ImageUnknown, PermissionCatalogMissing,
            PermissionPullMissing, PermissionPushMissing,
        },
        Failure,
    },
    registry::Registry,
    scope::Scope,
    world::World,
};

mod assertion;
mod exchange;

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts,
    token_services: &[],
    unexchanged: nothing,
    repository_ways,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2accesstoken",
    docker_config_key: authority,
    speaks_v1: false,
};

fn hosts(_: &ConnectionSpec) -> Hosts {
    Hosts::new(
        Realms::Own,
        ["oauth2.googleapis.com", "artifactregistry.googleapis.com"]
            .map(Api::host)
            .into(),
    )
}

fn repository_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match has_namespace(spec) {
        true => OWN_FIRST,
        false => PLAIN,
    }
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "access-token") => {
            "Google's access tokens expire after about an hour. Get a new one (gcloud auth print-access-token), or use a service account key, which doesn't expire."
        }
        (AuthExpired, "access-token") => {
            "Get a new access token (gcloud auth print-access-token), or use a service account key, which doesn't expire."
        }
        (AuthRejected | AuthExpired, _) => {
            "Check that the key file is complete and belongs to a service account. If the key or the account was deleted or disabled, create a new key for the account and paste the whole file."
        }
        (PermissionPullMissing, _) => {
            "Give the account the role Artifact Registry Reader (roles/artifactregistry.reader) on this repository or project. Image names are project/repository/image."
        }
        (PermissionPushMissing, _) => {
            "Give the account the role Artifact Registry Writer (roles/artifactregistry.writer). The repository must exist first. Container Registry no longer accepts pushes."
        }
        (PermissionCatalogMissing, _) => {
            "Enter an image to test with, or give the account the role Artifact Registry Reader on the project."
        }
        (ImageUnknown, _) => {
            "Check the name (project/repository/image), the tag, and the region. Each region is a separate registry, and the repository must exist first."
        }
        _ => return None,
    })
}

/// How it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Own(notification),
    sends_header: false,
    defaults_to_username: false,
};

/// The topic `gcr` of Pub/Sub: a message whose data is base64 of `{"action", "digest", "tag"}`, both of them whole
/// references. <https://cloud.google.com/artifact-registry/docs/configure-notifications>
fn notification(body: &[u8]) -> Option<Notification> {
    #[derive(Deserialize)]
    struct Envelope {
        message: Message,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Message {
        data: String,
        #[serde(default, deserialize_with = "lenient")]
        publish_time: Option<String>,
    }
    let message = serde_json::from_slice::<Envelope>(body).ok()?.message;
    let at = time(message.publish_time.as_deref());
    let event = event(&message.data);
    Some([event.map(|event| event.at(at))].into_iter().collect())
}

fn event(data: &str) -> Option<Event> {
    #[derive(Deserialize)]
    struct Payload {
        action: String,
        digest: Option<String>,
        tag: Option<String>,
    }
    let told: Payload = serde_json::from_slice(&BASE64_STANDARD.decode(data).ok()?).ok()?;
    let digest = told.digest.and_then(|text| Reference::parse(&text).ok());
    let tagged = told.tag.and_then(|text| Reference::parse(&text).ok());
    let named = tagged.as_ref().or(digest.as_ref())?;
    let tag = tagged.as_ref().and_then(|named| named.tag.as_deref());
    let digest = digest.as_ref().and_then(|named| named.digest.as_deref());
    let event = match told.action.as_str() {
        "INSERT" => Event::pushed(&named.path, tag, digest),
        "DELETE" => Event::removed(&named.path, tag, digest),
        _ => None,
    }?;
    Some(event.told_by(Origin::Host(named.domain.clone())))
}

const WHAT: &str = "Google's API";
/// The most pages of a path that are read.
const NODE_PAGES: usize = 20;

/// What is at a path of the tree.
#[derive(Default)]
struct Node {
    /// True if it holds images itself.
    holds_images: bool,
    /// The paths right below, the nearest last.
    below: Vec<Repository>,
    /// True if some may be missing.
    is_cut: bool,
}

/// Reads the next path of the tree below the namespace: one repository, or none if the path contains no image itself.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let root = Repository::parse(registry.endpoint.namespace()).ok_or_else(Mark::foreign)?;
    let (path, mut ahead) = match mark {
        None => (Some(root.clone()), Vec::new()),
        Some(Mark::Walk(walk)) => {
            let mut ahead = if walk.ahead.is_empty() {
                registry.google_way_to(&root, &walk.last).await?
            } else {
                walk.ahead
            };
            (next_of(&mut ahead), ahead)
        }
        Some(_) => return Err(Mark::foreign()),
    };
    let Some(path) = path else {
        return Ok(Page::empty());
    };
    let is_root = path == root;
    let Node {
        holds_images,
        below,
        is_cut,
    } = registry.google_node(&path, is_root).await?;
    ahead.push(below);
    ahead.retain(|level| !level.is_empty());
    let last = path.to_string();
    let entry = holds_images.then(|| ListedRepository::of(path));
    Ok(Page {
        is_cut,
        ..Page::new(
            entry.into_iter().collect(),
            (!ahead.is_empty()).then_some(Mark::Walk(Walk { last, ahead })),
        )
    })
}

impl<W: World> Registry<'_, W> {
    /// What comes after `last` in the tree below `root`.
    async fn google_way_to(
        &mut self,
        root: &Repository,
        last: &str,
    ) -> Result<Vec<Vec<Repository>>, Failure> {
        let last = Repository::parse(last)
            .filter(|last| last.is_in(root.as_str()))
            .ok_or_else(Mark::foreign)?;
        let mut ahead = Vec::new();
        let mut path = root.clone();
        loop {
            let mut below = self.google_node(&path, path == *root).await?.below;
            let toward = below
                .iter()
                .find(|child| last.is_in(child.as_str()))
                .cloned();
            if path != last {
                below.retain(|child| child.as_str() > last.as_str());
            }
            ahead.push(below);
            match toward {
                Some(child) => path = child,
                None => break,
            }
        }
        ahead.retain(|level| !level.is_empty());
        Ok(ahead)
    }

    /// What is at a path. A path that went away meanwhile, or is hidden, holds nothing; but if that is the root, there is
    /// no listing.
    async fn google_node(&mut self, path: &Repository, is_root: bool) -> Result<Node, Failure> {
        let mut node = Node::default();
        let mut mark = None;
        for _ in 0..NODE_PAGES {
            let is_first = mark.is_none();
            let answer = match self.google_token().await? {
                Some(token) => {
                    let mut url = self.url(&format!("{path}/tags/list"));
                    url.set_query(Mark::query(mark)?.as_deref());
                    self.ask(WHAT, url, Some(&token)).await?
                }
                None => {
                    let scope = Scope::Pull(path.clone());
                    self.tags_answer(path, &scope, mark).await?
                }
            };
            if is_first && !is_root && matches!(answer.status.as_u16(), 401 | 403 | 404) {
                return Ok(node);
            }
            let list: TagList = self.listed(&answer, WHAT)?;
            let children = list.child.0.iter();
            let children =
                children.filter_map(|child| Repository::parse(&format!("{path}/{child}")));
            node.below.extend(children);
            node.holds_images |= list.holds_images();
            // Only a link tells of a further page: each page names its own tags and children.
            let turn = self.turn(&answer, Style::Last, 0, None)?;
            node.is_cut |= turn.is_cut;
            mark = turn.next;
            if mark.is_none() {
                break;
            }
        }
        node.is_cut |= mark.is_some();
        node.below
            .sort_unstable_by(|a, b| b.as_str().cmp(a.as_str()));
        node.below.dedup();
        Ok(node)
    }

    /// Returns Google's access token, if the login is one. The registry accepts it for every path, so no path needs its
    /// own token.
    async fn google_token(&mut self) -> Result<Option<Authorization>, Failure> {
        match &self.minted().await?.login {
            RegistryLogin::Password { username, password }
                if username.as_str() == "oauth2accesstoken" =>
            {
                Authorization::bearer(password).map(Some)
            }
            RegistryLogin::Bearer { token } => Authorization::bearer(token).map(Some),
            _ => Ok(None),
        }
    }
}

fn next_of(ahead: &mut [Vec<Repository>]) -> Option<Repository> {
    ahead.iter_mut().rev().find_map(Vec::pop)
}
