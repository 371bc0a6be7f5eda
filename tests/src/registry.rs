//! The reference registry (distribution) as a process of its own, on a free port, in a temporary folder.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use crate::{
    certificate::Certificate,
    image::Image,
    process::Process,
    token_service::{ISSUER, SERVICE, TokenService, UPLOADER},
    tool::DOCKER_REGISTRY,
};

/// Whom a registry lets in.
pub enum Access<'a> {
    /// Everybody.
    Open,
    /// Who has one of these names and passwords (htpasswd).
    Basic(&'a [(&'a str, &'a str)]),
    /// Who brings a token of this service.
    Token(&'a TokenService),
}

/// A running registry.
pub struct Registry {
    authority: String,
    accounts: bool,
    /// Trusted by skopeo when it pushes; `None` is plain HTTP.
    certificate: Option<Certificate>,
    _process: Process,
    folder: TempDir,
}

impl Registry {
    /// Starts one that speaks plain HTTP.
    pub fn start(access: &Access<'_>) -> Self {
        Self::run(access, None, None)
    }

    /// Starts one that speaks TLS with a certificate for 127.0.0.1 from an unknown authority.
    pub fn start_tls(access: &Access<'_>) -> Self {
        Self::start_as(Certificate::for_host("127.0.0.1"), access)
    }

    /// Starts one that speaks TLS with this certificate.
    pub fn start_as(certificate: Certificate, access: &Access<'_>) -> Self {
        Self::run(access, Some(certificate), None)
    }

    /// Starts another one that serves the images of this one, with TLS and under the name in `certificate`.
    pub fn serve_as(&self, certificate: Certificate, access: &Access<'_>) -> Self {
        Self::run(access, Some(certificate), Some(self))
    }

    fn run(access: &Access<'_>, certificate: Option<Certificate>, images: Option<&Self>) -> Self {
        let folder = TempDir::new().expect("there is a folder for temporary files");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a temporary folder can be written");
            path.display().to_string()
        };
        let auth = match access {
            Access::Open => String::new(),
            Access::Basic(users) => {
                let entries = users.iter().chain([&UPLOADER]).map(|(name, password)| {
                    // The lowest cost: the tests need the real check, not its strength.
                    format!(
                        "{name}:{}\n",
                        bcrypt::hash(password, 4).expect("passwords of tests are short")
                    )
                });
                let path = write("htpasswd", &entries.collect::<String>());
                format!("auth: {{htpasswd: {{realm: registry, path: '{path}'}}}}\n")
            }
            Access::Token(service) => {
                let path = write("token.crt", &service.certificate());
                let realm = service.realm();
                format!(
                    "auth: {{token: {{realm: '{realm}', service: '{SERVICE}', issuer: '{ISSUER}', rootcertbundle: '{path}'}}}}\n"
                )
            }
        };
        let tls = certificate
            .as_ref()
            .map_or_else(String::new, |certificate| {
                let (chain, key) = (
                    write("tls.crt", &certificate.certificate),
                    write("tls.key", &certificate.key),
                );
                fs::create_dir(folder.path().join("trust"))
                    .expect("a temporary folder can be written");
                let authority = write("trust/ca.crt", &certificate.authority);
                let clients = match certificate.mutual {
                    true => format!(", clientcas: ['{authority}']"),
                    false => String::new(),
                };
                format!(", tls: {{certificate: '{chain}', key: '{key}'{clients}}}")
            });
        let data = images
            .map_or(folder.path(), |other| other.folder.path())
            .join("data");
        let config = write(
            "config.yml",
            &format!(
                "version: 0.1\n\
                 compatibility: {{schema1: {{enabled: true}}}}\n\
                 log: {{level: info, accesslog: {{disabled: true}}}}\n\
                 storage: {{filesystem: {{rootdirectory: '{}'}}, delete: {{enabled: true}}, maintenance: {{uploadpurging: {{enabled: false}}}}}}\n\
                 http: {{addr: '127.0.0.1:0', secret: unimportant{tls}}}\n\
                 {auth}",
                data.display()
            ),
        );
        let (process, authority) = serve(&config);
        Self {
            authority,
            accounts: !matches!(access, Access::Open),
            certificate,
            _process: process,
            folder,
        }
    }

    /// Ends it and starts it again, with the same images and at the same address, with `more` added to its configuration.
    pub fn restart_with(self, more: &str) -> Self {
        let Self {
            authority,
            accounts,
            certificate,
            _process: process,
            folder,
        } = self;
        drop(process);
        let path = folder.path().join("config.yml");
        let config = fs::read_to_string(&path).expect("it was started with it");
        let config = config.replace("127.0.0.1:0", &authority);
        fs::write(&path, format!("{}\n{more}\n", config.trim_end())).expect("it can be written");
        let (process, authority) = serve(&path.display().to_string());
        Self {
            authority,
            accounts,
            certificate,
            _process: process,
            folder,
        }
    }

    /// `127.0.0.1:41234`.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What a form's `values.url` holds.
    pub fn url(&self) -> String {
        let scheme = if self.certificate.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.authority)
    }

    /// What it proves its name with; only where it speaks TLS.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// Puts an index (OCI image index) of these images, pushed before, under `tag` of `repository`; gives its digest.
    /// Only on an open registry.
    pub fn put_index(&self, repository: &str, tag: &str, images: &[&Image]) -> String {
        let kind = "application/vnd.oci.image.index.v1+json";
        let platforms = [("linux", "amd64"), ("linux", "arm64")].into_iter().cycle();
        let manifests: Vec<_> = images
            .iter()
            .zip(platforms)
            .map(|(image, (os, architecture))| {
                json!({
                    "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": image.digest(),
                    "size": image.manifest_size(), "platform": { "os": os, "architecture": architecture },
                })
            })
            .collect();
        let index =
            json!({ "schemaVersion": 2, "mediaType": kind, "manifests": manifests }).to_string();
        let answer = ureq::put(format!("{}/v2/{repository}/manifests/{tag}", self.url()))
            .header("Content-Type", kind)
            .send(&index)
            .expect("the registry takes an index of images that it holds");
        let digest = answer
            .headers()
            .get("docker-content-digest")
            .and_then(|digest| digest.to_str().ok());
        digest.expect("the registry tells the digest").to_owned()
    }

    /// Deletes a manifest. The repository stays, without tags. Only on an open registry.
    pub fn delete(&self, repository: &str, digest: &str) {
        ureq::delete(format!("{}/v2/{repository}/manifests/{digest}", self.url()))
            .call()
            .expect("the registry deletes what it holds");
    }

    /// Changes a byte of a blob where the registry keeps it.
    pub fn damage(&self, digest: &str) {
        let hex = digest.strip_prefix("sha256:").expect("digests are SHA-256");
        let path = self.folder.path().join(format!(
            "data/docker/registry/v2/blobs/sha256/{}/{hex}/data",
            hex.get(..2).expect("a digest is long")
        ));
        let mut bytes = fs::read(&path).expect("the registry holds the blob");
        *bytes.last_mut().expect("a blob holds something") ^= 1;
        fs::write(&path, bytes).expect("the blob can be written");
    }

    /// Pushes `image` as `name` (`team/app:v1`) with skopeo.
    pub fn push(&self, image: &Image, name: &str) {
        self.push_as(image, name, "oci");
    }

    /// The same with a manifest of another format: `oci`, `v2s1` or `v2s2`.
    pub fn push_as(&self, image: &Image, name: &str, format: &str) {
        let credentials = format!("{}:{}", UPLOADER.0, UPLOADER.1);
        let trust = self.folder.path().join("trust").display().to_string();
        let (source, target) = (
            image.source(),
            format!("docker://{}/{name}", self.authority),
        );
        let mut arguments = vec!["copy", "--quiet", "--insecure-policy", "--format", format];
        match &self.certificate {
            None => arguments.push("--dest-tls-verify=false"),
            Some(_) => arguments.extend(["--dest-cert-dir", &trust]),
        }
        if self.accounts {
            arguments.extend(["--dest-creds", &credentials]);
        } else {
            arguments.push("--dest-no-creds");
        }
        arguments.extend([source.as_str(), target.as_str()]);
        crate::tool::SKOPEO.run(&arguments);
    }
}

/// Starts the program with this configuration; gives the address at which it listens.
fn serve(config: &str) -> (Process, String) {
    let mut command = DOCKER_REGISTRY.command();
    command.arg("serve").arg(config);
    let process = Process::start("docker-registry", command);
    let authority = process.wait_for("its address", |line| {
        let address = line.split_once("listening on ")?.1;
        let end = address
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':')
            .unwrap_or(address.len());
        Some(address.get(..end)?.to_owned())
    });
    (process, authority)
}
