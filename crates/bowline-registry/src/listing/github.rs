//! GitHub's own listing: the packages of an organization or a user. Its registry has no catalog.

use serde::Deserialize;

use crate::{
    json::List,
    listing::{
        ListedRepository, Page,
        api::{Style, address, time},
        cursor::Mark,
        groups::Groups,
        way::unlistable,
    },
    login::Authorization,
    problem::Failure,
    registry::Registry,
    world::World,
};

const WHAT: &str = "GitHub's listing";
const API: &str = "https://api.github.com";
/// The most entries that a page can have.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct Entry {
    name: String,
    owner: Owner,
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct Owner {
    login: String,
}

impl<W: World> Registry<'_, W> {
    /// A page of the namespace's packages, else of the login's own.
    pub(super) async fn github_repositories(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        let Some(login) = self.token_login()? else {
            return Err(unlistable(
                "GitHub lists packages only for a token with read:packages.",
            ));
        };
        match mark {
            // A namespace is an organization's or a user's, and nothing in its name tells which.
            None => match self.endpoint.namespace().split('/').next() {
                None | Some("") => self.github_packages("user", None, &login).await,
                Some(owner) => {
                    let organization = format!("orgs/{owner}");
                    match self.github_packages(&organization, None, &login).await? {
                        None => {
                            let user = format!("users/{owner}");
                            self.github_packages(&user, None, &login).await
                        }
                        page => Ok(page),
                    }
                }
            },
            Some(Mark::Groups(mut groups)) => match groups.page() {
                Some((owner, Some(query))) if is_owner(&owner) => {
                    self.github_packages(&owner, Some(&query), &login).await
                }
                _ => Err(Mark::foreign()),
            },
            Some(_) => Err(Mark::foreign()),
        }?
        .ok_or_else(|| {
            unlistable("GitHub knows no such owner, or hides its packages from this token.")
        })
    }

    /// A page of an owner's packages; `None` where there is no such owner.
    async fn github_packages(
        &self,
        owner: &str,
        query: Option<&str>,
        login: &Authorization,
    ) -> Result<Option<Page<ListedRepository, Mark>>, Failure> {
        let first = format!("package_type=container&per_page={PER_PAGE}");
        let query = query.unwrap_or(&first);
        let url = address(&format!("{API}/{owner}/packages?{query}"))?;
        let answer = self.ask(WHAT, url, Some(login)).await?;
        if answer.status.as_u16() == 404 {
            return Ok(None);
        }
        let entries: List<Entry> = self.listed(&answer, WHAT)?;
        let items = entries
            .0
            .iter()
            .filter_map(|entry| {
                let name = format!("{}/{}", entry.owner.login.to_lowercase(), entry.name);
                let updated = time(entry.updated_at.as_deref());
                Some(ListedRepository::parse(&name)?.updated(updated))
            })
            .collect();
        let mut turn = self.turn(&answer, Style::Number, entries.0.len(), None)?;
        let next = Groups::within(owner, turn.query());
        Ok(Some(turn.page(items, next.map(Mark::Groups))))
    }
}

/// Whether a text is the path of an owner.
fn is_owner(path: &str) -> bool {
    let name = match path.split_once('/') {
        Some(("orgs" | "users", name)) => name,
        None => return path == "user",
        Some(_) => return false,
    };
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
