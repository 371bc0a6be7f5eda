// What the examples in the documentation of `Store` begin with: a store in memory, and what a change needs.

#[allow(unused_imports)]
use bowline::form::{CheckOptions, ConnectionForm, ConnectionSpec, check_form};
#[allow(unused_imports)]
use bowline_store::{rusqlite::Rusqlite, *};
use futures::executor::block_on;

#[allow(dead_code)]
const NOW: i64 = 1_800_000_000_000;

struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

#[allow(dead_code)]
type TestStore = Store<Rusqlite, SystemRandom>;

#[allow(dead_code)]
fn store() -> TestStore {
    let keys = SealingKeys::parse("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
    let store = Store::new(Rusqlite::in_memory().unwrap(), SystemRandom, keys);
    // The examples call this within an executor, and executors do not nest.
    std::thread::scope(|scope| {
        let migrated = scope.spawn(|| block_on(store.migrate(NOW)));
        migrated.join().unwrap().unwrap();
    });
    store
}

#[allow(dead_code)]
fn change() -> Change {
    Change {
        subject: "ada".to_owned(),
        from: None,
        request_id: "request-1".to_owned(),
        now_ms: NOW,
    }
}

#[allow(dead_code)]
fn spec(name: &str, password: &str) -> ConnectionSpec {
    let form = format!(
        r#"{{ "provider": "docker-registry", "name": "{name}", "auth": "password", "values": {{
            "url": "https://{name}.example.com", "username": "ada", "password": "{password}" }} }}"#
    );
    let form: ConnectionForm = serde_json::from_str(&form).unwrap();
    check_form(&form, CheckOptions::default()).1.unwrap()
}
