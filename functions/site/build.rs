//! Embeds the built page: every file of `target/web`, or of the folder that `BOWLINE_WEB_DIST` names.
//!
//! Writes the table `FILES` of `Embedded`: of each file its URL path, its bytes, and its bytes in gzip where fewer. A folder
//! that is not there makes it empty.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

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
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut table = String::from("static FILES: &[Embedded] = &[\n");
    for (index, (url, path)) in files.into_iter().enumerate() {
        let body = fs::read(&path)?;
        let gzip = gzip(&body)?;
        let gzip = if gzip.len() < body.len() {
            let path = out.join(format!("{index}.gz"));
            fs::write(&path, gzip)?;
            format!("Some(include_bytes!({}))", literal(&path))
        } else {
            "None".to_owned()
        };
        writeln!(
            table,
            "    Embedded {{ url: {url:?}, body: include_bytes!({}), gzip: {gzip} }},",
            literal(&path)
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("files.rs"), table)?;
    Ok(())
}

fn literal(path: &Path) -> String {
    format!("{:?}", path.display().to_string())
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body)?;
    encoder.finish()
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
