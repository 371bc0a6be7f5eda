//! Reading connections.

use bowline::{
    form::Purpose,
    provider::{provider, providers},
};
use serde::Deserialize;

use super::{
    Change, Query, Store, columns, json, name_key,
    sealed::{StoredSecrets, sealed_columns},
};
use crate::{
    connection::{Connection, LastCheck, Opened, Use, UseKind, purpose_text},
    database::{Database, Row},
    error::StoreError,
    id::ConnectionId,
    page::Page,
    random::Random,
    row::Columns,
    timestamp::Timestamp,
};

/// The statement of [`Store::read`]; public for the benchmark, which compares it with a component that runs nothing
/// else.
pub const READ_CONNECTION: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM connections WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL"
);

const OPEN: &str = concat!(
    "SELECT ",
    columns!(),
    ", ",
    sealed_columns!(),
    " FROM connections WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL"
);

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM connections INDEXED BY connections_listed
    WHERE project = ?2 AND name_key > ?3 AND deleted_at IS NULL
        AND (?4 IS NULL OR provider = ?4)
        AND (?5 = '' OR instr(name_key, ?5) > 0 OR instr(host, ?5) > 0 OR provider IN (SELECT value FROM json_each(?6)))
        AND (?7 IS NULL OR expires_at <= ?7)
        AND (?8 IS NULL OR COALESCE(last_used_at, created_at) < ?8
            AND NOT EXISTS (SELECT 1 FROM uses WHERE uses.connection = connections.id AND uses.until > ?1))
    ORDER BY name_key LIMIT ?9"
);

const SERVING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM connections
    WHERE project = ?2 AND endpoint IN (SELECT value FROM json_each(?3)) AND purpose = ?4 AND deleted_at IS NULL
    ORDER BY (SELECT key FROM json_each(?3) WHERE value = endpoint) LIMIT 1"
);

impl<D: Database, R: Random> Store<D, R> {
    /// A connection, without its secrets.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] also where another project has it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// assert_eq!(store.read("acme", made.id, NOW).await?, made);
    /// assert_eq!(store.read("beta", made.id, NOW).await, Err(StoreError::NotFound));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn read(
        &self,
        project: &str,
        id: ConnectionId,
        now_ms: i64,
    ) -> Result<Connection, StoreError> {
        connection(&mut self.row(project, id, now_ms).await?)
    }

    /// A connection with its secrets.
    ///
    /// The secrets open only for the row that they were sealed for: the same project, id, provider, auth method,
    /// endpoint, purpose, plain values, trusted hosts and expiry. They also open only while the row of the audit that made
    /// them is the last one that made or ended secrets of the connection, so that neither an old value that was put back
    /// nor a connection that was deleted opens.
    ///
    /// A value that an instance of before sealed opens too, until the audit has a row that made a value of this format. It
    /// is sealed anew on the occasion.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::UnknownProvider`]; [`StoreError::UnknownKey`];
    /// [`StoreError::Unsealable`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let opened = store.open("acme", made.id, NOW).await?;
    /// assert_eq!(opened.secrets["password"].expose(), "s3cret");
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn open(
        &self,
        project: &str,
        id: ConnectionId,
        now_ms: i64,
    ) -> Result<Opened, StoreError> {
        let parameters = vec![now_ms.into(), id.to_string().into(), project.into()];
        let row = self.first(OPEN, parameters).await?;
        let mut columns = Columns::of(row.ok_or(StoreError::NotFound)?);
        let connection = connection(&mut columns)?;
        if provider(&connection.provider).is_none() {
            return Err(StoreError::UnknownProvider);
        }
        let sealed = StoredSecrets::of(&mut columns)?;
        let secrets = sealed.open(&self.keys, &connection)?;
        if sealed.generation.is_none() {
            let change = Change::of_service(now_ms);
            // If this fails, the next who opens it tries again.
            _ = self.reseal_one(&change, &connection, &sealed).await;
        }
        Ok(Opened {
            connection,
            secrets,
        })
    }

    /// The connection for pulling from the first of `endpoints`, as they are shown, that the project has one for.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let endpoints = ["https://prod.example.com/team", "https://prod.example.com"].map(str::to_owned);
    /// assert_eq!(store.serving("acme", &endpoints, NOW).await?.id, made.id);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn serving(
        &self,
        project: &str,
        endpoints: &[String],
        now_ms: i64,
    ) -> Result<Connection, StoreError> {
        let parameters = vec![
            now_ms.into(),
            project.into(),
            json(&endpoints)?,
            purpose_text(Purpose::Pull).into(),
        ];
        let rows = self.database.query(SERVING, parameters).await?;
        let row = rows.into_iter().next().ok_or(StoreError::NotFound)?;
        connection(&mut Columns::of(row))
    }

    /// A page of a project's connections, by name.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let query = Query { search: "PROD".to_owned(), ..Query::default() };
    /// let page = store.list("acme", &query, NOW).await?;
    /// assert_eq!((page.items, page.next), (vec![made], None));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn list(
        &self,
        project: &str,
        query: &Query,
        now_ms: i64,
    ) -> Result<Page<Connection>, StoreError> {
        let search = name_key(query.search.trim());
        let titled: Vec<_> = providers()
            .iter()
            .filter(|provider| {
                let id = provider.id.as_str();
                id.contains(&search) || name_key(provider.title).contains(&search)
            })
            .map(|provider| provider.id.as_str())
            .collect();
        let after = query.cursor.as_ref().map_or("", |cursor| &cursor.0);
        let parameters = vec![
            now_ms.into(),
            project.into(),
            after.into(),
            query.provider.as_deref().into(),
            search.into(),
            json(&titled)?,
            query.expiring_by.map(|Timestamp(time)| time).into(),
            query.unused_since.map(|Timestamp(time)| time).into(),
            query.size.one_more().into(),
        ];
        let rows = self.database.query(LIST, parameters).await?;
        let items = rows
            .into_iter()
            .map(|row| connection(&mut Columns::of(row)))
            .collect::<Result<_, _>>()?;
        Ok(Page::cut(items, query.size, |last: &Connection| {
            name_key(&last.name)
        }))
    }

    async fn row(
        &self,
        project: &str,
        id: ConnectionId,
        now_ms: i64,
    ) -> Result<Columns, StoreError> {
        let parameters = vec![now_ms.into(), id.to_string().into(), project.into()];
        let rows = self.database.query(READ_CONNECTION, parameters).await?;
        rows.into_iter()
            .next()
            .map(Columns::of)
            .ok_or(StoreError::NotFound)
    }
}

