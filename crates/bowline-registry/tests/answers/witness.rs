//! Compares checks with skopeo: if skopeo reads an image, a check must pass.

use std::{fs, path::Path, sync::Mutex};

use bowline::provider::ProviderId;
use bowline_registry::Check;
use tokio::process::Command;

use crate::{
    checked,
    corpus::{Answer, Kind, Place, Scheme, answers},
    server,
};

/// The page with the table of responses and skopeo's results.
const TABLE: &str = "docs/answers.md";

/// The start of the line before the table.
const WITHOUT: &str = "The corpus has no response from these registry types: ";

/// The head of the table.
const HEAD: &str = "| Type | Response | Kind | Check | skopeo |\n|---|---|---|---|---|\n";

/// The registry types that no answer of the corpus is from.
fn types_without_answers() -> String {
    let all = answers();
    let has = |id: &ProviderId| all.iter().any(|answer| answer.provider == id.as_str());
    let without = ProviderId::ALL.iter().filter(|id| !has(id));
    let names: Vec<String> = without.map(|id| format!("`{id}`")).collect();
    names.join(", ")
}

/// Tells whether skopeo can be asked without leaving the machine: it takes the challenge at its word, and resolves names.
fn can_be_witnessed(answer: &Answer) -> bool {
    let is_local = !String::from_utf8_lossy(&answer.bytes).contains("realm=\"http");
    let needs_no_token = answer.scheme != Scheme::Bearer;
    // It asks for none of these, or not with a login.
    let is_read = !matches!(answer.place, Place::Catalog | Place::Token | Place::Login);
    is_local && needs_no_token && is_read
}

/// Tells whether skopeo reads the image; `None` where skopeo is not installed or cannot be asked.
async fn witness(answer: &Answer) -> Option<bool> {
    if !can_be_witnessed(answer) {
        return None;
    }
    let server = server::serve(answer).await;
    let outcome = Command::new("skopeo")
        .args([
            "inspect",
            "--tls-verify=false",
            "--retry-times=0",
            "--creds",
        ])
        .arg("scanner:Correct-Horse-7")
        .arg(format!("docker://{server}/team/app:1"))
        .kill_on_drop(true)
        .output();
    let outcome = tokio::time::timeout(std::time::Duration::from_secs(20), outcome).await;
    match outcome {
        Ok(Ok(output)) => Some(output.status.success()),
        Ok(Err(_)) => None,
        Err(_) => Some(false),
    }
}

fn row(answer: &Answer, check: &Check, witness: Option<bool>) -> String {
    let outcome = match &check.problem {
        Some(problem) => format!("`{}`", problem.code),
        None => match check
            .warnings
            .iter()
            .find(|_| answer.expected.contains('.'))
        {
            Some(_) => format!("ok, `{}`", answer.expected),
            None => "ok".to_owned(),
        },
    };
    let kind = match answer.kind {
        Kind::Captured => "captured",
        Kind::Reconstructed => "reconstructed",
        Kind::Cited => "cited",
    };
    let skopeo = match witness {
        None => "–",
        Some(true) => "reads",
        Some(false) => "fails",
    };
    let provider = &answer.provider;
    let name = &answer.name;
    let source = &answer.source;
    format!("| `{provider}` | [{name}]({source}) | {kind} | {outcome} | {skopeo} |\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_skopeo_reads_an_image_a_check_does() {
    let mut table = String::new();
    let mut refuted = Vec::new();
    let mut is_there = false;
    for answer in answers() {
        let check = checked(&answer).await;
        let witness = witness(&answer).await;
        is_there |= witness.is_some();
        if witness == Some(true) && !check.ok {
            refuted.push(format!("{}: {:?}", answer.name, check.problem));
        }
        table.push_str(&row(&answer, &check, witness));
    }
    assert!(refuted.is_empty(), "{}", refuted.join("\n"));

    let wanted = |document: &str| {
        let (before, _) = document.split_once(HEAD).expect("the head of the table");
        format!("{before}{HEAD}{table}")
    };
    let (document, wanted) = document(wanted, is_there);
    // Without skopeo the last column is not known.
    let comparable = |text: &str| match is_there {
        true => text.to_owned(),
        false => text
            .lines()
            .map(|line| line.rsplit_once(" | ").map_or(line, |(rest, _)| rest))
            .collect::<Vec<_>>()
            .join("\n"),
    };
    assert_eq!(
        comparable(&document),
        comparable(&wanted),
        "where skopeo is installed, this writes {TABLE}: BOWLINE_WRITE=1 cargo test -p bowline-registry --test answers"
    );
}

#[test]
fn the_types_without_answers_are_told() {
    let wanted = |document: &str| {
        let (before, rest) = document.split_once(WITHOUT).expect("the list");
        let (_, after) = rest.split_once(".\n").expect("its end");
        format!("{before}{WITHOUT}{}.\n{after}", types_without_answers())
    };
    let (document, wanted) = document(wanted, true);
    assert!(
        document == wanted,
        "the list of types in {TABLE} is not that of the code\n  fix it with: \
         BOWLINE_WRITE=1 cargo test -p bowline-registry --test answers types"
    );
}

/// The document as it is, and as it should be. `BOWLINE_WRITE=1` makes it so first, where it `can` be told.
fn document(wanted: impl FnOnce(&str) -> String, can: bool) -> (String, String) {
    static FILE: Mutex<()> = Mutex::new(());
    let _alone = FILE.lock();
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(TABLE);
    let document = fs::read_to_string(&file).unwrap();
    let wanted = wanted(&document);
    if std::env::var_os("BOWLINE_WRITE").is_some() && can {
        fs::write(&file, &wanted).unwrap();
        return (wanted.clone(), wanted);
    }
    (document, wanted)
}
