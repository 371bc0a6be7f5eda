//! Connections: list, create, read, edit, replace credentials, delete.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::ControlFlow,
};

use bowline::{
    document::Document,
    endpoint::Endpoint,
    form::{ConnectionForm, ConnectionSpec, MEMBERS, Purpose},
    provider::provider,
    secret::Secret,
    time::parse_rfc3339,
};
use bowline_registry::Clock;
use bowline_store::{
    Connection, ConnectionId, Database, Edit, KeptPolicy, Query, Store, Timestamp, Use,
};
use http::{HeaderValue, StatusCode, header};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};

use super::{
    check::Verify,
    endpoint::account_of,
    service::{Random, Service},
    validation,
};
use crate::{
    body,
    caller::{Caller, Permission},
    client::Outbound,
    context::RequestContext,
    negotiation::{IfMatch, etag},
    problem::{Problem, ProblemType},
    response::{self, Response},
};

/// The body of PATCH. What a connection logs in with is replaced by PUT …/credentials, its endpoint never.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditRequest {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    /// `null` takes the policy away, so it is not the same as missing.
    #[serde(default, deserialize_with = "body::sent")]
    policy: Option<Document>,
}

/// The body of new credentials. It is a form, but unknown members are refused here: a misspelled `values` would erase
/// the stored secrets.
pub(super) struct NewCredentials(ConnectionForm);

impl NewCredentials {
    /// Reads a body, which must be sent as JSON.
    pub(super) fn read(context: &RequestContext, body: &[u8]) -> Result<Self, Problem> {
        context.json::<CredentialsMembers>(body)?;
        context.json(body).map(Self)
    }
}

/// The members of a body of new credentials: those of a form, `values` among them, each once.
struct CredentialsMembers;

impl<'de> Deserialize<'de> for CredentialsMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for CredentialsMembers {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a form with values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(sent) = map.next_key::<String>()? {
            let Some(member) = MEMBERS.into_iter().find(|member| *member == sent) else {
                return Err(A::Error::unknown_field(&sent, &MEMBERS));
            };
            if !seen.insert(member) {
                return Err(A::Error::duplicate_field(member));
            }
            if member == "values" {
                map.next_value::<BTreeMap<String, IgnoredAny>>()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if seen.contains("values") {
            Ok(self)
        } else {
            Err(A::Error::missing_field("values"))
        }
    }
}

/// The moment that is some days away, or that a time names.
fn moment(text: &str, away: impl FnOnce(i64) -> Option<i64>) -> Option<Timestamp> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let time = match text.parse::<i64>() {
        Ok(days) => (0..=3650)
            .contains(&days)
            .then(|| days.checked_mul(DAY_MS))
            .flatten()
            .and_then(away),
        Err(_) => parse_rfc3339(text),
    };
    time.map(Timestamp)
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    pub(super) async fn list(
        &self,
        context: &RequestContext,
        project: &str,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let query = Query {
            search: parameters.get("search").unwrap_or_default().to_owned(),
            provider: parameters.get("provider").map(str::to_owned),
            expiring_by: parameters.parsed("expiring", |text| {
                moment(text, |days| context.now.checked_add(days))
            })?,
            unused_since: parameters.parsed("unused", |text| {
                moment(text, |days| context.now.checked_sub(days))
            })?,
            size: parameters.page_size()?,
            cursor: parameters.cursor()?,
        };
        let page = self
            .store(context)
            .await?
            .list(project, &query, context.now)
            .await?;
        response::json(StatusCode::OK, &page)
    }

    pub(super) async fn create(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        mut form: ConnectionForm,
        id: Option<ConnectionId>,
    ) -> Result<Response, Problem> {
        let verify = Verify::read(context)?;
        let spec = match self
            .resolve_endpoint(context, caller, project, &mut form)
            .await?
        {
            ControlFlow::Continue(spec) => spec,
            ControlFlow::Break(answer) => return Ok(answer),
        };
        let checked = match verify {
            None => None,
            Some(verify) => match self.verify(context, caller, project, &form, verify).await? {
                ControlFlow::Continue(check) => Some(check),
                ControlFlow::Break(answer) => return Ok(answer),
            },
        };
        let (store, change) = (self.store(context).await?, context.change(caller));
        let id = id.unwrap_or_else(|| ConnectionId::new(context.now, &self.random));
        let connection = store
            .create_as(&change, project, id, &spec, checked.as_ref())
            .await?;
        // If this fails, the scheduled work plans the pull.
        _ = self.plan_pull_of(context, id).await;
        let is_shared = is_shared(store, caller, project, &spec).await;
        let shared = is_shared.then_some(SavedWarning::SHARED);
        let mut answer = saved(StatusCode::CREATED, &connection, shared)?;
        let public_url = &self.ready.as_ref()?.access.public_url;
        let location = format!("{public_url}{}/{}", context.head.uri.path(), connection.id);
        if let Ok(location) = HeaderValue::try_from(location) {
            answer.headers_mut().insert(header::LOCATION, location);
        }
        Ok(answer)
    }

