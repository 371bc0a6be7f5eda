//! Generates a page for each registry type, `docs/providers/<id>.md`, from the provider table: what to create, what to
//! enter, what the test does, and how to set up webhooks. `BOWLINE_WRITE=1` writes the pages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::BTreeSet,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use bowline::provider::{Auth, Field, Group, Line, Provider, When, providers};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/providers")
}

fn page(provider: &Provider) -> String {
    let mut page = format!(
        "# {}\n\n<!-- Generated from crates/bowline/src/provider by `BOWLINE_WRITE=1 cargo test -p bowline --test provider_pages`. -->\n\n\
         Type `{}`. Vendor documentation: <{}>.\n",
        provider.title, provider.id, provider.docs_url
    );
    for auth in provider.auth {
        login(&mut page, auth);
    }
    page.push_str("\n## What the test does\n\n");
    page.push_str(&test(provider));
    page.push_str("\n## Push notifications\n\n");
    page.push_str(&events(provider));
    page
}

/// Appends the section about a login: what to create and what to enter.
fn login(page: &mut String, auth: &Auth) {
    let _ = write!(page, "\n## {} (`{}`)\n\n", auth.title, auth.id);
    page.push_str("| Field | Value | To pull | To pull and push |\n|---|---|---|---|\n");
    for field in auth.fields {
        let help = field.help.map_or(("", ""), |help| (help.pull, help.push));
        let push = if help.0 == help.1 { "the same" } else { help.1 };
        let push = if help.0.is_empty() { "" } else { push };
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} |",
            field.label,
            cell(&value(field)),
            cell(help.0),
            cell(push)
        );
    }
}

/// The name of a value, whether it is required, and an example.
fn value(field: &Field) -> String {
    let need = match (field.required, field.default) {
        (true, _) => "required".to_owned(),
        (false, Some(default)) => format!("default `{default}`"),
        (false, None) => "optional".to_owned(),
    };
    let example = field.placeholder.filter(|_| field.default.is_none());
    let example = example.map_or_else(String::new, |example| format!(", for example `{example}`"));
    format!("`{}`: {need}{example}", field.name)
}

/// Escapes a text for a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn test(provider: &Provider) -> String {
    let can = provider.capabilities;
    let mut text = "The test logs in and pulls the manifest and the config of an image. It does not read layers.".to_owned();
    text.push_str(if can.test_needs_image {
        " Enter an image name, because Bowline cannot list this registry's repositories."
    } else {
        " Without an image name, it picks an image at random."
    });
    text.push_str("\n\n| | |\n|---|---|\n");
    for (what, is) in [
        ("Lists repositories", can.catalog),
        ("Lists tags", can.tags),
        ("Supports scheduled pulls", can.automatic),
        ("Finds removed images", can.cleanup),
        ("Supports quarantine until a scan passes", can.quarantine),
        ("Watches image streams", can.image_streams),
    ] {
        let _ = writeln!(text, "| {what} | {} |", if is { "yes" } else { "no" });
    }
    text
}

fn events(provider: &Provider) -> String {
    let Some(notifications) = provider.notifications else {
        return "Bowline does not support this product's notifications. Leave the schedule on.\n"
            .to_owned();
    };
    let mut text = String::new();
    let with_header = |line: &&Line| line.when != When::NoAuthorization;
    for (number, step) in (1_usize..).zip(notifications.steps.iter().filter(with_header)) {
        let _ = writeln!(text, "{number}. {}", step.text);
    }
    if !notifications.snippet.is_empty() {
        text.push_str("\n```text\n");
        for line in notifications.snippet.iter().filter(with_header) {
            let _ = writeln!(text, "{}", line.text);
        }
        text.push_str("```\n");
    }
    if let Some(url) = notifications.docs_url {
        let _ = write!(text, "\nVendor documentation: <{url}>.\n");
    }
    text.push_str("\nThe connection's page shows the values of `{url}` and `{authorization}`. See [events](../events.md).\n");
    text
}

#[test]
fn each_type_has_its_page() {
    let writes = env::var_os("BOWLINE_WRITE").is_some();
    let mut names = BTreeSet::from(["README.md".to_owned()]);
    for provider in providers() {
        let name = format!("{}.md", provider.id);
        let file = folder().join(&name);
        let page = page(provider);
        if writes {
            fs::write(&file, &page).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == page,
            "docs/providers/{name} differs from the table; to write it: BOWLINE_WRITE=1 cargo test -p bowline --test provider_pages"
        );
        names.insert(name);
    }
    let there: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, names);
}

/// The table of the overview: each group with its types, in the order of the picker.
fn overview() -> String {
    let groups = [
        (Group::Cloud, "Cloud providers"),
        (Group::Hosted, "Hosted by their vendor"),
        (Group::SelfHosted, "Self-hosted"),
        (Group::Generic, "Any registry"),
    ];
    let mut table = "| Group | Types |\n|---|---|\n".to_owned();
    for (group, title) in groups {
        let mut types: Vec<_> = providers().iter().filter(|it| it.group == group).collect();
        types.sort_by_key(|it| it.rank);
        let links: Vec<_> = types
            .iter()
            .map(|it| format!("[{}]({}.md)", it.title, it.id))
            .collect();
        let _ = writeln!(table, "| {title} | {} |", links.join(", "));
    }
    table
}

#[test]
fn the_overview_lists_every_type() {
    const START: &str = "<!-- Generated from crates/bowline/src/provider. -->\n";
    const END: &str = "<!-- The end of what is generated. -->";
    let file = folder().join("README.md");
    let kept = fs::read_to_string(&file).unwrap();
    let (before, rest) = kept.split_once(START).expect("it has the start");
    let (table, after) = rest.split_once(END).expect("it has the end");
    if env::var_os("BOWLINE_WRITE").is_some() {
        fs::write(&file, format!("{before}{START}{}{END}{after}", overview())).unwrap();
        return;
    }
    assert!(
        table == overview(),
        "docs/providers/README.md differs from the table; to write it: BOWLINE_WRITE=1 cargo test -p bowline --test provider_pages"
    );
}
