//! Quay's own listing, of a namespace. It takes OAuth tokens; robots and passwords have only the catalog.

use bowline::{credential::Credentials, secret::Secret};
use serde::Deserialize;

use crate::{
    image::Repository,
    json::{List, or_default},
    listing::{ListedRepository, ListedTag, Page, cursor::Mark},
    login::Authorization,
    problem::Failure,
    registry::Registry,
    urlencoded,
    world::World,
};

const WHAT: &str = "Quay's listing";
/// The most tags that a page can have.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct RepositoriesAnswer {
    repositories: List<Entry>,
    next_page: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    namespace: String,
    name: String,
    /// `image`, or `application` for what is none.
    kind: Option<String>,
    /// In seconds since 1970.
    last_modified: Option<i64>,
}

#[derive(Deserialize)]
struct TagsAnswer {
    tags: List<TagEntry>,
    #[serde(default, deserialize_with = "or_default")]
    has_additional: bool,
}

#[derive(Deserialize)]
struct TagEntry {
    name: String,
    manifest_digest: Option<String>,
    size: Option<u64>,
    /// When the tag came to point there, in seconds since 1970.
    start_ts: Option<i64>,
}

/// The OAuth token of a login, which the form keeps as the password of `$oauthtoken`.
pub(super) fn token(credentials: &Credentials) -> Option<&Secret> {
    match credentials {
        Credentials::Password { username, password } if username.as_str() == "$oauthtoken" => {
            Some(password)
        }
        Credentials::OAuth2 { token } => Some(token),
        _ => None,
    }
}

impl<W: World> Registry<'_, W> {
    /// A page of the namespace's repositories.
    pub(super) async fn quay_repositories(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        let login = self.quay_login()?;
        let namespace = self.endpoint.namespace().split('/').next();
        let token = Mark::token(mark)?;
        let fields = [
            Some(("namespace", namespace.unwrap_or_default())),
            Some(("last_modified", "true")),
            login.is_none().then_some(("public", "true")),
            token.as_deref().map(|token| ("next_page", token)),
        ];
        let query = urlencoded::encode(fields.into_iter().flatten());
        let url = self.own_url("/api/v1/repository", &query);
        let answer = self.ask(WHAT, url, login.as_ref()).await?;
        let read: RepositoriesAnswer = self.listed(&answer, WHAT)?;
        let items = read
            .repositories
            .0
            .iter()
            .filter(|entry| entry.kind.as_deref().is_none_or(|kind| kind == "image"))
            .filter_map(|entry| {
                let name = format!("{}/{}", entry.namespace, entry.name);
                let updated = entry.last_modified.map(milliseconds);
                Some(ListedRepository::parse(&name)?.updated(updated))
            })
            .collect();
        Ok(Page::new(items, read.next_page.map(Mark::Token)))
    }

    /// A page of a repository's tags.
    pub(super) async fn quay_tags(
        &mut self,
        repository: &Repository,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        let login = self.quay_login()?;
        let number = Mark::number(mark)?;
        let url = self.own_url(
            &format!("/api/v1/repository/{repository}/tag/"),
            &format!("limit={PER_PAGE}&page={number}&onlyActiveTags=true"),
        );
        let answer = self.ask(WHAT, url, login.as_ref()).await?;
        let read: TagsAnswer = self.listed(&answer, WHAT)?;
        let items = read
            .tags
            .0
            .iter()
            .filter_map(|entry| {
                let mut tag =
                    ListedTag::parse(&entry.name)?.digest(entry.manifest_digest.as_deref());
                tag.size = entry.size;
                tag.pushed_at = entry.start_ts.map(milliseconds);
                Some(tag)
            })
            .collect();
        Ok(Page::new(
            items,
            read.has_additional
                .then(|| Mark::Number(number.saturating_add(1))),
        ))
    }

    fn quay_login(&self) -> Result<Option<Authorization>, Failure> {
        token(&self.spec.credentials)
            .map(Authorization::bearer)
            .transpose()
    }
}

fn milliseconds(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}