    pub(super) async fn read(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        answer_of(
            StatusCode::OK,
            &self
                .store(context)
                .await?
                .read(project, id, context.now)
                .await?,
        )
    }

    pub(super) async fn edit(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
        request: EditRequest,
    ) -> Result<Response, Problem> {
        let expected =
            IfMatch::read(&context.head.headers).ok_or(ProblemType::PreconditionRequired)?;
        if request.name.is_none() && request.description.is_none() && request.policy.is_none() {
            return Err(
                Problem::from(ProblemType::BodyMalformed).detail("The body changes nothing.")
            );
        }
        let store = self.store(context).await?;
        let mut edit = Edit {
            name: request.name.map(validation::name).transpose()?,
            description: request.description,
            policy: None,
        };
        if let Some(policy) = request.policy {
            // Provider and endpoint never change, so what is judged here still holds when it is kept.
            let kept = store.read(project, id, context.now).await?;
            let parsed = validation::policy(&policy, &kept.provider, &kept.endpoint)?;
            validation::values_for(&form_of(&kept), &policy)?;
            let kept = (!policy.is_null()).then(|| KeptPolicy::of(&parsed));
            edit.policy = Some(kept.transpose()?);
        }
        let connection = store
            .update(
                &context.change(caller),
                project,
                id,
                expected.versions(),
                &edit,
            )
            .await?;
        // If this fails, the scheduled work plans the pull.
        _ = self.plan_pull_of(context, id).await;
        saved(StatusCode::OK, &connection, None)
    }

    pub(super) async fn replace_credentials(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
        NewCredentials(sent): NewCredentials,
    ) -> Result<Response, Problem> {
        let verify = Verify::read(context)?;
        let expected = IfMatch::read(&context.head.headers);
        let store = self.store(context).await?;
        let kept = store.read(project, id, context.now).await?;
        let form = with_credentials(&kept, sent)?;
        let spec = context.spec(&form)?;
        let policy = kept.policy.clone();
        let policy = policy.and_then(|policy| serde_json::from_value(policy).ok());
        validation::values_for(&form, &policy.unwrap_or_default())?;
        // Before anything is sent there: the new secrets are meant for the endpoint that the connection has.
        if spec
            .endpoint
            .as_ref()
            .is_some_and(|endpoint| endpoint.to_string() != kept.endpoint)
        {
            return Err(Problem::from(ProblemType::EndpointImmutable).field("values.url"));
        }
        let checked = match verify {
            None => None,
            Some(verify) => match self.verify(context, caller, project, &form, verify).await? {
                ControlFlow::Continue(check) => Some(check),
                ControlFlow::Break(answer) => return Ok(answer),
            },
        };
        let versions = expected.as_ref().and_then(IfMatch::versions);
        let change = context.change(caller);
        let connection = store
            .replace_credentials(&change, project, id, versions, &spec, checked.as_ref())
            .await?;
        let is_shared = is_shared(store, caller, project, &spec).await;
        let shared = is_shared.then_some(SavedWarning::SHARED);
        let in_use = SavedWarning::in_use(&connection.uses);
        saved(
            StatusCode::OK,
            &connection,
            shared.into_iter().chain(in_use),
        )
    }

    pub(super) async fn delete(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let force = parameters.parsed("force", |text| text.parse().ok())?;
        let change = context.change(caller);
        self.store(context)
            .await?
            .delete(&change, project, id, force.unwrap_or(false))
            .await?;
        Ok(response::empty())
    }
}

/// The form of a connection, without its secrets.
fn form_of(kept: &Connection) -> ConnectionForm {
    let values = kept.values.iter();
    ConnectionForm {
        provider: kept.provider.clone(),
        name: kept.name.clone(),
        auth: kept.auth.clone(),
        values: values
            .map(|(name, value)| (name.clone(), Secret::new(value.as_str())))
            .collect(),
        ..ConnectionForm::default()
    }
}

/// A connection with its version as `ETag`.
pub(super) fn answer_of(status: StatusCode, connection: &Connection) -> Result<Response, Problem> {
    Ok(with_etag(response::json(status, connection)?, connection))
}

