//! Artifactory's own listing, for an address that is not that of one repository key: the keys that hold images, then the
//! catalog of each. An image is addressed as `<key>/<name>`.

use serde::Deserialize;

use crate::{
    json::List,
    listing::{
        ListedRepository, Page,
        api::Style,
        cursor::Mark,
        groups::{Groups, Rest},
    },
    login::Authorization,
    problem::Failure,
    registry::Registry,
    world::World,
};

const WHAT: &str = "Artifactory's listing";
const PER_PAGE: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    key: String,
    package_type: String,
}

#[derive(Deserialize)]
struct Catalog {
    repositories: List<String>,
}

impl<W: World> Registry<'_, W> {
    /// A page of a key's repositories.
    pub(super) async fn artifactory_repositories(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        let login = self.api_login().await?;
        let mut groups = match mark {
            None => self.keys_of_namespace(),
            Some(Mark::Groups(groups)) => groups,
            Some(_) => return Err(Mark::foreign()),
        };
        if let Some(after) = groups.wanted() {
            let mut keys = self.artifactory_keys(login.as_ref()).await?;
            keys.retain(|key| Some(key) > after.as_ref());
            groups.learn(keys.into_iter(), Rest::None);
        }
        let Some((key, query)) = groups.page() else {
            return Ok(Page::new(Vec::new(), groups.next().map(Mark::Groups)));
        };
        if !is_key(&key) {
            return Err(Mark::foreign());
        }
        let path = format!("/artifactory/api/docker/{key}/v2/_catalog");
        let first = format!("n={PER_PAGE}");
        let url = self.own_url(&path, query.as_deref().unwrap_or(&first));
        let answer = self.ask(WHAT, url, login.as_ref()).await?;
        let names = self.listed::<Catalog>(&answer, WHAT)?.repositories.0;
        let items = names
            .iter()
            .filter_map(|name| ListedRepository::parse(&format!("{key}/{name}")))
            .collect();
        let last = names.last().map(String::as_str);
        let mut turn = self.turn(&answer, Style::Last, names.len(), last)?;
        groups.turn(key, turn.query());
        Ok(turn.page(items, groups.next().map(Mark::Groups)))
    }

    /// The one key that a namespace starts with, else all.
    fn keys_of_namespace(&self) -> Groups {
        match self.endpoint.namespace().split('/').next() {
            None | Some("") => Groups::default(),
            Some(key) => Groups::only(key),
        }
    }

    /// The keys that hold images, sorted.
    async fn artifactory_keys(
        &self,
        login: Option<&Authorization>,
    ) -> Result<Vec<String>, Failure> {
        let url = self.own_url("/artifactory/api/repositories", "packageType=docker");
        let answer = self.ask(WHAT, url, login).await?;
        let keys: List<Key> = self.listed(&answer, WHAT)?;
        let mut keys: Vec<String> = keys
            .0
            .into_iter()
            .filter(|key| {
                let holds_images = ["docker", "oci"]
                    .iter()
                    .any(|kind| key.package_type.eq_ignore_ascii_case(kind));
                holds_images && is_key(&key.key)
            })
            .map(|key| key.key)
            .collect();
        keys.sort_unstable();
        Ok(keys)
    }
}

/// Whether a text can stand in a path as a repository key.
fn is_key(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('.')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}
