//! Opening a conversation, and explaining why it failed: what takes the products' rows.

use bowline::{credential::Credentials, form::ConnectionSpec, provider::ProviderId};

use crate::{
    operator::Operator,
    problem::{Code, Failure, Problem},
    product,
    registry::Registry,
    transport::Session,
    world::World,
};

/// Title and hint of `auth.rejected` where there are no credentials.
const WANTS_LOGIN: &str = "The registry wants a login";
const ENTER_LOGIN: &str =
    "Enter a username and password, or a token: this registry lets nobody in without.";

impl<'w, W: World> Registry<'w, W> {
    /// Starts a conversation of its own. Nothing is sent yet, except where only the provider can tell the registry's
    /// address: there the credentials are exchanged first.
    pub(crate) async fn open(
        world: &'w W,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
    ) -> Result<Self, Failure> {
        Self::open_in(None, world, operator, spec).await
    }

    /// As [`Self::open`], but in a session, where there is one.
    pub(crate) async fn open_in(
        session: Option<&'w Session>,
        world: &'w W,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
    ) -> Result<Self, Failure> {
        let row = product::of(spec.provider.id);
        let hosts = product::hosts(spec);
        Self::start(
            row,
            product::exchange,
            hosts,
            session,
            world,
            operator,
            spec,
        )
        .await
    }
}

impl Failure {
    /// The problem, with the title, the hint for this provider, and the field.
    pub(crate) fn explain(self, spec: &ConnectionSpec, operator: &Operator) -> Problem {
        let wants_login =
            self.code == Code::AuthRejected && spec.credentials == Credentials::Anonymous;
        let (title, hint) = match (self.advice, wants_login) {
            (Some(advice), _) => (self.code.title(), advice),
            // What was not given was not rejected.
            (None, true) => (WANTS_LOGIN, ENTER_LOGIN),
            (None, false) => (
                self.code.title(),
                self.code.hint_for(spec.provider.id, spec.auth),
            ),
        };
        let mut hint = hint.to_owned();
        let egress = operator.egress_addresses();
        if self.code.may_be_a_firewall() && !egress.is_empty() {
            hint.push_str(" A firewall in front of the registry must let these addresses in: ");
            hint.push_str(&egress.join(", "));
            hint.push('.');
        }
        Problem {
            code: self.code,
            title: title.to_owned(),
            detail: self.detail,
            hint,
            field: match (self.field, self.advice) {
                (Some(field), _) => Some(field.to_owned()),
                (None, Some(_)) => None,
                (None, None) => self.code.field_of(spec),
            },
        }
    }
}

impl Code {
    /// What to do about it with this provider and auth method.
    pub fn hint_for(self, provider: ProviderId, auth: &str) -> &'static str {
        product::hint(provider, self, auth).unwrap_or_else(|| self.hint())
    }
}
