//! Finds the operations of a path.

use std::sync::LazyLock;

use http::Method;

use crate::operations::{self, Row, path::PathParameters};

/// Paths that are answered as another one is, and are not described.
const ALIASES: [(&str, &str); 1] = [(
    "/v1/projects/{project}/connections/resolve",
    "/v1/projects/{project}/resolve",
)];

/// The rows of each path.
static ROUTER: LazyLock<matchit::Router<Vec<&'static Row>>> = LazyLock::new(|| {
    let mut router = matchit::Router::new();
    let mut paths: Vec<&str> = operations::all().map(|row| row.path).collect();
    paths.dedup();
    let described = paths.into_iter().map(|path| (path, path));
    for (path, template) in described.chain(ALIASES) {
        let rows = operations::all().filter(|row| row.path == template);
        // Two paths that are the same one, or no path, are an error of the table; a test looks at each row.
        _ = router.insert(path, rows.collect());
    }
    router
});

/// A path of the API.
pub(crate) struct Route<'a> {
    /// Its operations; one at least.
    rows: &'static [&'static Row],
    /// The values of the template's parameters.
    pub(crate) parameters: PathParameters<'a>,
}

impl<'a> Route<'a> {
    /// Returns the route of a path, or `None` if there is none. A trailing slash makes another path.
    pub(crate) fn find(path: &'a str) -> Option<Self> {
        let found = ROUTER.at(path).ok()?;
        Some(Self {
            rows: found.value,
            parameters: PathParameters::new(found.params.iter())?,
        })
    }

    /// Its operation of this method.
    pub(crate) fn row(&self, method: &Method) -> Option<&'static Row> {
        self.rows.iter().copied().find(|row| row.method == *method)
    }

    /// Its methods.
    pub(crate) fn methods(&self) -> Vec<Method> {
        self.rows.iter().map(|row| row.method.clone()).collect()
    }

    /// True when one of its operations has one of these ids.
    pub(crate) fn is_of(&self, ids: &[&str]) -> bool {
        self.rows.iter().any(|row| ids.contains(&row.id))
    }
}
