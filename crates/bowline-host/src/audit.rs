//! Verifies the audit in a database, offline, with the operator's sealing keys.

use std::{collections::BTreeMap, path::Path, str::FromStr};

use bowline_store::{
    AuditHead, AuditVerification, Random, SealingKeys, SealingKeysError, Store, StoreError,
    rusqlite::Rusqlite,
};

/// The projects that are listed at once.
const PROJECTS: u32 = 100;

/// A saved end of a project's audit, as `PROJECT:NUMBER:LINK`: the members `linked` and `link` of `head` in the API's
/// response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownHead {
    project: String,
    head: AuditHead,
}

impl FromStr for KnownHead {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (rest, link) = text.rsplit_once(':')?;
            let (project, number) = rest.rsplit_once(':')?;
            let number = number.parse().ok().filter(|number| *number > 0)?;
            (!project.is_empty() && !link.is_empty()).then(|| Self {
                project: project.to_owned(),
                head: AuditHead {
                    number,
                    linked: number,
                    link: Some(link.to_owned()),
                },
            })
        };
        read().ok_or("use PROJECT:NUMBER:LINK")
    }
}

/// Why the audit cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The keys are invalid.
    #[error("SPIN_VARIABLE_SEALING_KEYS: {0}")]
    Keys(#[from] SealingKeysError),
    /// The database cannot be read, or was written by another version.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// There is no such file.
    #[error("the file {0} doesn't exist")]
    NoFile(String),
}

/// Verifies the audit of every project in a database file. Returns a line for each project, and whether it is valid.
///
/// # Errors
/// Why the audit cannot be verified.
pub async fn verify(
    database: &Path,
    keys: &str,
    known: &[KnownHead],
) -> Result<Vec<(String, bool)>, VerifyError> {
    let keys = SealingKeys::parse(keys)?;
    if !database.is_file() {
        return Err(VerifyError::NoFile(database.display().to_string()));
    }
    let database = Rusqlite::open(database).map_err(StoreError::from)?;
    let store = Store::new(database, NotNeeded, keys);
    let known: BTreeMap<_, _> = known
        .iter()
        .map(|known| (known.project.as_str(), &known.head))
        .collect();
    let mut told = Vec::new();
    let mut projects: Vec<String> = known.keys().map(|&project| project.to_owned()).collect();
    let mut after = String::new();
    loop {
        let found = store.audited_projects(&after, PROJECTS).await?;
        let Some(last) = found.last() else { break };
        after.clone_from(last);
        projects.extend(found);
    }
    projects.sort();
    projects.dedup();
    for project in projects {
        let known = known.get(project.as_str()).copied();
        let verified = store.verify_audit(&project, known).await?;
        told.push(line(&project, &verified));
    }
    Ok(told)
}

fn line(project: &str, verified: &AuditVerification) -> (String, bool) {
    let AuditVerification {
        rows,
        forgotten,
        unlinked,
        unknown_key,
        head,
        fault,
    } = verified;
    let mut told = match fault {
        Some(fault) => format!("{project}: INVALID: {fault}"),
        None => format!("{project}: {rows} rows up to {}", head.number),
    };
    if *forgotten > 0 {
        told += &format!(", {forgotten} removed before");
    }
    if *unlinked > 0 {
        told += &format!(", {unlinked} not linked yet");
    }
    if *unknown_key > 0 {
        told += &format!(", {unknown_key} NOT VERIFIED: their key isn't among the sealing keys");
    }
    (told, fault.is_none() && *unknown_key == 0)
}

/// Verifying makes no id and seals nothing.
struct NotNeeded;

impl Random for NotNeeded {
    fn fill(&self, _bytes: &mut [u8]) {}
}

#[cfg(test)]
mod tests {
    use bowline_store::{Change, Database};
    use tempfile::TempDir;

    use super::*;

