//! Callers and their permissions.

use bowline_store::Within;
use http::{HeaderMap, header};
use serde_json::json;

use crate::{
    problem::{Problem, ProblemType},
    token::Claims,
};

/// A permission of a token. It holds in every project that the token lists, unless it says that it is of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Read and check connections.
    Read,
    /// Create and change connections.
    Write,
    /// Delete connections.
    Delete,
    /// Get credentials for jobs, and declare uses.
    Use,
    /// Reseal stored secrets.
    Admin,
    /// Run the scheduled work.
    Sync,
    /// Reseal the stored secrets of all projects.
    AdminOfAll,
    /// Run the scheduled work of all projects.
    SyncOfAll,
}

impl Permission {
    /// Returns the full name, as in a token.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "iam:project:cicd:registry:read",
            Self::Write => "iam:project:cicd:registry:write",
            Self::Delete => "iam:project:cicd:registry:delete",
            Self::Use => "iam:project:cicd:registry:use",
            Self::Admin => "iam:project:cicd:registry:admin",
            Self::Sync => "iam:project:cicd:registry:sync",
            Self::AdminOfAll => "iam:system:cicd:registry:admin",
            Self::SyncOfAll => "iam:system:cicd:registry:sync",
        }
    }
}

/// A caller who signed in.
#[derive(Debug)]
pub(crate) struct Caller(Claims);

/// The token that the header `Authorization` carries.
///
/// Errors: `auth.missing`, `auth.invalid`.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(ProblemType::AuthMissing)?;
    let text = value.to_str().map_err(|_| ProblemType::AuthInvalid)?;
    let (scheme, token) = text.split_once(' ').ok_or(ProblemType::AuthInvalid)?;
    if values.next().is_some() || !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ProblemType::AuthInvalid.into());
    }
    Ok(token.trim())
}

impl Caller {
    /// The bearer of a token with these claims, which were verified.
    pub(crate) fn new(claims: Claims) -> Self {
        Self(claims)
    }

    /// The caller's name: the token's `sub`.
    pub(crate) fn subject(&self) -> &str {
        &self.0.sub
    }

    /// The projects that the token lists.
    pub(crate) fn projects(&self) -> &[String] {
        &self.0.projects
    }

    /// Returns the project of a caller with exactly one.
    pub(crate) fn only_project(&self) -> Option<&str> {
        match self.0.projects.as_slice() {
            [project] => Some(project),
            _ => None,
        }
    }

    /// Checks that the caller may do this in `project`.
    ///
    /// A project that is not the caller's is not found, whether it exists or not.
    pub(crate) fn require(&self, permission: Permission, project: &str) -> Result<(), Problem> {
        if !self.0.projects.iter().any(|own| own == project) {
            return Err(ProblemType::NotFound.into());
        }
        self.permitted(permission)
    }

    /// Checks that the caller may do this in some project.
    pub(crate) fn require_somewhere(&self, permission: Permission) -> Result<(), Problem> {
        self.permitted(permission)?;
        if self.0.projects.is_empty() {
            return Err(
                Problem::from(ProblemType::PermissionMissing).detail("The token lists no project.")
            );
        }
        Ok(())
    }

    /// The projects in which the caller may do this: all by the permission `in_all`, else those that the token lists.
    ///
    /// Errors: `permission.missing`.
    pub(crate) fn within(
        &self,
        permission: Permission,
        in_all: Permission,
    ) -> Result<Within<'_>, Problem> {
        if self.permitted(in_all).is_ok() {
            return Ok(Within::All);
        }
        self.require_somewhere(permission)?;
        Ok(Within::Projects(self.projects()))
    }

    /// Checks that the token has a permission.
    pub(crate) fn permitted(&self, permission: Permission) -> Result<(), Problem> {
        if self
            .0
            .permissions
            .iter()
            .any(|held| held == permission.name())
        {
            return Ok(());
        }
        Err(Problem::from(ProblemType::PermissionMissing)
            .detail(format!("The token lacks {}.", permission.name()))
            .member("permission", json!(permission.name())))
    }
}
