//! `cargo xtask image`: an OCI image of the application, as a layout in `target/image/bowline`.
//!
//! The image contains the release host, the components, and `spin.toml`, and runs as a non-root user. It writes only to
//! the volume `/state`. Without `--base`, it contains only these files and the shared libraries that the host needs,
//! from this machine: no shell and no package manager.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{
    build::{self, FUNCTIONS},
    progress::{self, Screen, Step, Work},
    project::Project,
    setup::{self, Purpose},
    tool::Tool,
};

/// The user and group of the image. Distroless images use the same number, so cluster policies know it.
const USER: &str = "65532";

/// The command line of the image. Arguments of `docker run` are appended.
const ENTRYPOINT: [&str; 11] = [
    "/app/bowline-host",
    "up",
    "--from",
    "/app/spin.toml",
    "--runtime-config-file",
    "/app/runtime-config.toml",
    "--state-dir",
    "/state",
    "--cache-dir",
    "/state/cache",
    "--listen=0.0.0.0:3000",
];

/// What `cargo xtask image` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Build on this image, for example docker.io/library/debian:12-slim. Its C library must not be older than this
    /// machine's
    #[arg(long, value_name = "IMAGE")]
    base: Option<String>,
}

/// Installs what is missing, builds the image, and prints how to run it.
pub(crate) fn run(project: &Project, options: &Options) -> anyhow::Result<()> {
    let mut all = setup::steps(project, Purpose::Image);
    all.extend(steps(project, options.base.as_deref()));
    progress::run(project, all)?;
    println!(
        "The image is the OCI layout target/image/bowline. Push it, or load it into a container engine:\n  \
         skopeo copy oci:target/image/bowline:latest docker://REGISTRY/bowline:TAG\n  \
         skopeo copy oci:target/image/bowline:latest docker-daemon:bowline:latest"
    );
    Ok(())
}

/// The steps that build the components, the release host and the image.
pub(crate) fn steps<'a>(project: &'a Project, base: Option<&'a str>) -> Vec<Step<'a>> {
    let mut steps = build::application_steps(project);
    steps.push(build::release_host(project));
    steps.push(Step::new(
        "build-image",
        "Assemble the image",
        5,
        move |screen| assemble(project, base, screen),
    ));
    steps
}

fn assemble(project: &Project, base: Option<&str>, screen: &Screen) -> anyhow::Result<Work> {
    let folder = project.target("image");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot replace target/image")?;
    }
    let root = folder.join("root");
    application(project, &root)?;
    if base.is_none() {
        libraries(project, &root)?;
    }
    let layer = folder.join("layer.tar");
    archive(project, &root, &layer, screen)?;

    let layout = folder.join("bowline");
    let image = format!("{}:latest", layout.display());
    let umoci = || Tool::new(project, "umoci");
    match base {
        Some(base) => Tool::new(project, "skopeo")
            .args(["copy", &format!("docker://{base}"), &format!("oci:{image}")])
            .run(screen)?,
        None => {
            umoci()
                .args(["init", "--layout"])
                .args([&layout])
                .run(screen)?;
            umoci().args(["new", "--image", &image]).run(screen)?;
        }
    }
    umoci()
        .args(["raw", "add-layer", "--image", &image, "--no-history"])
        .args([&layer])
        .run(screen)?;
    let created = epoch(project)?;
    let created = Tool::new(project, "date")
        .args(["-u", "-d", &format!("@{created}"), "+%Y-%m-%dT%H:%M:%SZ"])
        .read()?;
    let mut config = umoci()
        .args(["config", "--image", &image, "--no-history"])
        .args(["--created", created.trim()])
        .args([
            "--config.user",
            &format!("{USER}:{USER}"),
            "--config.workingdir",
            "/app",
            "--config.exposedports",
            "3000/tcp",
            "--config.volume",
            "/state",
            "--config.stopsignal",
            "SIGTERM",
            "--clear=config.cmd",
            "--clear=config.entrypoint",
        ]);
    for word in ENTRYPOINT {
        config = config.args(["--config.entrypoint", word]);
    }
    for (name, value) in [
        ("title", "bowline"),
        ("version", env!("CARGO_PKG_VERSION")),
        ("licenses", "Apache-2.0 OR MIT"),
        (
            "description",
            "Connects a SaaS product to its customers' container registries.",
        ),
    ] {
        let label = format!("org.opencontainers.image.{name}={value}");
        config = config.args(["--config.label", &label]);
    }
    config.run(screen)?;
    umoci()
        .args(["gc", "--layout"])
        .args([&layout])
        .run(screen)?;
    fs::remove_dir_all(&root).context("cannot remove the image's files")?;
    fs::remove_file(&layer).context("cannot remove the image's layer")?;
    Ok(Work::Done)
}

