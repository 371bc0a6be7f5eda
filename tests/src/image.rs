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
        self.manifest_descriptor()["digest"]
            .as_str()
            .expect("a descriptor has a digest")
            .to_owned()
    }

    /// How many bytes its manifest has.
    pub fn manifest_size(&self) -> u64 {
        self.manifest_descriptor()["size"]
            .as_u64()
            .expect("a descriptor has a size")
    }

    /// The digest of its config.
    pub fn config_digest(&self) -> String {
        let digest = self.digest();
        let manifest = self.read(&format!("blobs/{}", digest.replace(':', "/")));
        manifest["config"]["digest"]
            .as_str()
            .expect("a manifest has a config")
            .to_owned()
    }

    fn manifest_descriptor(&self) -> Value {
        self.read("index.json")["manifests"][0].clone()
    }

    fn read(&self, name: &str) -> Value {
        let text = fs::read(self.folder.path().join("layout").join(name)).expect("umoci wrote it");
        serde_json::from_slice(&text).expect("umoci writes JSON")
    }
}
