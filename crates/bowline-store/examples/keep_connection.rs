//! Keeps a connection with a sealed password in an SQLite database, and opens it again.
//!
//! Run it with `cargo run -p bowline-store --example keep_connection`.

#![allow(clippy::expect_used, reason = "an example shows where it ends")]

use std::{
    error::Error,
    time::{SystemTime, UNIX_EPOCH},
};

use bowline::form::{CheckOptions, ConnectionForm, check_form};
use bowline_store::{Change, PageSize, Random, SealingKeys, Store, rusqlite::Rusqlite};
use futures::executor::block_on;
use serde_json::json;

/// The randomness of the operating system.
struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has randomness");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    block_on(run())
}

async fn run() -> Result<(), Box<dyn Error>> {
    // A real key is 32 random bytes. The first key seals, all keys open.
    let keys = SealingKeys::parse("demo:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")?;
    let store = Store::new(Rusqlite::in_memory()?, SystemRandom, keys);
    let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    store.migrate(now_ms).await?;

    let form: ConnectionForm = serde_json::from_value(json!({
        "provider": "docker-registry", "name": "prod-images", "auth": "password",
        "values": { "url": "https://registry.example.com", "username": "scanner", "password": "s3cret" },
    }))?;
    let (report, spec) = check_form(&form, CheckOptions::default());
    let spec = spec.ok_or_else(|| format!("the form has findings: {report:?}"))?;

    // The audit keeps who made a change, from where, and in which request.
    let change = Change {
        subject: "ada".to_owned(),
        from: None,
        request_id: "request-1".to_owned(),
        now_ms,
    };
    let kept = store.create(&change, "acme", &spec, None).await?;
    println!("kept: {}", serde_json::to_string_pretty(&kept)?);

    // Only opening a connection gives its secrets. They open for this row alone.
    let opened = store.open("acme", kept.id, now_ms).await?;
    println!("secrets: {:?}", opened.secrets.keys().collect::<Vec<_>>());

    let audit = store.audit("acme", kept.id, PageSize::default(), None);
    for entry in audit.await?.items {
        println!("audit: {}", serde_json::to_string(&entry)?);
    }
    Ok(())
}
