//! The links over the rows of an audit: each is a keyed hash of the one before and of a row.

use crate::{
    audit::AuditFault,
    error::StoreError,
    keys::{Purpose, SealingKey, SealingKeys},
    row::Columns,
};

/// The columns that [`LinkableRow::of`] takes.
macro_rules! linkable_columns {
    () => {
        "audit.number, audit.id, audit.connection, audit.version, audit.action, audit.changes, audit.at,
        audit.subject, audit.source, audit.request_id, audit.keyed"
    };
}
pub(super) use linkable_columns;

/// A row of the audit as it is linked: all that it holds.
pub(super) struct LinkableRow {
    pub(super) number: i64,
    pub(super) at: i64,
    /// Each column as bytes, with a byte before that tells NULL from a value.
    columns: Vec<Vec<u8>>,
}

impl LinkableRow {
    pub(super) fn of(columns: &mut Columns) -> Result<Self, StoreError> {
        let text = |text: Option<String>| match text {
            Some(text) => [b"1".as_slice(), text.as_bytes()].concat(),
            None => b"0".to_vec(),
        };
        let integer = |number: Option<i64>| text(number.map(|number| number.to_string()));
        let number = columns.integer("number")?;
        let id = columns.integer("id")?;
        let connection = columns.text("connection")?;
        let version = columns.integer("version")?;
        let action = columns.text("action")?;
        let changes = columns.text("changes")?;
        let at = columns.integer("at")?;
        Ok(Self {
            number,
            at,
            columns: vec![
                integer(Some(number)),
                integer(Some(id)),
                text(Some(connection)),
                integer(Some(version)),
                text(Some(action)),
                text(Some(changes)),
                integer(Some(at)),
                text(columns.optional_text("subject")?),
                text(columns.optional_text("source")?),
                text(columns.optional_text("request_id")?),
                integer(columns.optional_integer("keyed")?),
            ],
        })
    }

    fn parts<'a>(&'a self, previous: Option<&'a str>) -> impl Iterator<Item = &'a [u8]> {
        std::iter::once(previous.unwrap_or_default().as_bytes())
            .chain(self.columns.iter().map(Vec::as_slice))
    }

    /// The link of this row after the `previous` one, which only the first row has not.
    pub(super) fn link(
        &self,
        key: &SealingKey,
        project: &str,
        previous: Option<&str>,
    ) -> Option<String> {
        key.hash(Purpose::AuditLink(project), self.parts(previous))
    }
}

/// A link as it is kept.
pub(super) struct Link {
    pub(super) key_id: String,
    pub(super) mac: String,
}

/// A walk along the links, from a row that is known.
pub(super) struct Chain {
    /// The number of the last row.
    pub(super) number: i64,
    /// Its link, where there is a row.
    pub(super) previous: Option<String>,
    pub(super) unknown_key: i64,
    /// The first row without a link.
    unlinked: Option<i64>,
}

impl Chain {
    pub(super) fn from(number: i64, previous: Option<String>) -> Self {
        Self {
            number,
            previous,
            unknown_key: 0,
            unlinked: None,
        }
    }

    /// The number of rows that are not linked.
    pub(super) fn unlinked(&self) -> i64 {
        self.unlinked.map_or(0, |first| {
            self.number.saturating_sub(first).saturating_add(1)
        })
    }

    /// Goes on to the next row, which must follow the last and have the link that the service gave it.
    pub(super) fn go_on(
        &mut self,
        keys: &SealingKeys,
        project: &str,
        row: &LinkableRow,
        link: Option<Link>,
    ) -> Result<(), AuditFault> {
        let next = self.number.saturating_add(1);
        if row.number != next {
            return Err(AuditFault::Missing(next));
        }
        self.number = next;
        let Some(Link { key_id, mac }) = link else {
            self.unlinked.get_or_insert(next);
            return Ok(());
        };
        if let Some(first) = self.unlinked {
            return Err(AuditFault::Unlinked(first));
        }
        match keys.named(&key_id) {
            None => self.unknown_key = self.unknown_key.saturating_add(1),
            Some(key) => {
                let parts = row.parts(self.previous.as_deref());
                if !key.verifies(Purpose::AuditLink(project), parts, &mac) {
                    return Err(AuditFault::Changed(next));
                }
            }
        }
        self.previous = Some(mac);
        Ok(())
    }
}

/// The tag of a checkpoint: of a number and the link of its row.
pub(in crate::store) fn checkpoint_tag(
    key: &SealingKey,
    project: &str,
    number: i64,
    link: &str,
) -> Option<String> {
    key.hash(
        Purpose::AuditCheckpoint(project),
        [number.to_be_bytes().as_slice(), link.as_bytes()],
    )
}

/// True if a tag is that of a checkpoint.
pub(in crate::store) fn is_checkpoint(
    key: &SealingKey,
    project: &str,
    number: i64,
    link: &str,
    tag: &str,
) -> bool {
    key.verifies(
        Purpose::AuditCheckpoint(project),
        [number.to_be_bytes().as_slice(), link.as_bytes()],
        tag,
    )
}
