//! Opens a conversation and explains its failure, with the products' tables.

use bowline::{credential::Credentials, form::ConnectionSpec, provider::ProviderId};

use crate::{
    operator::Operator,
    problem::{Code, Failure, Problem, Server},
    product,
    registry::Registry,
    transport::Session,
    world::World,
};

/// Title and hint of `auth.rejected` without credentials.
const WANTS_LOGIN: &str = "The registry requires a login";
const ENTER_LOGIN: &str =
    "Enter a username and password, or a token. This registry doesn't allow anonymous access.";
/// The hint for a failure of the token service.
const TOKEN_SERVICE: &str = "The registry uses the token service named in the detail, and that service failed. Try again later. If it keeps happening, send the detail to the registry's administrator.";
/// The hint if the user did not type the address.
const VENDORS_ADDRESS: &str = "This is the vendor's own address, so what you entered isn't the cause. Try again later. If it keeps happening, ask your administrator to check this service's network (DNS, a proxy, or a firewall).";
/// The same if the address comes from a region.
const REGIONS_ADDRESS: &str = "The registry's host is derived from the region. If the region is right, try again later. If it keeps happening, ask your administrator to check this service's network (DNS, a proxy, or a firewall).";

impl<'w, W: World> Registry<'w, W> {
    /// Starts a conversation. It sends nothing yet, unless only the provider knows the registry's address. Then it
    /// exchanges the credentials first.
    pub(crate) async fn open(
        world: &'w W,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
    ) -> Result<Self, Failure> {
        Self::open_in(None, world, operator, spec).await
    }

    /// Like [`Self::open`], but in a session, if there is one.
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
        let at_token_service = (self.server == Server::TokenService)
            .then(|| self.code.title_at_token_service())
            .flatten();
        let title = match at_token_service {
            Some(title) => title,
            // What was not given was not rejected.
            None if wants_login && self.advice.is_none() => WANTS_LOGIN,
            None => self.code.title(),
        };
        let is_typed = self.code.field_of(spec).is_some();
        let hint = match self.advice {
            Some(advice) => advice,
            None if at_token_service.is_some() => TOKEN_SERVICE,
            None if wants_login => ENTER_LOGIN,
            None if self.code.is_about_the_way() && !is_typed => {
                match spec.values.contains_key("region") {
                    true => REGIONS_ADDRESS,
                    false => VENDORS_ADDRESS,
                }
            }
            None => self.code.hint_for(spec.provider.id, spec.auth),
        };
        let mut hint = hint.to_owned();
        let egress = operator.egress_addresses();
        if self.code.may_be_a_firewall() && !egress.is_empty() {
            hint.push_str(" If the registry is behind a firewall, allow these addresses: ");
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
                (None, None) if at_token_service.is_some() => None,
                (None, None) => self.code.field_of(spec),
            },
        }
    }
}

impl Code {
    /// Returns the advice for this provider and auth method.
    pub fn hint_for(self, provider: ProviderId, auth: &str) -> &'static str {
        product::hint(provider, self, auth).unwrap_or_else(|| self.hint())
    }
}
