//! `cargo xtask fuzz`: coverage-guided fuzzing of what reads untrusted input, with limits on memory and time.

mod corpus;

use std::fs;

use anyhow::Context as _;

use crate::{
    progress::{self, Screen, Step, Work},
    project::Project,
    setup::FUZZ,
    tool::Tool,
};

/// The targets, files in `fuzz/fuzz_targets/`.
const TARGETS: [&str; 13] = [
    "forms",
    "detect",
    "references",
    "patterns",
    "policies",
    "challenges",
    "tokens",
    "manifests",
    "listings",
    "events",
    "docker_configs",
    "cursors",
    "caller_tokens",
];

/// The limits for one input: seconds, and MiB in total and in one allocation. Targets also measure their allocations.
const LIMITS: [&str; 3] = ["-timeout=5", "-rss_limit_mb=1024", "-malloc_limit_mb=64"];

/// The maximum input length. Bodies can be longer, but parsers treat them in the same way.
const LONGEST: &str = "-max_len=65536";

/// What `cargo xtask fuzz` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How long each target runs, in seconds
    #[arg(long, value_name = "NUMBER", default_value_t = 60)]
    seconds: u64,
    /// The targets to fuzz. By default, all of them
    #[arg(value_name = "TARGET", value_parser = TARGETS)]
    targets: Vec<String>,
}

/// Builds the targets and runs them.
pub(crate) fn run(project: &Project, options: &Options) -> anyhow::Result<()> {
    let chosen = TARGETS
        .into_iter()
        .filter(|target| {
            options.targets.is_empty() || options.targets.iter().any(|name| name == target)
        })
        .collect();
    progress::run(project, steps(project, chosen, options.seconds))
}

/// Returns the steps to fuzz every target for this number of seconds.
pub(crate) fn all(project: &Project, seconds: u64) -> Vec<Step<'_>> {
    steps(project, TARGETS.to_vec(), seconds)
}

fn steps<'a>(project: &'a Project, targets: Vec<&'static str>, seconds: u64) -> Vec<Step<'a>> {
    let mut steps = vec![
        Step::new("setup-fuzz", "Install cargo-fuzz", 40, |screen| {
            FUZZ.ensure(project, screen)
        }),
        Step::new("fuzz-build", "Build the fuzz targets", 180, |screen| {
            build(project, screen)
        }),
        Step::new("fuzz-corpus", "Write the corpus", 1, |_| {
            corpus::write(project)
        }),
    ];
    steps.extend(targets.into_iter().map(|target| {
        Step::new(target, format!("Fuzz {target}"), seconds, move |screen| {
            fuzz(project, target, seconds, screen)
        })
    }));
    steps
}

fn build(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    // The versions are those of the project. cargo-fuzz cannot be told `--locked`.
    fs::copy(project.path("Cargo.lock"), project.path("fuzz/Cargo.lock"))?;
    FUZZ.run(project)
        // As in production, without the assertions that dependencies make in debug builds.
        .args(["build", "--release", "--fuzz-dir", "fuzz", "--target-dir"])
        .args([project.target("fuzz")])
        .env("RUSTUP_TOOLCHAIN", "nightly")
        .fix("rustup toolchain install nightly")
        .run(screen)?;
    Ok(Work::Done)
}

fn fuzz(project: &Project, target: &str, seconds: u64, screen: &Screen) -> anyhow::Result<Work> {
    let corpus = corpus::folder(project, target);
    let found = project.target("fuzz/found").join(target);
    fs::create_dir_all(&found)?;
    let program = format!(
        "fuzz/{}-unknown-linux-gnu/release/{target}",
        std::env::consts::ARCH
    );
    let report = Tool::new(project, "sh")
        .args(["-c", r#"exec "$0" "$@" 2>&1"#])
        .args([project.target(&program)])
        .args(LIMITS)
        .args([LONGEST, "-print_final_stats=1", "-reload=0"])
        .args([
            format!("-max_total_time={seconds}"),
            format!("-artifact_prefix={}/", found.display()),
        ])
        .args([corpus])
        .env("ASAN_OPTIONS", "quarantine_size_mb=8")
        .output(screen)
        .with_context(|| {
            format!("{target} found a failing input: see target/fuzz/found/{target}")
        })?;
    screen.print(&summary(target, &report));
    Ok(Work::Done)
}

/// One line about a run, from what libFuzzer printed.
fn summary(target: &str, report: &str) -> String {
    let executions = report
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
        .unwrap_or("?");
    let edges = report
        .lines()
        .rev()
        .find_map(|line| line.split_once(" cov: ")?.1.split(' ').next())
        .unwrap_or("?");
    format!("{target}: {} executions, {edges} edges", executions.trim())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_report_is_summed_up() {
        let report = "#2\tINITED cov: 12 ft: 13 corp: 1/1b\n#9\tDONE   cov: 345 ft: 400 corp: 9/1Kb\n\
            Done 9 runs in 1 second(s)\nstat::number_of_executed_units: 9\nstat::peak_rss_mb: 40\n";
        let expected = "forms: 9 executions, 345 edges";
        assert_eq!(summary("forms", report), expected);
        assert_eq!(summary("forms", ""), "forms: ? executions, ? edges");
    }

    #[test]
    fn every_target_is_a_file() {
        let files = fs::read_dir(Project::find().path("fuzz/fuzz_targets")).unwrap();
        let files: BTreeSet<_> = files
            .map(|entry| entry.unwrap().path())
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(files, TARGETS.map(str::to_owned).into());
    }
}
