//! `cargo xtask facts`: the lists of regions, from the vendors' own packages.
//!
//! `crates/xtask/facts/` stores the rows of the last run with their source and date. The lists in
//! `crates/bowline/src/provider/lists/` are generated from them, so everything except the comparison works offline.

mod list;
mod rows;
mod vendor;

use std::fs;

use anyhow::Context as _;

use self::{list::render, rows::Facts, vendor::VENDORS};
use crate::{progress::Screen, project::Project, tool::Tool};

/// The folder of the stored rows.
const KEPT: &str = "crates/xtask/facts";
/// The folder of the lists.
const LISTS: &str = "crates/bowline/src/provider/lists";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write the lists from the stored data, without the network
    #[arg(long)]
    offline: bool,
    /// Only print what the vendors' newest packages add to the lists. A difference is not a failure
    #[arg(long, conflicts_with = "offline")]
    compare: bool,
}

pub(crate) fn run(project: &Project, options: &Options) -> anyhow::Result<()> {
    for vendor in VENDORS {
        let file = project.path(&format!("{KEPT}/{}.json", vendor.name));
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let kept = Facts::read(&text).with_context(|| file.display().to_string())?;
        let newest = match &vendor.package {
            Some(package) if !options.offline => match fetch(project, vendor, package, &kept) {
                Ok(newest) => newest,
                Err(error) if options.compare => {
                    println!("{}: not compared: {error:#}", vendor.name);
                    continue;
                }
                Err(error) => return Err(error),
            },
            _ => kept.clone(),
        };
        let changes = kept.changes(&newest);
        for change in &changes {
            println!("{}: {change}", vendor.name);
        }
        if changes.is_empty() {
            println!("{}: nothing changed since {}", vendor.name, kept.date);
        }
        if options.compare {
            continue;
        }
        if !changes.is_empty() {
            fs::write(&file, newest.to_text())?;
        }
        let list = project.path(&format!("{LISTS}/{}.in", vendor.name));
        let text = render(vendor, &newest);
        if fs::read_to_string(&list).ok().as_deref() != Some(&text) {
            fs::write(&list, text)?;
            println!("{}: written", list.display());
        }
    }
    Ok(())
}

/// The rows of the newest version of a vendor's package.
fn fetch(
    project: &Project,
    vendor: &vendor::Vendor,
    package: &vendor::Package,
    kept: &Facts,
) -> anyhow::Result<Facts> {
    let screen = Screen::silent();
    let folder = project.kept("facts").join(vendor.name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Tool::new(project, "python3")
        .args([
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--only-binary",
            ":all:",
        ])
        .args(["--disable-pip-version-check", "--quiet", "--dest"])
        .args([&folder])
        .args([package.name])
        .fix("apt-get install -y python3-pip")
        .run(&screen)?;
    let wheel = fs::read_dir(&folder)?
        .next()
        .context("pip downloaded nothing")??
        .path();
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    let version = name.split('-').nth(1).unwrap_or_default().to_owned();
    let read = "import sys, zipfile; sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())";
    let text = Tool::new(project, "python3")
        .args(["-c", read])
        .args([&wheel])
        .args([package.file])
        .read()?;
    let groups = (package.parse)(&text, &kept.groups)
        .with_context(|| format!("{} of {} {version}", package.file, package.name))?;
    let mut newest = Facts {
        source: format!("{} {version}, {}", package.name, package.file),
        date: kept.date.clone(),
        groups,
    };
    if !kept.changes(&newest).is_empty() {
        newest.date = rows::today();
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lists that are compiled in are those of the rows that are kept.
    #[test]
    fn the_lists_are_written_of_what_is_kept() {
        let project = Project::find();
        for vendor in VENDORS {
            let read = |path: String| fs::read_to_string(project.path(&path)).unwrap();
            let kept = Facts::read(&read(format!("{KEPT}/{}.json", vendor.name))).unwrap();
            let list = read(format!("{LISTS}/{}.in", vendor.name));
            assert_eq!(render(vendor, &kept), list, "{}", vendor.name);
            assert!(kept.changes(&kept).is_empty());
        }
    }
}
