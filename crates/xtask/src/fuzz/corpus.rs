//! The initial corpus of the fuzz targets: cases from the vector files, and texts from registries.

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use crate::{fresh::digest, progress::Work, project::Project};

/// The shared cases.
const VECTORS: &str = "crates/bowline/vectors";

/// Inputs that are in no vector file, a folder for each target.
const SEEDS: &str = "fuzz/seeds";

/// Where a target keeps its inputs.
pub(super) fn folder(project: &Project, target: &str) -> PathBuf {
    project.target("fuzz/corpus").join(target)
}

/// Adds what is new in the vectors and the seeds to each target's inputs.
pub(super) fn write(project: &Project) -> anyhow::Result<Work> {
    for entry in fs::read_dir(project.path(VECTORS))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(name) = name.strip_suffix(".json") {
            let text = fs::read_to_string(&path)?;
            let vectors: Value =
                serde_json::from_str(&text).with_context(|| format!("{name} isn't valid JSON"))?;
            for case in vectors["cases"].as_array().into_iter().flatten() {
                for (target, input) in inputs(name, case) {
                    add(project, target, input.as_bytes())?;
                }
            }
        }
    }
    for entry in fs::read_dir(project.path(SEEDS))? {
        let path = entry?.path();
        let target = path.file_name().unwrap_or_default().to_string_lossy();
        for seed in fs::read_dir(&path)? {
            add(project, &target, &fs::read(seed?.path())?)?;
        }
    }
    Ok(Work::Done)
}

/// The inputs that a case of a vector file has for the targets.
fn inputs(file: &str, case: &Value) -> Vec<(&'static str, String)> {
    let text = |member: &str| case[member].as_str().unwrap_or_default().to_owned();
    match file {
        "detect" => vec![("detect", text("text")), ("docker_configs", text("text"))],
        "references" => vec![("references", text("text"))],
        "patterns" => {
            let patterns = case["patterns"].as_array().into_iter().flatten();
            let lines: Vec<_> = patterns.filter_map(Value::as_str).collect();
            vec![("patterns", lines.join("\n")), ("patterns", text("text"))]
        }
        "policies" => vec![("policies", case["policy"].to_string())],
        forms if forms.starts_with("forms-") => {
            let url = case["form"]["values"]["url"].as_str().unwrap_or_default();
            vec![
                ("forms", case["form"].to_string()),
                ("references", url.to_owned()),
            ]
        }
        _ => Vec::new(),
    }
}

/// Writes an input, named by its content.
fn add(project: &Project, target: &str, input: &[u8]) -> anyhow::Result<()> {
    let folder = folder(project, target);
    fs::create_dir_all(&folder)?;
    let file = folder.join(digest(input));
    if !file.exists() {
        fs::write(file, input)?;
    }
    Ok(())
}
