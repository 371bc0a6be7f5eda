//! Manifests of every kind, and configs.

use proptest::prelude::*;

use super::*;

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

fn parse(media_type: &str, body: &str) -> String {
    match Manifest::parse(
        media_type,
        body.replace("D1", &digest('1'))
            .replace("D2", &digest('2'))
            .as_bytes(),
    ) {
        Ok(Manifest::Index(child)) => {
            format!("index {}", child.to_string().chars().nth(7).unwrap())
        }
        Ok(Manifest::Content(content)) => {
            let kind = match &content.kind {
                Kind::Image => "image",
                Kind::Schema1(None) => "schema 1",
                Kind::Schema1(Some(_)) => "dated schema 1",
                Kind::Artifact(kind) => kind,
            };
            let text = |bytes: Option<u64>| bytes.map_or("?".to_owned(), |n| n.to_string());
            let blob = content.blob.to_string();
            format!(
                "{kind} {} {} of {}",
                blob.chars().nth(7).unwrap(),
                text(content.blob_bytes),
                text(content.bytes)
            )
        }
        Err(failure) => failure.code.to_string(),
    }
}

fn digest(fill: char) -> String {
    format!("sha256:{}", fill.to_string().repeat(64))
}

#[test]
fn manifests_of_every_kind_are_read() {
    let unsupported = "manifest.unsupported";
    let cases = [
        (
            "OCI image",
            OCI,
            r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"D2","size":100},{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"D2","size":50}]}"#,
            "image 1 7 of 157",
        ),
        (
            "Docker image",
            "application/vnd.docker.distribution.manifest.v2+json; charset=utf-8",
            r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"D1","size":7}}"#,
            "image 1 7 of 7",
        ),
        (
            "a chart",
            OCI,
            r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"D1","size":7}}"#,
            "application/vnd.cncf.helm.config.v1+json 1 7 of 7",
        ),
        (
            "an artifact",
            OCI,
            r#"{"schemaVersion":2,"artifactType":"a/b","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":2}}"#,
            "a/b 1 2 of 2",
        ),
        (
            "no media type at all",
            "",
            r#"{"config":{"digest":"D1"}}"#,
            "unknown 1 0 of 0",
        ),
        (
            "index, amd64 second",
            "application/vnd.oci.image.index.v1+json",
            r#"{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"D1","platform":{"os":"linux","architecture":"arm64"}},{"digest":"D2","platform":{"os":"linux","architecture":"amd64"}}]}"#,
            "index 2",
        ),
        (
            "index without amd64",
            "",
            r#"{"manifests":[{"digest":"D1","platform":{"os":"windows","architecture":"arm"}},{"digest":"D2"}]}"#,
            "index 1",
        ),
        (
            "index with an attestation first",
            "",
            r#"{"manifests":[{"digest":"D1","platform":{"os":"unknown","architecture":"unknown"}},{"digest":"D2"}]}"#,
            "index 2",
        ),
        (
            "index of an index",
            "",
            r#"{"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"D1"}]}"#,
            "index 1",
        ),
        (
            "index of an index and an image",
            "",
            r#"{"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"D1"},{"digest":"D2"}]}"#,
            "index 2",
        ),
        (
            "null wherever something may be missing",
            OCI,
            r#"{"schemaVersion":2,"mediaType":null,"artifactType":null,"subject":null,"annotations":null,"history":null,"fsLayers":null,"blobs":null,"manifests":null,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":7,"urls":null,"platform":null,"annotations":null},"layers":[null,{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":null,"size":null,"urls":null}]}"#,
            "image 1 7 of 7",
        ),
        (
            "null in an index",
            OCI,
            r#"{"schemaVersion":2,"config":null,"layers":null,"manifests":[null,{"mediaType":null,"digest":"D1","size":null,"artifactType":null,"platform":{"os":null,"architecture":null},"annotations":{"vnd.docker.reference.type":null}}]}"#,
            "index 1",
        ),
        (
            "an empty artifact type",
            OCI,
            r#"{"schemaVersion":2,"artifactType":"","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":2}}"#,
            "image 1 2 of 2",
        ),
        (
            "Docker layers with a config in JSON",
            "application/vnd.docker.distribution.manifest.v2+json",
            r#"{"schemaVersion":2,"config":{"mediaType":"application/json","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","digest":"D2","size":1}]}"#,
            "image 1 7 of 8",
        ),
        (
            "Docker layers with a config of octets",
            "application/vnd.docker.distribution.manifest.v2+json",
            r#"{"schemaVersion":2,"config":{"mediaType":"application/octet-stream","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","digest":"D2","size":1}]}"#,
            "image 1 7 of 8",
        ),
        (
            "Docker layers with a config of HTML",
            "",
            r#"{"schemaVersion":2,"config":{"mediaType":"text/html; charset=utf-8","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":"D2","size":1}]}"#,
            "image 1 7 of 8",
        ),
        (
            "Docker layers without a media type of the config",
            "",
            r#"{"schemaVersion":2,"config":{"mediaType":"","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","digest":"D2","size":1}]}"#,
            "image 1 7 of 8",
        ),
        (
            "a plugin of Docker",
            "",
            r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.docker.plugin.v1+json","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","digest":"D2","size":1}]}"#,
            "application/vnd.docker.plugin.v1+json 1 7 of 8",
        ),
        (
            "OCI layers with a config in JSON",
            OCI,
            r#"{"schemaVersion":2,"config":{"mediaType":"application/json","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"D2","size":1}]}"#,
            "application/json 1 7 of 8",
        ),
        (
            "an entry that the index calls an artifact",
            "",
            r#"{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"D1","artifactType":"a/b","platform":{"os":"linux","architecture":"amd64"}}]}"#,
            "index 1",
        ),
        (
            "a platform that is not known",
            "",
            r#"{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"D1","platform":{"os":"unknown","architecture":"unknown"}}]}"#,
            "index 1",
        ),
        (
            "a cache of BuildKit",
            "",
            r#"{"manifests":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"D1"},{"mediaType":"application/vnd.buildkit.cacheconfig.v0","digest":"D2"}]}"#,
            unsupported,
        ),
        (
            "layers beside an image",
            "",
            r#"{"manifests":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"D1"},{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"D2"}]}"#,
            "index 2",
        ),
        (
            "index of attestations and artifacts only",
            "",
            r#"{"manifests":[{"digest":"D1","annotations":{"vnd.docker.reference.type":"attestation-manifest"}},{"digest":"D2","artifactType":"a/b"},{"digest":"D2","platform":{"os":"unknown","architecture":"unknown"}}]}"#,
            "index 2",
        ),
        (
            "an attestation with an image's config",
            OCI,
            r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.in-toto+json","digest":"D2"}]}"#,
            "application/vnd.in-toto+json 1 7 of 7",
        ),
        (
            "an image with a foreign layer",
            OCI,
            r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":"D2"}]}"#,
            "image 1 7 of 7",
        ),
        (
            "an artifact manifest",
            "application/vnd.oci.artifact.manifest.v1+json",
            r#"{"artifactType":"a/b","blobs":[{"digest":"D1","size":9},{"digest":"D2","size":3}]}"#,
            "a/b 2 3 of 12",
        ),
        (
            "an empty artifact manifest",
            "application/vnd.oci.artifact.manifest.v1+json",
            r#"{"artifactType":"a/b","blobs":[]}"#,
            unsupported,
        ),
        ("empty index", "", r#"{"manifests":[]}"#, unsupported),
        (
            "index with a bad digest",
            "",
            r#"{"manifests":[{"digest":"sha256:../../x"}]}"#,
            unsupported,
        ),
        (
            "bad config digest",
            OCI,
            r#"{"config":{"digest":"sha256:zz"}}"#,
            unsupported,
        ),
        (
            "schema 1",
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
            r#"{"schemaVersion":1,"fsLayers":[{"blobSum":"D2"},{"blobSum":"D1"}],"history":[{"v1Compatibility":"{\"created\":\"2014-12-31T22:57:59.178729048Z\"}"},{"v1Compatibility":"{}"}]}"#,
            "dated schema 1 1 ? of ?",
        ),
        (
            "schema 1 with an empty layer",
            "application/json",
            r#"{"schemaVersion":1,"fsLayers":[{"blobSum":"sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"},{"blobSum":"D1"}]}"#,
            "schema 1 a ? of ?",
        ),
        (
            "schema 1 without layers",
            "application/json",
            r#"{"schemaVersion":1,"fsLayers":[]}"#,
            unsupported,
        ),
        (
            "schema 1 with a bad digest",
            "application/json",
            r#"{"schemaVersion":1,"fsLayers":[{"blobSum":"sha256:zz"}]}"#,
            unsupported,
        ),
        (
            "both at once",
            OCI,
            r#"{"config":{"digest":"D1"},"manifests":[]}"#,
            unsupported,
        ),
        (
            "sizes without end",
            OCI,
            r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"D2","size":18446744073709551615}]}"#,
            "image 1 7 of 18446744073709551615",
        ),
        (
            "an artifact whose type is no media type",
            OCI,
            r#"{"artifactType":"a b\nc","config":{"digest":"D1","size":2}}"#,
            "unknown 1 2 of 2",
        ),
        ("neither", OCI, "{}", unsupported),
        ("no JSON", OCI, "<html>", unsupported),
        ("an array", OCI, "[]", unsupported),
    ];
    for (case, media_type, body, expected) in cases {
        assert_eq!(parse(media_type, body), expected, "{case}");
    }
}

#[test]
fn a_config_says_when_the_image_was_made() {
    let cases = [
        (
            r#"{"created":"2023-11-14T22:13:20.123456789Z"}"#,
            Some(1_700_000_000_123),
        ),
        (
            r#"{"created":"2023-11-15T00:13:20+02:00"}"#,
            Some(1_700_000_000_000),
        ),
        (r#"{"created":null}"#, None),
        (r#"{"created":"yesterday"}"#, None),
        (r#"{"created":7}"#, None),
        ("{}", None),
        ("no JSON", None),
    ];
    for (config, expected) in cases {
        assert_eq!(created_at(config.as_bytes()), expected, "{config}");
    }
}

proptest! {
    #[test]
    fn no_body_makes_it_fail(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Manifest::parse(OCI, &body);
    }
}