/// The connection that the first columns of a row are.
pub(super) fn connection(columns: &mut Columns) -> Result<Connection, StoreError> {
    Ok(Connection {
        id: columns.parsed("id", ConnectionId::parse)?,
        project: columns.text("project")?,
        name: columns.text("name")?,
        description: columns.text("description")?,
        provider: columns.text("provider")?,
        auth: columns.text("auth")?,
        purpose: columns.parsed("purpose", purpose)?,
        endpoint: columns.text("endpoint")?,
        values: columns.json("plain_values")?,
        secrets: columns.json("secrets")?,
        policy: columns.optional_json("policy")?,
        trusted_auth_hosts: columns.json("trusted_auth_hosts")?,
        image: columns.text("image")?,
        uses: columns
            .json::<Vec<StoredUse>>("uses")?
            .into_iter()
            .map(Use::from)
            .collect(),
        version: columns.integer("version")?,
        created_at: columns.time("created_at")?,
        updated_at: columns.time("updated_at")?,
        credentials_changed_at: columns.time("credentials_changed_at")?,
        last_used_at: columns.optional_time("last_used_at")?,
        expires_at: columns.optional_time("expires_at")?,
        last_check: last_check(columns)?,
    })
}

/// The uses that the only column of a row lists.
pub(super) fn uses(row: Row) -> Result<Vec<Use>, StoreError> {
    Ok(Columns::of(row)
        .json::<Vec<StoredUse>>("uses")?
        .into_iter()
        .map(Use::from)
        .collect())
}

fn last_check(columns: &mut Columns) -> Result<Option<LastCheck>, StoreError> {
    let at = columns.optional_time("check_at")?;
    let ok = columns.optional_integer("check_ok")?;
    let proved = columns.optional_text("check_proved")?;
    let problem = columns.optional_json("check_problem")?;
    Ok(at.zip(ok).zip(proved).map(|((at, ok), proved)| LastCheck {
        at,
        ok: ok != 0,
        proved,
        problem,
    }))
}

fn purpose(text: &str) -> Option<Purpose> {
    [Purpose::Pull, Purpose::Push]
        .into_iter()
        .find(|&purpose| purpose_text(purpose) == text)
}

#[derive(Deserialize)]
struct StoredUse {
    kind: UseKind,
    consumer: String,
    title: String,
    until: i64,
}

impl From<StoredUse> for Use {
    fn from(
        StoredUse {
            kind,
            consumer,
            title,
            until,
        }: StoredUse,
    ) -> Self {
        Self {
            kind,
            consumer,
            title,
            until: Timestamp(until),
        }
    }
}
