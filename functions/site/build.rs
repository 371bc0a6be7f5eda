//! Embeds the built page: every file of `target/web`, or of the folder that `BOWLINE_WEB_DIST` names.
//!
//! Writes the table `FILES`, of pairs of a URL path and the file's bytes. A folder that is not there makes it empty.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=BOWLINE_WEB_DIST");
    let folder = match env::var_os("BOWLINE_WEB_DIST") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../target/web"),
    };
    println!("cargo:rerun-if-changed={}", folder.display());

    let mut files = Vec::new();
    if folder.is_dir() {
        collect(&folder.canonicalize()?, "", &mut files)?;
    }
    files.sort();
    let mut table = String::from("static FILES: &[(&str, &[u8])] = &[\n");
    for (url, path) in files {
        writeln!(
            table,
            "    ({url:?}, include_bytes!({:?})),",
            path.display().to_string()
        )?;
    }
    table.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("files.rs"), table)?;
    Ok(())
}

/// Adds the files below `folder`, whose URL path is `base`.
fn collect(folder: &Path, base: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let (url, path) = (format!("{base}/{name}"), entry.path());
        // A changed file gives its folder no new time.
        println!("cargo:rerun-if-changed={}", path.display());
        if entry.file_type()?.is_dir() {
            collect(&path, &url, files)?;
        } else {
            files.push((url, path));
        }
    }
    Ok(())
}