/// Puts the application's files into the image's root.
fn application(project: &Project, root: &Path) -> anyhow::Result<()> {
    let app = root.join("app");
    fs::create_dir_all(app.join("components")).context("cannot create target/image")?;
    copy(
        &project.target("release/bowline-host"),
        &app.join("bowline-host"),
    )?;
    let manifest =
        fs::read_to_string(project.path("spin.toml")).context("cannot read spin.toml")?;
    write(&app.join("spin.toml"), &with_own_sources(&manifest))?;
    for function in FUNCTIONS {
        let name = format!("{function}.wasm");
        copy(
            &project.target("wasm32-wasip2/wasm").join(&name),
            &app.join("components").join(&name),
        )?;
    }
    for file in ["runtime-config.toml", "LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&project.path(file), &app.join(file))?;
    }
    let etc = root.join("etc");
    fs::create_dir_all(&etc)?;
    write(
        &etc.join("passwd"),
        &format!("bowline:x:{USER}:{USER}:bowline:/state:/sbin/nologin\n"),
    )?;
    write(&etc.join("group"), &format!("bowline:x:{USER}:\n"))?;
    // The folder of the volume: a new volume takes its owner and its mode.
    let state = root.join("state");
    fs::create_dir_all(&state)?;
    fs::set_permissions(&state, fs::Permissions::from_mode(0o700))?;
    Ok(())
}

/// The manifest with the components beside it, where Cargo's folders are in the repository.
fn with_own_sources(manifest: &str) -> String {
    manifest.replace("\"target/wasm32-wasip2/wasm/", "\"components/")
}

/// Copies the host's shared libraries from this machine to the image.
fn libraries(project: &Project, root: &Path) -> anyhow::Result<()> {
    let listed = Tool::new(project, "ldd")
        .args([project.target("release/bowline-host")])
        .read()?;
    for library in libraries_of(&listed) {
        let inside = root.join(library.strip_prefix("/").unwrap_or(&library));
        fs::create_dir_all(inside.parent().unwrap_or(root))?;
        copy(&library, &inside)?;
    }
    Ok(())
}

/// The files that `ldd` lists.
fn libraries_of(listed: &str) -> Vec<PathBuf> {
    let files = listed.lines().filter_map(|line| {
        let file = line.split_once("=>").map_or(line, |(_, file)| file);
        file.split_whitespace().next()
    });
    files
        .filter(|file| file.starts_with('/'))
        .map(PathBuf::from)
        .collect()
}

/// Packs the root as a layer. The output is reproducible. Everything except the volume belongs to root.
fn archive(project: &Project, root: &Path, layer: &Path, screen: &Screen) -> anyhow::Result<()> {
    let mut names: Vec<_> = fs::read_dir(root)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<_, _>>()?;
    names.retain(|name| name != "state");
    names.sort();
    let time = format!("--mtime=@{}", epoch(project)?);
    let tar = |action: &str, owner: &str| {
        Tool::new(project, "tar")
            .args([action])
            .args([layer])
            .args(["--sort=name", "--numeric-owner", "--format=gnu", &time])
            .args([format!("--owner={owner}"), format!("--group={owner}")])
            .args(["-C"])
            .args([root])
    };
    tar("-cf", "0").args(names).run(screen)?;
    tar("-rf", USER).args(["state"]).run(screen)
}

/// The time of the files and the image: `SOURCE_DATE_EPOCH`, or the time of the last commit.
fn epoch(project: &Project) -> anyhow::Result<String> {
    if let Ok(epoch) = env::var("SOURCE_DATE_EPOCH") {
        return Ok(epoch);
    }
    let epoch = Tool::new(project, "git")
        .args(["log", "-1", "--format=%ct"])
        .read()?;
    Ok(epoch.trim().to_owned())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_are_those_that_ldd_lists() {
        let listed = "\tlinux-vdso.so.1 (0x00007f112e840000)\n\
                      \tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f112afbb000)\n\
                      \tlibgone.so => not found\n\
                      \t/lib64/ld-linux-x86-64.so.2 (0x00007f112e842000)\n";
        let files: Vec<_> = [
            "/lib/x86_64-linux-gnu/libm.so.6",
            "/lib64/ld-linux-x86-64.so.2",
        ]
        .map(PathBuf::from)
        .into();
        assert_eq!(libraries_of(listed), files);
        assert!(libraries_of("\tstatically linked\n").is_empty());
    }

    #[test]
    fn the_manifest_of_the_image_names_the_components_beside_it() {
        let project = Project::find();
        let manifest = fs::read_to_string(project.path("spin.toml")).unwrap();
        let own = with_own_sources(&manifest);
        for function in FUNCTIONS {
            assert!(
                own.contains(&format!("source = \"components/{function}.wasm\"")),
                "{function}"
            );
        }
    }
}
