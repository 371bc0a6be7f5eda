//! The tokens that a conversation has.

use crate::{
    login::Authorization,
    scope::{Grant, Scope},
};

/// The time before its expiry at which a token is no longer used, in milliseconds.
const MARGIN: i64 = 5000;

/// The tokens of a conversation.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    pub(crate) held: Vec<Token>,
    /// The credentials' own token is the registry's Bearer token: the token service does not know the grant.
    pub(crate) directly: bool,
    /// The token service takes logins by POST alone.
    pub(crate) by_post: bool,
    /// The credentials have been accepted.
    pub(crate) proven: bool,
}

/// A token with what it is for.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) scope: Scope,
    pub(crate) authorization: Authorization,
    /// What it says that it grants.
    pub(crate) grant: Grant,
    /// In milliseconds since 1970.
    pub(crate) expires_at: Option<i64>,
}

impl Tokens {
    /// Tells whether the credentials' own token is given to the registry.
    pub(crate) fn are_given_directly(&self) -> bool {
        self.directly
    }

    /// Drops all tokens: they are another service's.
    pub(crate) fn forget(&mut self) {
        self.held.clear();
        self.by_post = false;
    }

    /// Notes that the credentials have been accepted.
    pub(crate) fn prove(&mut self) {
        self.proven = true;
    }

    /// Tells whether the credentials have been accepted.
    pub(crate) fn are_proven(&self) -> bool {
        self.proven
    }

    /// Drops the token for a scope, which the registry does not take. Gives whether there was one.
    pub(crate) fn drop_refused(&mut self, scope: &Scope) -> bool {
        let before = self.held.len();
        self.held.retain(|token| !token.scope.covers(scope));
        self.held.len() < before
    }

    /// Lets the token for `wider` serve for `scope`, too: the registry wants that one.
    pub(crate) fn serve(&mut self, wider: &Scope, scope: &Scope) {
        let token = self.held.iter().find(|token| token.scope == *wider);
        if let Some(token) = token.cloned() {
            self.held.retain(|token| token.scope != *scope);
            self.held.push(Token {
                scope: scope.clone(),
                ..token
            });
        }
    }

    pub(crate) fn covering(&self, scope: &Scope) -> Option<&Token> {
        self.held.iter().find(|token| token.scope.covers(scope))
    }

    /// Drops the tokens that are about to end: a listing may take longer than a token lives.
    pub(crate) fn drop_ending(&mut self, now: i64) {
        self.held.retain(|token| {
            token
                .expires_at
                .is_none_or(|end| end > now.saturating_add(MARGIN))
        });
    }
}