/// Whether another project that the caller can see has the same secrets. Other projects are not revealed. The
/// connection is already saved, so errors are ignored.
async fn is_shared(
    store: &Store<impl Database, impl Random>,
    caller: &Caller,
    project: &str,
    spec: &ConnectionSpec,
) -> bool {
    let seen = match caller.permitted(Permission::Read) {
        Ok(()) => caller.projects(),
        Err(_) => &[],
    };
    store.is_shared(project, seen, spec).await.unwrap_or(false)
}

/// The response to a change of a connection: the connection and its warnings.
#[derive(Serialize)]
struct Saved<'a> {
    #[serde(flatten)]
    connection: &'a Connection,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<SavedWarning<'a>>,
}

#[derive(Serialize)]
struct SavedWarning<'a> {
    code: &'static str,
    title: &'static str,
    detail: &'static str,
    #[serde(skip_serializing_if = "<[Use]>::is_empty")]
    uses: &'a [Use],
}

impl<'a> SavedWarning<'a> {
    /// Only for callers who can see the other project.
    const SHARED: Self = Self {
        code: "secret.shared",
        title: "Another of your projects uses this secret",
        detail: "Use a separate secret for each project. If this one is revoked, both projects lose access.",
        uses: &[],
    };

    /// The warning that the connection of new credentials is in use; `None` if it is not.
    fn in_use(uses: &'a [Use]) -> Option<Self> {
        (!uses.is_empty()).then_some(Self {
            code: "connection.in_use",
            title: "The connection is in use",
            detail: "Something is still running with the old credentials. Let it finish before you revoke them at the registry.",
            uses,
        })
    }
}

fn saved<'a>(
    status: StatusCode,
    connection: &'a Connection,
    warnings: impl IntoIterator<Item = SavedWarning<'a>>,
) -> Result<Response, Problem> {
    let saved = Saved {
        connection,
        warnings: warnings.into_iter().collect(),
    };
    Ok(with_etag(response::json(status, &saved)?, connection))
}

fn with_etag(mut answer: Response, connection: &Connection) -> Response {
    answer
        .headers_mut()
        .insert(header::ETAG, etag(connection.version));
    answer
}

/// The form of a connection with the auth method, values, trusted hosts and expiry that were sent.
///
/// Errors: `endpoint.immutable` where another provider or purpose was sent too.
fn with_credentials(kept: &Connection, sent: ConnectionForm) -> Result<ConnectionForm, Problem> {
    let purpose = match kept.purpose {
        Purpose::Pull => "pull",
        Purpose::Push => "push",
    };
    for (field, sent, kept) in [
        ("provider", &sent.provider, kept.provider.as_str()),
        ("purpose", &sent.purpose, purpose),
    ] {
        if !sent.is_empty() && sent != kept {
            return Err(Problem::from(ProblemType::EndpointImmutable).field(field));
        }
    }
    let mut form = ConnectionForm {
        provider: kept.provider.clone(),
        purpose: purpose.to_owned(),
        name: kept.name.clone(),
        description: kept.description.clone(),
        image: kept.image.clone(),
        policy: None,
        ..sent
    };
    if lacks_address(&form)
        && let Ok(endpoint) = Endpoint::parse(&kept.endpoint)
    {
        // A namespace that was sent stands for the kept one.
        let address = match is_empty(&form, "namespace") {
            true => endpoint,
            false => endpoint.with_namespace(""),
        };
        form.values
            .insert("url".to_owned(), address.to_string().as_str().into());
    }
    // A role's account is its registry's where none is named.
    if lacks(&form, "accountId")
        && is_empty(&form, "roleArn")
        && let Some(account) = account_of(&kept.endpoint)
    {
        form.values
            .insert("accountId".to_owned(), account.as_str().into());
    }
    Ok(form)
}

/// True if the auth method has a URL, and neither the URL nor the region that can replace it is filled in.
fn lacks_address(form: &ConnectionForm) -> bool {
    lacks(form, "url") && is_empty(form, "region")
}

/// True when the auth method takes a value, and it is not filled in.
fn lacks(form: &ConnectionForm, name: &str) -> bool {
    let auth = provider(&form.provider).and_then(|provider| provider.auth(&form.auth));
    auth.is_some_and(|auth| auth.field(name).is_some()) && is_empty(form, name)
}

fn is_empty(form: &ConnectionForm, name: &str) -> bool {
    let value = form.values.get(name);
    value.is_none_or(|value: &Secret| value.expose().trim().is_empty())
}
