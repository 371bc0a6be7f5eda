//! What a script with skopeo asks of a registry instead of a sync. It cannot list repositories: their names are given.

use std::{sync::Mutex, thread};

use bowline_tests::tool::SKOPEO;
use serde_json::Value;

/// How many run at once: as many as a sync has requests under way.
const AT_ONCE: usize = 6;

/// `skopeo list-tags` for each repository; gives `repository:tag` of each image.
pub(crate) fn list_tags(authority: &str, repositories: &[String]) -> Vec<String> {
    let listed = Mutex::new(Vec::new());
    at_once(repositories, |repository| {
        let output = skopeo(&["list-tags"], authority, repository);
        let tags = output["Tags"].as_array().expect("it gives the tags").iter();
        let names =
            tags.map(|tag| format!("{repository}:{}", tag.as_str().expect("a tag is text")));
        listed
            .lock()
            .expect("no thread panics with it")
            .extend(names);
    });
    listed.into_inner().expect("no thread panics with it")
}

/// `skopeo inspect` for each image: its digest, when it was made, and its layers.
pub(crate) fn inspect(authority: &str, images: &[String]) {
    at_once(images, |image| {
        let output = skopeo(&["inspect", "--no-tags"], authority, image);
        assert!(output["Created"].is_string(), "{output:#}");
    });
}

fn skopeo(command: &[&str], authority: &str, name: &str) -> Value {
    let source = format!("docker://{authority}/{name}");
    let arguments = [command, &["--tls-verify=false", "--no-creds", &source]].concat();
    serde_json::from_slice(&SKOPEO.run(&arguments).stdout).expect("it prints JSON")
}

fn at_once(names: &[String], run: impl Fn(&str) + Sync) {
    let names = Mutex::new(names.iter());
    let next = || names.lock().expect("no thread panics with it").next();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(name) = next() {
                    run(name);
                }
            });
        }
    });
}
