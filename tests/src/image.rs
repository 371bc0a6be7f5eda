//! Real images, made by umoci.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::tool::UMOCI;

/// An image with one layer that holds one file, in an OCI layout.
pub struct Image {
    folder: TempDir,
}

impl Image {
    /// Makes one. `text` is what its file holds, so that other texts make other digests.
    pub fn new(text: &str) -> Self {
        let folder = TempDir::new().expect("there is a folder for temporary files");
        let file = folder.path().join("hello");
        fs::write(&file, text).expect("a temporary folder can be written");
        let (file, layout) = (
            file.display().to_string(),
            folder.path().join("layout").display().to_string(),
        );
        let image = format!("{layout}:made");
        UMOCI.run(&["init", "--layout", &layout]);
        UMOCI.run(&["new", "--image", &image]);
        UMOCI.run(&["insert", "--image", &image, &file, "/hello"]);
        UMOCI.run(&["config", "--image", &image, "--config.cmd", "/hello"]);
        Self { folder }
    }

    /// As skopeo names it.
    pub fn source(&self) -> String {
        format!("oci:{}:made", self.folder.path().join("layout").display())
    }

    /// The digest of its manifest.
    pub fn digest(&self) -> String {
        let index =
            fs::read(self.folder.path().join("layout/index.json")).expect("umoci wrote an index");
        let index: Value = serde_json::from_slice(&index).expect("umoci writes JSON");
        index["manifests"][0]["digest"]
            .as_str()
            .expect("the layout holds one image")
            .to_owned()
    }
}
