//! A local registry, so that a newcomer can connect a real one at once.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use serde_json::json;

use crate::{
    fresh,
    progress::{self, Step, Work},
    project::Project,
    tool::Tool,
};

pub(crate) const USERNAME: &str = "demo";
/// Not a secret: the registry listens on loopback only and ends with the command.
pub(crate) const PASSWORD: &str = "connect-me";
pub(crate) const IMAGE: &str = "demo/hello:1.0";

/// [`USERNAME`] with the bcrypt hash of [`PASSWORD`], the only kind that the registry accepts.
const HTPASSWD: &str = "demo:$2b$04$dJpRGW6KnpizoXbp4V8Jt..IszJr8R/.EQY5dkEPPGlHWYXl.OS4m\n";

/// How long the registry may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);

/// The running registry.
pub(crate) struct DemoRegistry {
    /// Its process.
    pub(crate) process: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// Starts a registry with a password and one image in it.
pub(crate) fn start(project: &Project) -> anyhow::Result<DemoRegistry> {
    let folder = project.kept("demo-registry");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let address = free_address()?;
    fs::write(folder.join("htpasswd"), HTPASSWD)?;
    fs::write(folder.join("registry.yml"), configuration(&folder, address))?;
    let process = Command::new("docker-registry")
        .arg("serve")
        .arg(folder.join("registry.yml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join("log"))?)
        .process_group(0)
        .spawn()
        .context("cannot run docker-registry\n  fix it with: cargo xtask setup")?;
    let mut registry = DemoRegistry { process, address };
    registry.wait_until_it_listens(&folder)?;
    let push = |screen: &_| {
        write_image(&folder.join("image"))?;
        Tool::new(project, "skopeo")
            .args([
                "copy",
                "--insecure-policy",
                "--dest-tls-verify=false",
                "--dest-creds",
            ])
            .args([format!("{USERNAME}:{PASSWORD}")])
            .args([
                format!("oci:{}:1.0", folder.join("image").display()),
                format!("docker://{address}/{IMAGE}"),
            ])
            .run(screen)?;
        Ok(Work::Done)
    };
    progress::run(
        project,
        vec![Step::new(
            "demo-image",
            "Push an image to the demo registry",
            1,
            push,
        )],
    )?;
    Ok(registry)
}

impl DemoRegistry {
    fn wait_until_it_listens(&mut self, folder: &Path) -> anyhow::Result<()> {
        let started = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.process.try_wait()? {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                bail!("{log}\nthe demo registry ended with {status}");
            }
            if started.elapsed() > PATIENCE {
                bail!("the demo registry isn't listening on {}", self.address);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for DemoRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address of this machine that nothing listens on.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// JSON is YAML, and quotes paths without surprises.
fn configuration(folder: &Path, address: SocketAddr) -> String {
    json!({
        "version": "0.1",
        "log": { "level": "warn" },
        "storage": { "filesystem": { "rootdirectory": folder.join("storage") } },
        "auth": { "htpasswd": { "realm": "Demo", "path": folder.join("htpasswd") } },
        "http": { "addr": address.to_string(), "secret": "demo" },
    })
    .to_string()
}

/// Writes an image as an OCI layout: one layer that holds one file.
fn write_image(folder: &Path) -> anyhow::Result<()> {
    let layer = archive_of("hello.txt", b"Hello from the demo registry.\n");
    let layer_type = "application/vnd.oci.image.layer.v1.tar";
    let config = json!({
        "architecture": "amd64", "os": "linux", "created": "2026-01-01T00:00:00Z",
        "rootfs": { "type": "layers", "diff_ids": [digest(&layer)] },
    });
    let layer = write_blob(folder, &layer, layer_type)?;
    let config = write_blob(
        folder,
        config.to_string().as_bytes(),
        "application/vnd.oci.image.config.v1+json",
    )?;
    let manifest_type = "application/vnd.oci.image.manifest.v1+json";
    let manifest = json!({ "schemaVersion": 2, "mediaType": manifest_type, "config": config, "layers": [layer] });
    let mut manifest = write_blob(folder, manifest.to_string().as_bytes(), manifest_type)?;
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "1.0" });
    fs::write(
        folder.join("index.json"),
        json!({ "schemaVersion": 2, "manifests": [manifest] }).to_string(),
    )?;
    fs::write(
        folder.join("oci-layout"),
        json!({ "imageLayoutVersion": "1.0.0" }).to_string(),
    )?;
    Ok(())
}

/// Writes a blob and returns its descriptor.
fn write_blob(
    folder: &Path,
    content: &[u8],
    media_type: &str,
) -> anyhow::Result<serde_json::Value> {
    let digest = digest(content);
    let file = folder.join("blobs").join(digest.replace(':', "/"));
    fs::create_dir_all(file.parent().context("a blob lies in a folder")?)?;
    fs::write(file, content)?;
    Ok(json!({ "mediaType": media_type, "digest": digest, "size": content.len() }))
}

fn digest(content: &[u8]) -> String {
    format!("sha256:{}", fresh::digest(content))
}

/// A tar archive (POSIX ustar) of one file.
fn archive_of(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    let mut put =
        |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{:011o}", content.len()));
    put(136, "00000000000");
    // The checksum is that of the header with spaces in its place.
    put(148, "        ");
    put(156, "0");
    put(257, "ustar");
    put(263, "00");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut archive = [&header[..], content].concat();
    archive.resize(archive.len().next_multiple_of(512) + 1024, 0);
    archive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tar_reads_the_archive() {
        let file = std::env::temp_dir().join(format!("xtask-demo-{}.tar", std::process::id()));
        fs::write(&file, archive_of("hello.txt", b"Hello\n")).unwrap();
        let output = Command::new("tar")
            .arg("-xOf")
            .arg(&file)
            .arg("hello.txt")
            .output()
            .unwrap();
        assert_eq!(
            (output.status.success(), output.stdout),
            (true, b"Hello\n".to_vec())
        );
        fs::remove_file(&file).unwrap();
    }
}
