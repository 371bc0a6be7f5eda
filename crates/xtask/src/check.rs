//! `cargo xtask check`: formatting, lints of every crate for the target that it runs on, types of the page, and the
//! repository's rules about imports, words, YAML, and dependencies.

mod circles;
mod words;
mod yaml;

use crate::{
    bench::PEERS,
    build::{EDGE, FUNCTIONS},
    progress::{self, Screen, Step, Work},
    project::Project,
    setup::{self, DENY, Lints, Purpose},
    tool::Tool,
};

/// The crate that is built for the browser only.
const BROWSER_CRATE: &str = "bowline-wasm";

/// The checks by name, in order.
const CHECKS: [&str; 10] = [
    "format",
    "circles",
    "words",
    "yaml",
    "dependencies",
    "native",
    "functions",
    "browser",
    "web",
    "web-style",
];

/// What `cargo xtask check` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The checks to run, without setup. By default, all of them run, with setup
    #[arg(value_name = "CHECK", value_parser = CHECKS)]
    checks: Vec<String>,
}

/// Installs what is missing, and runs the checks.
pub(crate) fn run(project: &Project, options: &Options) -> anyhow::Result<()> {
    let chosen = |step: &Step<'_>| {
        let name = step.key().trim_start_matches("check-");
        options.checks.iter().any(|check| check == name)
    };
    let mut all = Vec::new();
    if options.checks.is_empty() {
        all.extend(setup::steps(project, Purpose::Serving));
        all.extend(steps(project));
    } else {
        all.extend(steps(project).into_iter().filter(chosen));
    }
    progress::run(project, all)
}

/// The steps that check everything.
pub(crate) fn steps(project: &Project) -> Vec<Step<'_>> {
    vec![
        Step::new("check-format", "Check the formatting", 2, |screen| {
            format(project, screen)
        }),
        Step::new("check-circles", "Check the imports", 2, |screen| {
            circles::check(project, screen)
        }),
        Step::new("check-words", "Check the words", 1, |screen| {
            words::check(project, screen)
        }),
        Step::new("check-yaml", "Check the YAML files", 1, |_| {
            yaml::check(project)
        }),
        Step::new(
            "check-dependencies",
            "Check the dependencies (the first time, this installs cargo-deny)",
            210,
            |screen| dependencies(project, screen),
        ),
        Step::new("check-native", "Lint the crates", 240, |screen| {
            let apart = components()
                .chain([BROWSER_CRATE])
                .flat_map(|name| ["--exclude", name]);
            clippy(project, ["--workspace"].into_iter().chain(apart), screen)
        }),
        Step::new("check-functions", "Lint the functions", 40, |screen| {
            let components = components().flat_map(|name| ["-p", name]);
            clippy(
                project,
                ["--target", "wasm32-wasip2"].into_iter().chain(components),
                screen,
            )?;
            clippy(
                project,
                ["--target", "wasm32-wasip2"].into_iter().chain(EDGE),
                screen,
            )
        }),
        Step::new("check-browser", "Lint the browser module", 15, |screen| {
            clippy(
                project,
                ["--target", "wasm32-unknown-unknown", "-p", BROWSER_CRATE],
                screen,
            )
        }),
        Step::new("check-web", "Check the types of the page", 3, |screen| {
            types(project, screen)
        }),
        Step::new("check-web-style", "Lint the page", 10, |screen| {
            web_style(project, screen)
        }),
    ]
}

/// Every Spin component: of the application, and the benchmark's peers.
fn components() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.into_iter().chain(PEERS)
}

fn format(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    Tool::cargo(project, "fmt")
        .args(["--all", "--check"])
        .fix("cargo fmt --all")
        .run(screen)?;
    Ok(Work::Done)
}

/// What `deny.toml` says about licenses and sources. Advisories are no part of it: they need the network.
fn dependencies(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    DENY.ensure(project, screen)?;
    DENY.run(project)
        .args(["--locked", "check", "bans", "licenses", "sources"])
        .run(screen)?;
    Ok(Work::Done)
}

fn clippy<'a>(
    project: &Project,
    what: impl IntoIterator<Item = &'a str>,
    screen: &Screen,
) -> anyhow::Result<Work> {
    Tool::cargo(project, "clippy")
        .args(["--all-targets"])
        .args(what)
        .args(["--"])
        .args(Lints::of(project)?.flags())
        .run(screen)?;
    Ok(Work::Done)
}

fn types(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    Tool::new(project, "npm")
        .within(&project.path("web"))
        .args(["run", "check"])
        .run(screen)?;
    // It lists what each locale lacks, and fails for none of it.
    Tool::new(project, "npm")
        .within(&project.path("web"))
        .args(["run", "--silent", "locales"])
        .shown()
        .run(screen)?;
    Ok(Work::Done)
}

/// Prettier and ESLint, which are installed apart from what the page is built with.
fn web_style(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    setup::install_packages(project, "web/lint", screen)?;
    Tool::new(project, "npm")
        .within(&project.path("web/lint"))
        .args(["run", "check"])
        .fix("npm --prefix web/lint run fix")
        .run(screen)?;
    Ok(Work::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_name() {
        let project = Project::find();
        let keys: Vec<_> = steps(&project).iter().map(Step::key).collect();
        assert_eq!(keys, CHECKS.map(|name| format!("check-{name}")));
    }
}
