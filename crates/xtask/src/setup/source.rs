//! The standard libraries for WebAssembly, built from the library source of the very same compiler version.
//!
//! The source comes from two Debian packages, which are unpacked but not installed; so no root is needed.
//! What is built lies where rustup would have put it, and plain `cargo build --target …` works from then on.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{apt, targets};
use crate::{
    progress::Screen,
    project::{Project, on_path},
    tool::Tool,
};

/// A folder with `rust-library-<version>.tar.xz` and `wasi-libc-wasm32-wasip2.tar.xz`, for when no mirror has the version.
const ARCHIVES_VARIABLE: &str = "BOWLINE_WASM_SOURCE_ARCHIVES";

/// What a program for `wasm32-wasip2` is linked with.
const WASI_OBJECTS: [&str; 3] = ["crt1-command.o", "crt1-reactor.o", "libc.a"];

/// The unpacked sources.
struct Sources {
    /// Rust's `library` folder.
    library: PathBuf,
    /// The folder of [`WASI_OBJECTS`].
    wasi: PathBuf,
}

/// The compiler that is installed.
struct Compiler {
    /// `1.95.0`.
    release: String,
    commit: String,
    sysroot: PathBuf,
}

/// Builds and installs the standard library for each of these targets.
pub(super) fn build(project: &Project, targets: &[&str], screen: &Screen) -> anyhow::Result<()> {
    let compiler = Compiler::installed(project)?;
    let folder = project.kept("library");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let sources = match env::var_os(ARCHIVES_VARIABLE) {
        Some(archives) => from_archives(project, &compiler, Path::new(&archives), &folder, screen)?,
        None => from_debian(project, &compiler, &folder, screen)?,
    };
    for target in targets {
        install(project, &compiler, &sources, target, screen)
            .with_context(|| format!("cannot build the standard library for {target}"))?;
    }
    fs::remove_dir_all(&folder)?;
    // What was compiled against another standard library does not link with this one, and Cargo does not see it.
    for target in targets {
        let stale = project.target(target);
        if stale.exists() {
            fs::remove_dir_all(stale)?;
        }
    }
    Ok(())
}

impl Compiler {
    fn installed(project: &Project) -> anyhow::Result<Self> {
        let text = Tool::new(project, "rustc").args(["-vV"]).read()?;
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name))
                .map(|value| value.trim().to_owned())
        };
        let sysroot = Tool::new(project, "rustc")
            .args(["--print", "sysroot"])
            .read()?;
        Ok(Self {
            release: field("release:").context("`rustc -vV` names no release")?,
            commit: field("commit-hash:").unwrap_or_default(),
            sysroot: sysroot.trim().into(),
        })
    }
}

/// Builds the standard library for one target and puts it into the compiler's folder.
fn install(
    project: &Project,
    compiler: &Compiler,
    sources: &Sources,
    target: &str,
    screen: &Screen,
) -> anyhow::Result<()> {
    let place = compiler
        .sysroot
        .join("lib/rustlib")
        .join(target)
        .join("lib");
    let own = place.join("self-contained");
    fs::create_dir_all(&own).with_context(|| format!("cannot write {}", own.display()))?;
    if target == "wasm32-wasip2" {
        for name in WASI_OBJECTS {
            fs::copy(sources.wasi.join(name), own.join(name))
                .with_context(|| format!("cannot copy {name}"))?;
        }
    }
    let made = project.kept("library/target");
    // The flags are those of the distributed libraries: code of the workspace meets the same standard library.
    let remap = format!(
        "--remap-path-prefix={}=/rustc/{}/library",
        sources.library.display(),
        compiler.commit
    );
    let flags = [
        "-Zforce-unstable-if-unmarked",
        "-Cembed-bitcode=yes",
        &remap,
    ]
    .join("\u{1f}");
    Tool::new(project, "cargo")
        .within(&sources.library)
        .args([
            "build",
            "--release",
            "--locked",
            "--target",
            target,
            "--manifest-path",
            "sysroot/Cargo.toml",
        ])
        .args([
            "--features",
            "panic-unwind,backtrace,compiler-builtins-mem",
            "--target-dir",
        ])
        .args([&made])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
        .env("CARGO_PROFILE_RELEASE_PANIC", "unwind")
        .env("__CARGO_DEFAULT_LIB_METADATA", "stablestd")
        .run(screen)?;
    for old in libraries(&place)? {
        fs::remove_file(old)?;
    }
    for library in libraries(&made.join(target).join("release/deps"))? {
        let name = library.file_name().context("a library has a name")?;
        fs::copy(&library, place.join(name))
            .with_context(|| format!("cannot write to {}", place.display()))?;
    }
    Ok(())
}

/// The `.rlib` files of a folder, without the crate that only binds them together.
fn libraries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libsysroot-") {
            found.push(path);
        }
    }
    Ok(found)
}

fn from_archives(
    project: &Project,
    compiler: &Compiler,
    archives: &Path,
    folder: &Path,
    screen: &Screen,
) -> anyhow::Result<Sources> {
    let wasi = folder.join("wasi");
    fs::create_dir_all(&wasi)?;
    let library = format!("rust-library-{}.tar.xz", compiler.release);
    for (archive, into) in [
        (library.as_str(), folder),
        ("wasi-libc-wasm32-wasip2.tar.xz", &wasi),
    ] {
        let archive = archives.join(archive);
        Tool::new(project, "tar")
            .args([
                "-xJf".as_ref(),
                archive.as_os_str(),
                "-C".as_ref(),
                into.as_os_str(),
            ])
            .run(screen)?;
    }
    Ok(Sources {
        library: folder.join("library"),
        wasi,
    })
}

