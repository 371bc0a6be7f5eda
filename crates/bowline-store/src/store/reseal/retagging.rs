//! Giving tags by the first key to what has one by another: external ids, event addresses and checkpoints of the audit.

use crate::{
    database::{Database, Value},
    error::StoreError,
    id::ConnectionId,
    page::{Cursor, PageSize},
    random::Random,
    row::Columns,
    store::{
        Store,
        audit::chain::{checkpoint_tag, is_checkpoint},
        connection_within, events, project_within, settings,
        tags::Tag,
        within_parameter,
    },
    within::Within,
};

/// What has tags.
#[derive(Clone, Copy)]
enum Kind {
    ExternalId,
    EventAddress,
    Checkpoint,
}

impl Kind {
    const ALL: [Self; 3] = [Self::ExternalId, Self::EventAddress, Self::Checkpoint];

    /// Those that a key tagged: project, id, tag and what the tag is of.
    fn tagged_by(self) -> &'static str {
        match self {
            Self::ExternalId => concat!(
                "SELECT project, project, external_id_tag, external_id, NULL, 0 FROM settings
                WHERE external_id_key = ?1 AND project > ?2",
                project_within!("project", "?4"),
                " ORDER BY project LIMIT ?3"
            ),
            Self::EventAddress => concat!(
                "SELECT (SELECT project FROM connections WHERE id = connection), connection, tag, NULL, hash, 0
                FROM event_addresses WHERE tag_key = ?1 AND connection > ?2",
                connection_within!("event_addresses.connection", "?4"),
                " ORDER BY connection LIMIT ?3"
            ),
            Self::Checkpoint => concat!(
                "SELECT project, project, mac, (SELECT mac FROM audit_links WHERE audit_links.project = audit_checkpoints.project
                    AND audit_links.number = audit_checkpoints.number), NULL, number FROM audit_checkpoints
                WHERE key_id = ?1 AND project > ?2",
                project_within!("project", "?4"),
                " ORDER BY project LIMIT ?3"
            ),
        }
    }

    /// Replaces a tag where it is still the one that was read.
    fn retag(self) -> &'static str {
        match self {
            Self::ExternalId => {
                "UPDATE settings SET external_id_tag = ?3, external_id_key = ?4
                WHERE project = ?1 AND external_id_tag IS NOT DISTINCT FROM ?2"
            }
            Self::EventAddress => {
                "UPDATE event_addresses SET tag = ?3, tag_key = ?4 WHERE connection = ?1 AND tag IS NOT DISTINCT FROM ?2"
            }
            Self::Checkpoint => {
                "UPDATE audit_checkpoints SET mac = ?3, key_id = ?4 WHERE project = ?1 AND mac IS NOT DISTINCT FROM ?2"
            }
        }
    }
}

/// The place from which tags are renewed: a key of a kind, and the row after which.
#[derive(Default)]
pub(super) struct Place {
    phase: usize,
    after: String,
}

impl Place {
    /// Begins with a space, as no id of a key does.
    pub(super) fn of(Cursor(position): &Cursor) -> Option<Self> {
        let (phase, after) = position.strip_prefix(' ')?.split_once(' ')?;
        Some(Self {
            phase: phase.parse().ok()?,
            after: after.to_owned(),
        })
    }

    fn cursor(&self) -> Cursor {
        Cursor(format!(" {} {}", self.phase, self.after))
    }
}

impl<D: Database, R: Random> Store<D, R> {
    /// Renews up to `size` tags, and gives the cursor of what is left.
    pub(super) async fn retag(
        &self,
        within: Within<'_>,
        size: PageSize,
        mut place: Place,
    ) -> Result<Option<Cursor>, StoreError> {
        let mut left = size.items();
        let mut phases = Vec::new();
        for kind in Kind::ALL {
            phases.extend(self.keys.others().iter().map(|key| (kind, key)));
        }
        for (phase, (kind, key)) in phases.into_iter().enumerate().skip(place.phase) {
            if phase != place.phase {
                place = Place {
                    phase,
                    after: String::new(),
                };
            }
            let most = i64::try_from(left).unwrap_or(0).saturating_add(1);
            let parameters = vec![
                key.id.as_str().into(),
                place.after.as_str().into(),
                most.into(),
                within_parameter(within)?,
            ];
            for row in self.database.query(kind.tagged_by(), parameters).await? {
                if left == 0 {
                    return Ok(Some(place.cursor()));
                }
                left = left.saturating_sub(1);
                place.after = self.retag_one(kind, &key.id, &mut Columns::of(row)).await?;
            }
        }
        Ok(None)
    }

    /// Renews a tag that holds, and gives the row's id. One that does not hold stays, for who reads it to find.
    async fn retag_one(
        &self,
        kind: Kind,
        key_id: &str,
        columns: &mut Columns,
    ) -> Result<String, StoreError> {
        let project = columns.text("project")?;
        let id = columns.text("id")?;
        let tag = columns.optional_text("tag")?;
        let text = columns.optional_text("tagged")?.unwrap_or_default();
        let bytes = columns.optional_blob("tagged")?.unwrap_or_default();
        let number = columns.integer("number")?;
        let old = tag.clone().map(|tag| Tag {
            key_id: key_id.to_owned(),
            tag,
        });
        let (holds, new) = match (kind, &old) {
            // An address that was ended.
            (_, None) => (true, None),
            (Kind::ExternalId, Some(old)) => (
                settings::is_tag(&self.keys, &project, &text, old),
                Some(settings::tag(&self.keys, &project, &text)?),
            ),
            (Kind::EventAddress, Some(old)) => {
                let connection =
                    ConnectionId::parse(&id).ok_or(StoreError::Corrupt("connection"))?;
                (
                    events::is_tag(&self.keys, &project, connection, &bytes, old),
                    Some(events::tag(&self.keys, &project, connection, &bytes)?),
                )
            }
            (Kind::Checkpoint, Some(old)) => {
                let key = self.keys.named(key_id);
                let first = self.keys.sealing();
                let new = checkpoint_tag(first, &project, number, &text);
                (
                    key.is_some_and(|key| is_checkpoint(key, &project, number, &text, &old.tag)),
                    new.map(|tag| Tag {
                        key_id: first.id.clone(),
                        tag,
                    }),
                )
            }
        };
        if holds {
            let parameters = vec![
                id.as_str().into(),
                tag.into(),
                new.map_or(Value::Null, |new| new.tag.into()),
                self.keys.sealing().id.as_str().into(),
            ];
            self.database.query(kind.retag(), parameters).await?;
        }
        Ok(id)
    }
}
