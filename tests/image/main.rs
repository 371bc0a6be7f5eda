//! The image that `cargo xtask image` leaves in `target/image`, run in a container.

use std::{
    fs,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
};

use bowline_tests::{
    app::{AUTH_SECRET, SEALING_KEYS, repository},
    client::Client,
    form::{with, with_password},
    image::Image,
    process::Process,
    registry::{Access, Registry},
    sign_in::SignIn,
    tool::{RUNC, UMOCI},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The user of the image.
const USER: u32 = 65532;

/// A container of the image, in the network of this machine, with its state in a folder of its own.
struct Container {
    folder: TempDir,
    name: String,
}

impl Container {
    /// Unpacks the image.
    fn of_the_image() -> Self {
        let folder = TempDir::new().unwrap();
        let layout = repository().join("target/image/bowline");
        assert!(
            layout.is_dir(),
            "the image is missing. Run: cargo xtask image"
        );
        let name = format!("bowline-test-{}", std::process::id());
        let container = Self { folder, name };
        UMOCI.run(&[
            "unpack",
            "--image",
            &format!("{}:latest", layout.display()),
            &container.bundle().display().to_string(),
        ]);
        fs::create_dir(container.state()).unwrap();
        chown(container.state(), Some(USER), Some(USER)).expect("this test runs as root");
        container.configure();
        container
    }

    fn bundle(&self) -> PathBuf {
        self.folder.path().join("bundle")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// As an engine would run it with a read-only root and the network of this machine. Control groups are left to the
    /// machine: not every machine lets a test make one.
    fn configure(&self) {
        let path = self.bundle().join("config.json");
        let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let process = &mut config["process"];
        assert_eq!(process["user"]["uid"], USER, "not root");
        process["terminal"] = json!(false);
        process["capabilities"] = json!({});
        let arguments = process["args"].as_array_mut().unwrap();
        let listen = arguments
            .iter_mut()
            .find(|argument| argument.as_str().unwrap().starts_with("--listen"))
            .unwrap();
        *listen = json!("--listen=127.0.0.1:0");
        let environment = process["env"].as_array_mut().unwrap();
        for (name, value) in [
            ("SEALING_KEYS", SEALING_KEYS),
            ("AUTH_SECRET", AUTH_SECRET),
            ("PRIVATE_HOSTS", "127.0.0.1"),
            ("PLAIN_HTTP_HOSTS", "127.0.0.1"),
        ] {
            environment.push(json!(format!("SPIN_VARIABLE_{name}={value}")));
        }
        config["root"]["readonly"] = json!(true);
        let mounts = config["mounts"].as_array_mut().unwrap();
        mounts.retain(|mount| mount["type"] != "cgroup" && mount["destination"] != "/state");
        mounts.push(json!({
            "destination": "/state", "type": "bind", "source": self.state(), "options": ["bind", "rw", "nosuid", "nodev"],
        }));
        let linux = config["linux"].as_object_mut().unwrap();
        linux.remove("resources");
        let namespaces = linux["namespaces"].as_array_mut().unwrap();
        namespaces.retain(|namespace| {
            !["network", "cgroup"].contains(&namespace["type"].as_str().unwrap())
        });
        fs::write(path, serde_json::to_vec(&config).unwrap()).unwrap();
    }

    /// Starts it, and says where it listens.
    fn run(&self) -> (Process, String) {
        let mut command = RUNC.command();
        command
            .args(["run", "--bundle"])
            .arg(self.bundle())
            .arg(&self.name);
        let process = Process::start("runc", command);
        let origin = process.wait_for("its address", |line| {
            line.strip_prefix("Serving ").map(str::to_owned)
        });
        (process, origin.trim_end().trim_end_matches('/').to_owned())
    }

    fn terminate(&self) {
        RUNC.run(&["kill", &self.name, "TERM"]);
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = RUNC
            .command()
            .args(["delete", "--force", &self.name])
            .output();
    }
}

#[test]
fn the_image_connects_and_checks_and_loses_nothing_when_it_is_stopped_under_load() {
    const PATH: &str = "/v1/projects/acme/connections";
    let container = Container::of_the_image();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("hello"), "team/app:v1");
    let (mut process, origin) = container.run();
    let client = Client::new(
        &origin,
        Some(SignIn::everything(&["acme"]).token(AUTH_SECRET)),
    );

    let address = origin.trim_start_matches("http://");
    RUNC.run(&[
        "exec",
        &container.name,
        "/app/bowline-host",
        "health",
        "--address",
        address,
        "--path",
        "/v1/providers",
    ]);

    let form = with_password(&registry.url(), "alice", "s3cret");
    let check = client
        .post("/v1/check", &json!({ "form": form }))
        .expect(200);
    assert_eq!(check["proved"], "pull", "{check:#}");

    // Callers create connections until the service is gone; it is stopped when it has answered some of them.
    let kept = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for caller in 0..4 {
            let (client, kept, form, container) = (&client, &kept, &form, &container);
            scope.spawn(move || {
                for number in 0.. {
                    let name = format!("{caller}-{number}");
                    let url = format!("https://{name}.example.com");
                    let form = with(form.clone(), &json!({ "name": name, "values": { "url": url, "username": "u", "password": "p" } }));
                    let Some(answer) = client.try_post(PATH, &form) else { return };
                    if answer.status != 201 {
                        return;
                    }
                    let mut kept = kept.lock().unwrap();
                    kept.push(name);
                    if kept.len() == 40 {
                        container.terminate();
                    }
                }
            });
        }
    });
    assert!(process.wait().success(), "{}", process.log());
    assert_belongs_to(&container.state(), USER);

    let (mut process, origin) = container.run();
    let client = Client::new(
        &origin,
        Some(SignIn::everything(&["acme"]).token(AUTH_SECRET)),
    );
    let list = client.get(&format!("{PATH}?limit=200")).expect(200);
    let names: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    for name in kept.lock().unwrap().iter() {
        assert!(
            names.contains(&name.as_str()),
            "{name} was created and is gone: {names:?}"
        );
    }
    container.terminate();
    assert!(process.wait().success(), "{}", process.log());
}

/// Every file of the state was made by the image's user, who is not root, and only that user may read it. The cache
/// holds compiled components, which are no secret.
fn assert_belongs_to(folder: &Path, user: u32) {
    use std::os::unix::fs::MetadataExt;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(metadata.uid(), user, "{}", path.display());
        if path.ends_with("cache") {
            continue;
        }
        assert_eq!(metadata.mode() & 0o077, 0, "{}", path.display());
        if metadata.is_dir() {
            assert_belongs_to(&path, user);
        }
    }
}
