//! What the doubles of products have in common: so many repositories, told page by page.

use bowline::form::ConnectionSpec;

use crate::{
    double::{FakeWorld, Reply, Sent, world},
    registry::Fake,
};

/// A double of a product: a registry, and the API that lists its repositories.
pub struct Product {
    pub spec: ConnectionSpec,
    /// The registry, without the listing.
    pub registry: Fake,
    /// Answers a request to the API: the repositories that it has in all, and the request. `None` where it is none of
    /// the API's.
    pub api: fn(&[String], &Sent) -> Option<Reply>,
    /// The name of the repository of this number.
    pub name: fn(usize) -> String,
    /// How many repositories a page holds.
    pub per_page: usize,
    /// The requests before the first page.
    pub before: usize,
    /// The origins that get credentials.
    pub trusted: &'static [&'static str],
    /// What is asked after the API refused: the catalog, in most cases.
    pub falls_back: bool,
}

impl Product {
    /// The names of so many repositories, in order.
    pub fn names(&self, count: usize) -> Vec<String> {
        let mut names: Vec<String> = (0..count).map(self.name).collect();
        names.sort_unstable();
        names
    }

    /// The product with so many repositories.
    pub fn with(&self, count: usize) -> FakeWorld {
        let (registry, api, names) = (self.registry.clone(), self.api, self.names(count));
        self.world(move |sent| api(&names, sent).unwrap_or_else(|| registry.answer(sent)))
    }

    /// What `script` answers, with credentials for the product's own origins only.
    pub fn world(&self, script: impl FnMut(&Sent) -> Reply + Send + 'static) -> FakeWorld {
        let world = world(script);
        world.http.trust_only(self.trusted);
        world
    }

    /// The product with one repository, and `instead` in place of every answer of its API.
    pub fn answering(&self, instead: impl Fn(&Sent, Reply) -> Reply + Send + 'static) -> FakeWorld {
        let (registry, api, names) = (self.registry.clone(), self.api, self.names(1));
        self.world(move |sent| match api(&names, sent) {
            Some(reply) if !is_login(sent) => instead(sent, reply),
            Some(reply) => reply,
            None => registry.answer(sent),
        })
    }
}

/// Tells whether a request to an API logs in, and lists nothing.
pub fn is_login(sent: &Sent) -> bool {
    let is_of_aws =
        |target: &http::HeaderValue| target.to_str().unwrap().ends_with(".GetAuthorizationToken");
    sent.url.path().ends_with("token") || sent.headers.get("x-amz-target").is_some_and(is_of_aws)
}

/// `per_page` of the names from the page of this number, and whether there are more.
pub fn numbered(names: &[String], page: usize, per_page: usize) -> (&[String], bool) {
    let start = ((page - 1) * per_page).min(names.len());
    let end = (start + per_page).min(names.len());
    (&names[start..end], end < names.len())
}

/// The number in the query under this name; 1 without one.
pub fn number(sent: &Sent, name: &str) -> usize {
    sent.query(name).map_or(1, |page| page.parse().unwrap())
}

/// A JSON array of what these become.
pub fn array(names: &[String], item: impl Fn(&str) -> serde_json::Value) -> serde_json::Value {
    names.iter().map(|name| item(name)).collect()
}

/// The name after the last `/`, and what is before it.
pub fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap()
}