    const KEY: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const OTHER: &str = "k2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    /// A database with three rows in the audit of two projects each.
    async fn three_rows() -> (TempDir, Store<Rusqlite, NotNeeded>) {
        let folder = TempDir::new().unwrap();
        let database = Rusqlite::open(&folder.path().join("store.db")).unwrap();
        let store = Store::new(database, NotNeeded, SealingKeys::parse(KEY).unwrap());
        store.migrate(1).await.unwrap();
        for (project, operation) in ["acme", "a:b"]
            .into_iter()
            .flat_map(|project| ["one", "two", "three"].map(|operation| (project, operation)))
        {
            let change = Change {
                subject: "eve".to_owned(),
                from: None,
                request_id: "r".to_owned(),
                now_ms: 1,
            };
            let refused = store.record_refusal(&change, project, None, operation);
            refused.await.unwrap();
        }
        (folder, store)
    }

    async fn told(folder: &TempDir, keys: &str, known: &[KnownHead]) -> Vec<(String, bool)> {
        let file = folder.path().join("store.db");
        verify(&file, keys, known).await.unwrap()
    }

    async fn run(store: &Store<Rusqlite, NotNeeded>, statement: &str) {
        store.database().query(statement, vec![]).await.unwrap();
    }

    fn line(text: &str, is_sound: bool) -> (String, bool) {
        (text.to_owned(), is_sound)
    }

    #[tokio::test]
    async fn each_project_is_told_of() {
        let (folder, store) = three_rows().await;
        let sound = line("a:b: 3 rows up to 3", true);
        let expected = [sound.clone(), line("acme: 3 rows up to 3", true)];
        assert_eq!(told(&folder, KEY, &[]).await, expected);

        run(&store, "DROP TRIGGER audit_is_only_numbered").await;
        let edit = "UPDATE audit SET subject = 'ada' WHERE project = 'acme' AND number = 2";
        run(&store, edit).await;
        let expected = [sound, line("acme: INVALID: row 2 was changed", false)];
        assert_eq!(told(&folder, KEY, &[]).await, expected);
    }

    #[tokio::test]
    async fn rows_that_prove_nothing_are_counted() {
        let (folder, store) = three_rows().await;
        run(&store, "DELETE FROM audit_links WHERE number = 3").await;
        let one = told(&folder, KEY, &[]).await.remove(0);
        assert_eq!(one, line("a:b: 3 rows up to 3, 1 not linked yet", true));
        let unknown = told(&folder, OTHER, &[]).await.remove(0);
        assert!(
            !unknown.1 && unknown.0.contains("2 NOT VERIFIED"),
            "{unknown:?}"
        );
    }

    #[tokio::test]
    async fn a_project_that_is_gone_is_missed_by_who_knows_its_head() {
        let (folder, store) = three_rows().await;
        let head = store.audit_head("a:b").await.unwrap();
        let known: KnownHead = format!("a:b:3:{}", head.link.unwrap()).parse().unwrap();
        assert!(told(&folder, KEY, std::slice::from_ref(&known)).await[0].1);
        run(&store, "DROP TRIGGER audit_is_only_forgotten").await;
        for table in ["audit", "audit_links", "audit_heads"] {
            let gone = format!("DELETE FROM {table} WHERE project = 'a:b'");
            run(&store, &gone).await;
        }
        assert_eq!(told(&folder, KEY, &[]).await.len(), 1);
        let missed = told(&folder, KEY, &[known]).await.remove(0);
        assert_eq!(missed, line("a:b: INVALID: row 1 is missing", false));
    }

    #[tokio::test]
    async fn what_cannot_be_verified_is_said() {
        let (folder, _) = three_rows().await;
        let file = folder.path().join("store.db");
        let cases = [
            (file.as_path(), "", "there is no sealing key"),
            (folder.path(), KEY, "doesn't exist"),
        ];
        for (file, keys, expected) in cases {
            let error = verify(file, keys, &[]).await.unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn heads() {
        for text in [
            "", "acme", "acme:1", ":1:x", "acme:0:x", "acme:x:x", "acme:1:",
        ] {
            assert!(text.parse::<KnownHead>().is_err(), "{text}");
        }
        let known: KnownHead = "a:b:7:xyz=".parse().unwrap();
        assert_eq!((known.project.as_str(), known.head.linked), ("a:b", 7));
    }
}