fn from_debian(
    project: &Project,
    compiler: &Compiler,
    folder: &Path,
    screen: &Screen,
) -> anyhow::Result<Sources> {
    let Some(codename) = debian_codename().filter(|_| on_path("apt-get").is_some()) else {
        bail!(
            "library sources are fetched only on Debian\n  mend it with: {}",
            targets::by_hand()
        );
    };
    let archive = apt::own_archive(Path::new("/etc/apt"), &codename)?;
    let mut library = None;
    let mut wasi = None;
    let mut tried = Vec::new();
    for suite in apt::suites(&codename) {
        screen.note(&format!("looking for Rust {} in {suite}", compiler.release));
        let apt = PrivateApt::new(project, folder, &archive, &suite)?;
        // A mirror need not have every suite, and not every key is known here.
        if let Err(error) = apt.update(screen) {
            tried.push(format!("{suite}: {error:#}"));
            continue;
        }
        let madison = apt.madison(&["rust-src", "wasi-libc"])?;
        if library.is_none()
            && let Some(version) = apt::version_of(&madison, "rust-src", &compiler.release)
        {
            library = Some(apt.unpack("rust-src", &version, screen)?);
        }
        if wasi.is_none()
            && let Some(version) = apt::newest(&madison, "wasi-libc")
        {
            // Old releases of the package have no wasip2.
            let unpacked = apt.unpack("wasi-libc", &version, screen)?;
            wasi = folder_with(&unpacked, "wasm32-wasip2", &WASI_OBJECTS);
        }
        if let (Some(library), Some(wasi)) = (&library, &wasi) {
            let library = library.join(format!("usr/src/rustc-{}/library", compiler.release));
            return Ok(Sources {
                library,
                wasi: wasi.clone(),
            });
        }
        tried.push(format!(
            "{suite}: has not both rust-src {} and wasi-libc with wasip2",
            compiler.release
        ));
    }
    bail!(
        "no suite of this machine's mirror has the library source of Rust {}:\n{}\n  mend it with: {}\n  \
         or name a folder that has the archives in {ARCHIVES_VARIABLE}",
        compiler.release,
        tried.join("\n"),
        targets::by_hand(),
    )
}

/// apt-get with lists and settings of its own, so that the machine's stay as they are.
struct PrivateApt<'a> {
    project: &'a Project,
    folder: PathBuf,
    options: Vec<String>,
}

impl<'a> PrivateApt<'a> {
    fn new(
        project: &'a Project,
        folder: &Path,
        archive: &apt::Archive,
        suite: &str,
    ) -> anyhow::Result<Self> {
        let folder = folder.join(suite);
        for part in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(part))?;
        }
        let sources = folder.join("mirror.sources");
        fs::write(&sources, archive.source_of(suite))?;
        let at = |name: &str, path: PathBuf| format!("{name}={}", path.display());
        let settings = [
            at("Dir::Etc::sourcelist", sources),
            "Dir::Etc::sourceparts=/dev/null".to_owned(),
            at("Dir::State::Lists", folder.join("lists")),
            at("Dir::Cache", folder.join("cache")),
            "Acquire::Languages=none".to_owned(),
            "Acquire::Retries=3".to_owned(),
            // apt's own user cannot write into a private folder; the packages' signatures are checked all the same.
            "APT::Sandbox::User=".to_owned(),
        ];
        let options = settings
            .into_iter()
            .flat_map(|setting| ["-o".to_owned(), setting])
            .collect();
        Ok(Self {
            project,
            folder,
            options,
        })
    }

    fn update(&self, screen: &Screen) -> anyhow::Result<()> {
        Tool::new(self.project, "apt-get")
            .args(&self.options)
            .args(["update"])
            .run(screen)
    }

    fn madison(&self, packages: &[&str]) -> anyhow::Result<String> {
        Tool::new(self.project, "apt-cache")
            .args(&self.options)
            .args(["madison"])
            .args(packages)
            .read()
    }

    /// Downloads a package and unpacks it; gives the folder.
    fn unpack(&self, package: &str, version: &str, screen: &Screen) -> anyhow::Result<PathBuf> {
        let folder = self.folder.join(package);
        fs::create_dir_all(&folder)?;
        let wanted = format!("{package}={version}");
        Tool::new(self.project, "apt-get")
            .within(&folder)
            .args(&self.options)
            .args(["download", &wanted])
            .run(screen)?;
        let file = fs::read_dir(&folder)?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.is_file());
        let file = file.with_context(|| format!("apt-get downloaded no {wanted}"))?;
        let unpacked = folder.join("unpacked");
        Tool::new(self.project, "dpkg")
            .args(["-x".as_ref(), file.as_os_str(), unpacked.as_os_str()])
            .run(screen)?;
        Ok(unpacked)
    }
}

/// The code name of this machine's Debian release.
fn debian_codename() -> Option<String> {
    let text = fs::read_to_string("/etc/os-release").ok()?;
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
            .map(|value| value.trim_matches('"').to_owned())
    };
    field("VERSION_CODENAME").filter(|_| field("ID").as_deref() == Some("debian"))
}

/// The folder below this one that is called so and has these files.
fn folder_with(folder: &Path, name: &str, files: &[&str]) -> Option<PathBuf> {
    if folder.ends_with(name) && files.iter().all(|file| folder.join(file).is_file()) {
        return Some(folder.to_path_buf());
    }
    let inner = fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    inner
        .into_iter()
        .find_map(|entry| folder_with(&entry.path(), name, files))
}
