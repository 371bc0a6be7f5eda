//! Puts the vector files into the tests. They run in Node and in browsers, where they cannot read files.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../bowline/vectors");
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<_> = entries.iter().map(fs::DirEntry::path).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "json"));
    files.sort();
    let mut list = String::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(
            list,
            "({name:?}, include_str!({:?})),",
            file.display().to_string()
        )?;
    }
    let list = format!("&[\n{list}]\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("vectors.rs"), list)?;
    Ok(())
}
