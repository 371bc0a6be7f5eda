//! Small images that are cheap to make and to push: the same layer, each with a config of its own.

use bowline_tests::registry::Registry;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use ureq::Agent;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// What each image holds. Nobody unpacks it.
const LAYER: &[u8] = b"a layer that nobody unpacks";

/// An image that was not pushed yet.
pub(crate) struct SmallImage {
    config: Vec<u8>,
    manifest: Vec<u8>,
}

impl SmallImage {
    /// Makes one. `text` is in its config, so that other texts make other digests.
    pub(crate) fn new(text: &str) -> Self {
        let config = json!({
            "created": "2026-01-02T03:04:05Z", "author": text, "architecture": "amd64", "os": "linux", "config": {},
            "rootfs": { "type": "layers", "diff_ids": [digest(LAYER)] },
        });
        let config = config.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": { "mediaType": CONFIG, "digest": digest(&config), "size": config.len() },
            "layers": [{
                "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest(LAYER), "size": LAYER.len(),
            }],
        });
        Self {
            config,
            manifest: manifest.to_string().into_bytes(),
        }
    }

    /// The digest of its manifest.
    pub(crate) fn digest(&self) -> String {
        digest(&self.manifest)
    }
}

/// Pushes to an open registry, over connections that are kept: a thousand images take seconds.
pub(crate) struct Uploader<'a> {
    registry: &'a Registry,
    agent: Agent,
}

impl<'a> Uploader<'a> {
    /// Pushes to this registry.
    pub(crate) fn to(registry: &'a Registry) -> Self {
        Self {
            registry,
            agent: Agent::new_with_defaults(),
        }
    }

    /// Puts the layer of all images into a repository, before the first of them.
    pub(crate) fn put_layer(&self, repository: &str) {
        self.put_blob(repository, LAYER);
    }

    /// Puts an image under a tag.
    pub(crate) fn put(&self, image: &SmallImage, repository: &str, tag: &str) {
        self.put_blob(repository, &image.config);
        let manifest = self
            .agent
            .put(self.url(repository, &format!("manifests/{tag}")));
        let answer = manifest.content_type(MANIFEST).send(&image.manifest);
        answer.expect("the registry takes an image whose blobs it holds");
    }

    fn put_blob(&self, repository: &str, blob: &[u8]) {
        let begun = self.agent.post(self.url(repository, "blobs/uploads/"));
        let begun = begun.send_empty().expect("the registry takes uploads");
        let location = begun.headers().get("location");
        let location = location.and_then(|location| location.to_str().ok());
        let location = location.expect("an upload has a location");
        let upload = self
            .agent
            .put(format!("{location}&digest={}", digest(blob)));
        upload.send(blob).expect("the registry takes the blob");
    }

    fn url(&self, repository: &str, rest: &str) -> String {
        format!("{}/v2/{repository}/{rest}", self.registry.url())
    }
}

fn digest(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);
    let digits: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}
