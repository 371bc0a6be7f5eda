//! Checks YAML files: each parses, and a workflow pins its actions and limits its permissions and its time.

use std::fs;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::{progress::Work, project::Project, tool::Tool};

/// Where GitHub looks for workflows.
const WORKFLOWS: &str = ".github/workflows/";

/// Parses every YAML file that Git knows.
pub(super) fn check(project: &Project) -> anyhow::Result<Work> {
    let listed = Tool::new(project, "git")
        .args(["ls-files", "*.yml", "*.yaml"])
        .read()?;
    for name in listed.lines() {
        let text = fs::read_to_string(project.path(name))
            .with_context(|| format!("cannot read {name}"))?;
        let documents = serde_saphyr::from_multiple::<Value>(&text)
            .with_context(|| format!("{name} isn't valid YAML"))?;
        if name.starts_with(WORKFLOWS) {
            let faults: Vec<_> = documents.iter().flat_map(faults).collect();
            if !faults.is_empty() {
                bail!("{name}:\n{}", faults.join("\n"));
            }
        }
    }
    Ok(Work::Done)
}

/// What is wrong with a workflow.
fn faults(workflow: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for member in ["name", "on", "permissions", "jobs"] {
        if workflow.get(member).is_none() {
            faults.push(format!("it has no `{member}`"));
        }
    }
    let jobs = workflow.get("jobs").and_then(Value::as_object);
    for (name, job) in jobs.into_iter().flatten() {
        if job.get("timeout-minutes").is_none() {
            faults.push(format!("the job {name} has no `timeout-minutes`"));
        }
        let container = job.get("container").map(|container| {
            let image = container.get("image").unwrap_or(container);
            image.as_str().unwrap_or_default()
        });
        for image in container.into_iter().filter(|image| !is_versioned(image)) {
            faults.push(format!("the job {name} doesn't pin a version of {image}"));
        }
        let steps = job.get("steps").and_then(Value::as_array);
        let actions = steps
            .into_iter()
            .flatten()
            .filter_map(|step| step.get("uses")?.as_str());
        for action in actions.filter(|action| !is_pinned(action)) {
            faults.push(format!("the job {name} doesn't pin {action} to a commit"));
        }
    }
    faults
}

/// Whether an action is named by a whole commit id, or is one of this repository.
fn is_pinned(action: &str) -> bool {
    let commit = action.rsplit_once('@').map_or("", |(_, commit)| commit);
    action.starts_with("./")
        || commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether the tag of an image has a version.
fn is_versioned(image: &str) -> bool {
    let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
    tag.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PINNED: &str = "actions/checkout@0123456789abcdef0123456789abcdef01234567";

    fn workflow(action: &str, more: &str) -> Value {
        let text = format!(
            "name: x\non: push\npermissions: {{}}\njobs:\n  one:\n    steps:\n    - uses: {action}\n{more}"
        );
        serde_saphyr::from_str(&text).unwrap()
    }

    #[test]
    fn a_workflow_pins_its_actions_and_limits_its_time() {
        let limit = "    timeout-minutes: 5\n";
        for (action, more, expected) in [
            (PINNED, limit, vec![]),
            ("./.github/actions/x", limit, vec![]),
            (PINNED, "", vec!["the job one has no `timeout-minutes`"]),
            (
                "actions/checkout@v4",
                limit,
                vec!["the job one doesn't pin actions/checkout@v4 to a commit"],
            ),
            (
                "actions/checkout",
                limit,
                vec!["the job one doesn't pin actions/checkout to a commit"],
            ),
            (
                PINNED,
                "    timeout-minutes: 5\n    container: debian:latest\n",
                vec!["the job one doesn't pin a version of debian:latest"],
            ),
            (
                PINNED,
                "    timeout-minutes: 5\n    container:\n      image: rust:1.95.0-bookworm\n",
                vec![],
            ),
        ] {
            assert_eq!(faults(&workflow(action, more)), expected, "{action}");
        }
        let bare = serde_saphyr::from_str("name: x\non: push\njobs: {}\n").unwrap();
        assert_eq!(faults(&bare), ["it has no `permissions`"]);
    }

    #[test]
    fn what_is_no_yaml_is_told() {
        for text in ["a: b: c", "a:\n\t- b", "a: [1", "a: 1\na: 2"] {
            assert!(
                serde_saphyr::from_multiple::<Value>(text).is_err(),
                "{text}"
            );
        }
    }
}
