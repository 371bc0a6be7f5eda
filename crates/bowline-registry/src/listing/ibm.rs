//! IBM Cloud's own listing: one answer with the images of the account, or of a namespace.

use std::collections::BTreeMap;

use bowline::{credential::Credentials, secret::Secret};
use bytes::Bytes;
use http::HeaderName;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    json::List,
    listing::{ListedRepository, Page, cursor::Mark, way::unlistable},
    login::Authorization,
    problem::Failure,
    registry::Registry,
    urlencoded,
    world::World,
};

const WHAT: &str = "IBM Cloud's listing";

/// Where an API key buys an access token.
const IAM: &str = "https://iam.cloud.ibm.com/identity/token";

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Image {
    /// `us.icr.io/namespace/app:1`.
    #[serde(default)]
    repo_tags: List<String>,
    /// `us.icr.io/namespace/app@sha256:…`.
    #[serde(default)]
    repo_digests: List<String>,
    /// In seconds since 1970.
    created: Option<i64>,
}

impl<W: World> Registry<'_, W> {
    /// All repositories of the account, within the namespace.
    pub(super) async fn ibm_repositories(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        if mark.is_some() {
            return Err(Mark::foreign());
        }
        let Some(login) = self.ibm_login().await? else {
            return Err(unlistable(
                "IBM Cloud lists for API keys and access tokens of IAM only.",
            ));
        };
        let namespace = self.endpoint.namespace().split('/').next();
        let namespace = namespace.filter(|namespace| !namespace.is_empty());
        let namespace = namespace.map(|namespace| ("namespace", namespace));
        let query = urlencoded::encode([("includeIBM", "false")].into_iter().chain(namespace));
        let url = self.own_url("/api/v1/images", &query);
        let answer = self.ask(WHAT, url, Some(&login)).await?;
        let images: List<Image> = self.listed(&answer, WHAT)?;
        let mut found = BTreeMap::new();
        for image in &images.0 {
            let references = [&image.repo_tags, &image.repo_digests];
            for name in references
                .into_iter()
                .flat_map(|list| &list.0)
                .filter_map(|text| name_of(text))
            {
                let newest = found.entry(name).or_insert(image.created);
                *newest = image.created.max(*newest);
            }
        }
        let items = found
            .into_iter()
            .filter_map(|(name, created)| {
                let updated = created.map(|seconds| seconds.saturating_mul(1000));
                Some(ListedRepository::parse(name)?.updated(updated))
            })
            .collect();
        Ok(Page::new(items, None))
    }
}

impl<W: World> Registry<'_, W> {
    /// An access token of IAM, for the account; `None` where the login is a refresh token, which buys none.
    async fn ibm_login(&mut self) -> Result<Option<Authorization>, Failure> {
        let Credentials::Password { username, password } = &self.spec.credentials else {
            return Ok(None);
        };
        let token = match username.as_str() {
            "iamapikey" => self.iam_token(password).await?,
            "iambearer" => password.clone(),
            _ => return Ok(None),
        };
        let account = self.spec.values.get("accountId").map_or("", String::as_str);
        let login = Authorization::bearer(&token)?;
        login
            .and(HeaderName::from_static("account"), account)
            .map(Some)
    }

    /// An API key buys a token that lives an hour.
    async fn iam_token(&mut self, key: &Secret) -> Result<Secret, Failure> {
        let form = urlencoded::encode([
            ("grant_type", "urn:ibm:params:oauth:grant-type:apikey"),
            ("apikey", key.expose()),
        ]);
        let body = Bytes::from_owner(Zeroizing::new(form.into_bytes()));
        let answer = self
            .login_to_api(WHAT, IAM, "application/x-www-form-urlencoded", body)
            .await?;
        let token: TokenAnswer = self.listed(&answer, "IBM Cloud's IAM")?;
        let token = Secret::new(token.access_token);
        self.transport.hide(&token);
        Ok(token)
    }
}

/// The repository of `us.icr.io/namespace/app:1` and of `us.icr.io/namespace/app@sha256:…`.
fn name_of(reference: &str) -> Option<&str> {
    let (_host, rest) = reference.split_once('/')?;
    let rest = rest.split('@').next()?;
    Some(rest.rsplit_once(':').map_or(rest, |(name, _tag)| name))
}
