//! The rows of a vendor's list, with their source and date.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use serde_json::{Value, json};

/// The rows of a vendor's list, with source and date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// The package with its version, and the file in it; or the vendor's page.
    pub(super) source: String,
    /// When it was read: `2026-11-30`.
    pub(super) date: String,
    /// The rows, by what they belong to.
    pub(super) groups: Groups,
}

/// Rows by their group: a partition, a realm.
pub(super) type Groups = BTreeMap<String, BTreeSet<Row>>;

/// A region and what belongs to it.
pub(super) type Row = Vec<String>;

impl Facts {
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let value: Value = serde_json::from_str(text)?;
        let member = |name: &str| {
            let text = value[name].as_str().map(str::to_owned);
            text.with_context(|| format!("“{name}” is missing"))
        };
        let groups = value["groups"].as_object().context("“groups” is missing")?;
        Ok(Self {
            source: member("source")?,
            date: member("date")?,
            groups: groups
                .iter()
                .map(|(group, rows)| {
                    let rows = rows.as_array().context("a group has rows")?;
                    let rows = rows.iter().map(row).collect::<anyhow::Result<_>>()?;
                    Ok((group.clone(), rows))
                })
                .collect::<anyhow::Result<_>>()?,
        })
    }

    /// Returns the text of the stored file: one row per line, so that diffs are easy to read.
    pub(super) fn to_text(&self) -> String {
        let mut groups = Vec::new();
        for (group, rows) in &self.groups {
            let rows: Vec<String> = rows
                .iter()
                .map(|row| format!("      {}", json!(row)))
                .collect();
            groups.push(format!(
                "    {}: [\n{}\n    ]",
                json!(group),
                rows.join(",\n")
            ));
        }
        format!(
            "{{\n  \"source\": {},\n  \"date\": {},\n  \"groups\": {{\n{}\n  }}\n}}\n",
            json!(self.source),
            json!(self.date),
            groups.join(",\n")
        )
    }

    /// The rows that only `newest` has, and those that only this has.
    pub(super) fn changes(&self, newest: &Self) -> Vec<String> {
        let (old, new) = (self.flat(), newest.flat());
        let gone = old.difference(&new).map(|row| format!("- {row}"));
        let come = new.difference(&old).map(|row| format!("+ {row}"));
        gone.chain(come).collect()
    }

    fn flat(&self) -> BTreeSet<String> {
        let rows = self.groups.iter();
        rows.flat_map(|(group, rows)| {
            rows.iter()
                .map(move |row| format!("{group} {}", row.join(" ")))
        })
        .collect()
    }
}

fn row(value: &Value) -> anyhow::Result<Row> {
    let cells = value.as_array().context("a row is a list")?;
    cells
        .iter()
        .map(|cell| Ok(cell.as_str().context("a cell is a text")?.to_owned()))
        .collect()
}

/// `2026-11-30`, in UTC.
pub(super) fn today() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let now = i64::try_from(now.as_millis()).unwrap_or_default();
    bowline::time::format_rfc3339(now)
        .chars()
        .take(10)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(rows: &[&str]) -> Facts {
        let rows = rows.iter().map(|id| vec![(*id).to_owned()]).collect();
        Facts {
            source: "a 1, b.json".to_owned(),
            date: "2026-11-30".to_owned(),
            groups: Groups::from([("aws".to_owned(), rows)]),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let facts = facts(&["eu-west-1", "sa-west-1"]);
        assert_eq!(Facts::read(&facts.to_text()).unwrap(), facts);
    }

    #[test]
    fn changes_are_rows_that_came_and_went() {
        let (old, new) = (facts(&["a", "b"]), facts(&["b", "c"]));
        assert_eq!(old.changes(&new), ["- aws a", "+ aws c"]);
        assert!(old.changes(&old).is_empty());
    }

    #[test]
    fn a_day_is_ten_characters() {
        assert_eq!(today().len(), 10);
    }
}
