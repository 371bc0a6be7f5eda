//! A real Chromium, driven as a person would: what is looked for is waited for, typed and clicked.
//!
//! The page is made of open shadow roots, so a selector is searched in all of them.

use std::time::Duration;

use fantoccini::{
    Client, ClientBuilder,
    elements::{Element, ElementRef},
    error::CmdError,
    wd::{TimeoutConfiguration, WebDriverCompatibleCommand},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use ureq::http::Method;
use url::{ParseError, Url};

use crate::{
    process::Process,
    scripts::{ANNOUNCED, AXE, COUNT_SHIFTS, FIND, RUN_AXE, TEXT},
    tool::{CHROMEDRIVER, CHROMIUM},
};

/// How long the page may take to show what is waited for.
const LIMIT: Duration = Duration::from_secs(20);

/// The member under which WebDriver answers an element (W3C WebDriver §12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What the window's network is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// As fast as this machine.
    Fast,
    /// A mobile one far from a city: 400 ms there and back, 60 KiB a second, nothing kept from before.
    Slow,
    /// There is none.
    Off,
}

/// How often chromedriver is started before a test gives up.
const STARTS: usize = 10;

/// Starts chromedriver and reads its port.
///
/// With `--port=0` it takes a free port of IPv6 and then the same one of IPv4, which another program may have. It
/// then ends, so it is started again.
fn start_driver() -> (Process, u16) {
    for _ in 0..STARTS {
        let mut command = CHROMEDRIVER.command();
        command.arg("--port=0");
        let driver = Process::start("chromedriver", command);
        let port = driver.wait_for("its port", |line| {
            if line.contains("port not available") {
                return Some(None);
            }
            let port = line.split_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse().ok().map(Some)
        });
        if let Some(port) = port {
            return (driver, port);
        }
    }
    panic!("chromedriver found no port that is free on IPv4 and IPv6 in {STARTS} starts")
}

/// An open window of the browser.
pub struct Browser {
    runtime: Runtime,
    client: Client,
    _driver: Process,
}

impl Browser {
    /// Opens a window with this page, in a profile of its own.
    pub fn open(url: &str) -> Self {
        let (driver, port) = start_driver();
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime starts");
        let client = runtime.block_on(async {
            let capabilities = json!({
                "goog:loggingPrefs": { "browser": "ALL" },
                "goog:chromeOptions": {
                    "binary": CHROMIUM.path(),
                    "args": [
                        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                        "--disable-background-networking", "--disable-component-update", "--disable-sync",
                        "--disable-dev-shm-usage", "--window-size=1280,1600",
                    ],
                },
            });
            let Value::Object(capabilities) = capabilities else { unreachable!("it is an object") };
            let client = ClientBuilder::new(HttpConnector::new())
                .capabilities(capabilities)
                .connect(&format!("http://127.0.0.1:{port}"))
                .await
                .expect("chromedriver starts a browser");
            client.update_timeouts(TimeoutConfiguration::new(Some(LIMIT), None, None)).await.expect("a sound limit");
            client.goto(url).await.expect("the page loads");
            client
        });
        Self {
            runtime,
            client,
            _driver: driver,
        }
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.runtime
            .block_on(self.client.refresh())
            .expect("the page loads");
    }

    /// What the address bar shows.
    pub fn address(&self) -> String {
        self.runtime
            .block_on(self.client.current_url())
            .expect("there is a page")
            .to_string()
    }

    /// Waits until something that fits the selector is visible; gives its text.
    pub fn see(&self, selector: &str) -> String {
        self.act(selector, async |element| element.text().await)
    }

    /// Waits until nothing that fits the selector is visible.
    pub fn see_no(&self, selector: &str) {
        let look = "const look = () => find(document, selector) ? requestAnimationFrame(look) : done(true); look();";
        let gone = self.runtime.block_on(
            self.client
                .execute_async(&format!("{FIND}{look}"), vec![json!(selector)]),
        );
        if let Err(error) = gone {
            panic!(
                "{selector} does not go away ({error}). The page shows:\n{}",
                self.text()
            );
        }
    }

    /// Clicks it.
    pub fn click(&self, selector: &str) {
        self.act(selector, async |element| element.click().await);
    }

    /// Clicks `button` again and again until `selector` is visible.
    pub fn press_until(&self, button: &str, selector: &str) {
        let press = "const [shown, button] = selector;
            const press = () => {
                if (find(document, shown)) return done(true);
                find(document, button)?.click();
                setTimeout(press, 200);
            };
            press();";
        let pressed = self.runtime.block_on(
            self.client
                .execute_async(&format!("{FIND}{press}"), vec![json!([selector, button])]),
        );
        if let Err(error) = pressed {
            panic!(
                "{selector} never comes ({error}). The page shows:\n{}",
                self.text()
            );
        }
    }

    /// Replaces a field's text by selecting all of it and typing, and leaves the field.
    pub fn fill(&self, selector: &str, text: &str) {
        const SELECT_ALL: &str = "\u{e009}a\u{e000}";
        const DELETE: &str = "\u{e017}";
        const TAB: &str = "\u{e004}";
        self.act(selector, async |element| {
            element
                .send_keys(&format!("{SELECT_ALL}{DELETE}{text}{TAB}"))
                .await
        });
    }

    /// Chooses an option of a select.
    pub fn choose(&self, selector: &str, value: &str) {
        self.act(selector, async |element| {
            element.select_by_value(value).await
        });
    }

    /// Chooses a file; the control itself may be hidden behind its label.
    pub fn choose_file(&self, test_id: &str, path: &std::path::Path) {
        let find = "const find = (root) => root.querySelector(selector) ??
                [...root.querySelectorAll('*')].reduce((found, host) => found ?? (host.shadowRoot && find(host.shadowRoot)), null);
            const [selector, done] = arguments;
            const look = () => find(document) ? done(find(document)) : requestAnimationFrame(look);
            look();";
        let selector = format!("[data-testid='{test_id}']");
        self.runtime.block_on(async {
            let found = self.client.execute_async(find, vec![json!(selector)]);
            let found = found.await.expect("the control is there");
            let id = found[ELEMENT].as_str().expect("it is an element");
            let control =
                Element::from_element_id(self.client.clone(), ElementRef::from(id.to_owned()));
            let path = path.to_str().expect("the path is text");
            control.send_keys(path).await.expect("it takes a file");
        });
    }

    /// A field's text.
    pub fn value(&self, selector: &str) -> String {
        self.act(selector, async |element| element.prop("value").await)
            .unwrap_or_default()
    }

    /// All text that the page shows.
    pub fn text(&self) -> String {
        let text = self.runtime.block_on(self.client.execute(TEXT, Vec::new()));
        text.ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// What the browser has complained about since it was last asked: failed scripts, what the content security policy
    /// refused. Answers with an error status are not among it, they belong to the page's work.
    pub fn complaints(&self) -> Vec<String> {
        let log = self
            .runtime
            .block_on(self.client.issue_cmd(BrowserLog))
            .expect("chromedriver keeps a log");
        let entries = log.as_array().expect("a log is a list").iter();
        entries
            .filter(|entry| entry["level"] == "SEVERE" && entry["source"] != "network")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Types these keys into whatever has the focus, as somebody without a mouse does.
    pub fn press(&self, keys: &str) {
        self.runtime.block_on(async {
            let focused = self.client.active_element().await;
            let focused = focused.expect("something has the focus");
            focused.send_keys(keys).await.expect("it takes keys");
        });
    }

    /// The `data-testid` of what has the focus, whatever shadow root it is in.
    pub fn focused(&self) -> String {
        let script = "let focused = document.activeElement;
            while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
            return focused?.dataset.testid ?? '';";
        self.run(script, Vec::new())
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Presses these keys until this has the focus.
    pub fn until_focused(&self, test_id: &str, keys: &str) {
        for _ in 0..40 {
            if self.focused() == test_id {
                return;
            }
            self.press(keys);
        }
        panic!("the focus never comes to {test_id}");
    }

    /// Loads another place of the page, as a link to it does.
    pub fn go(&self, fragment: &str) {
        let script = "location.hash = arguments[0];";
        self.run(script, vec![json!(fragment)]);
    }

    /// Goes back one place.
    pub fn back(&self) {
        self.runtime
            .block_on(self.client.back())
            .expect("there is a place to go back to");
    }

    /// Makes the window another size.
    pub fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Sets what the person prefers: `dark` or `light`, and as little motion as can be, so that nothing is seen half
    /// way between two colors.
    pub fn prefer(&self, scheme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        );
    }

    /// Writes the page from right to left, or from left to right.
    pub fn write(&self, direction: &str) {
        let script = "document.documentElement.dir = arguments[0];";
        self.run(script, vec![json!(direction)]);
    }

    /// How many pixels of the page lie beside the window.
    pub fn overflow(&self) -> i64 {
        let script = "const { scrollWidth, clientWidth } = document.documentElement; return Math.max(0, scrollWidth - clientWidth);";
        self.run(script, Vec::new())
            .as_i64()
            .expect("widths are whole")
    }

    /// Changes what the window's network is like.
    pub fn set_network(&self, network: Network) {
        let (latency, bytes) = match network {
            Network::Slow => (400, 60 * 1024),
            Network::Fast | Network::Off => (0, -1),
        };
        self.devtools("Network.enable", json!({}));
        let slow = json!({ "cacheDisabled": network == Network::Slow });
        self.devtools("Network.setCacheDisabled", slow);
        let conditions = json!({
            "offline": network == Network::Off, "latency": latency,
            "downloadThroughput": bytes, "uploadThroughput": bytes,
        });
        self.devtools("Network.emulateNetworkConditions", conditions);
    }

    /// From now on counts how far each document shifts, and loads this one again.
    pub fn count_shifts(&self) {
        let script = json!({ "source": COUNT_SHIFTS });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", script);
        self.reload();
    }

    /// How far the document has shifted by itself: the sum of its shifts, which is no less than their CLS.
    pub fn shifts(&self) -> f64 {
        // Two frames on, what was drawn has been counted.
        let script = "const [done] = arguments;
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(window.shifts))));";
        let sum = self
            .runtime
            .block_on(self.client.execute_async(script, Vec::new()));
        sum.expect("the script runs")
            .as_f64()
            .expect("shifts are counted")
    }

    /// What a screen reader tells of the page by itself.
    pub fn announced(&self) -> String {
        self.run(ANNOUNCED, Vec::new())
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// What `expression` gives of `found`, the element that fits the selector.
    pub fn measure(&self, selector: &str, expression: &str) -> Value {
        self.see(selector);
        let script = format!(
            "{FIND} const found = find(document, selector); done((() => {{ return {expression}; }})());"
        );
        let measured = self
            .runtime
            .block_on(self.client.execute_async(&script, vec![json!(selector)]));
        measured.expect("it can be measured")
    }

    /// Waits until `condition` holds of the element that fits the selector.
    pub fn measure_until(&self, selector: &str, condition: &str) {
        let look = format!(
            "{FIND} const look = () => {{
                const found = find(document, selector);
                found && ({condition}) ? done(true) : requestAnimationFrame(look);
            }}; look();"
        );
        let held = self
            .runtime
            .block_on(self.client.execute_async(&look, vec![json!(selector)]));
        if let Err(error) = held {
            panic!("{condition} never holds of {selector} ({error})");
        }
    }

    /// What axe finds against WCAG 2.2 A and AA in what is shown: rule and place of each violation.
    pub fn violations(&self) -> Vec<String> {
        let found = self.runtime.block_on(
            self.client
                .execute_async(&format!("{AXE}{RUN_AXE}"), Vec::new()),
        );
        let found = found.expect("axe runs in the page");
        let found = found.as_array().expect("axe gives a list").iter();
        found
            .map(|violation| violation.as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Saves what the window shows as a PNG file in `target/screenshots`.
    pub fn screenshot(&self, name: &str) {
        let folder = crate::app::repository().join("target/screenshots");
        let image = self
            .runtime
            .block_on(self.client.screenshot())
            .expect("the window can be drawn");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        std::fs::write(folder.join(format!("{name}.png")), image).expect("the file can be written");
    }

    fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.runtime
            .block_on(self.client.execute(script, arguments))
            .expect("the script runs")
    }

    fn devtools(&self, command: &'static str, parameters: Value) {
        self.runtime
            .block_on(self.client.issue_cmd(DevTools(command, parameters)))
            .expect("the browser takes the command");
    }

    /// Does something with what fits the selector, once it is visible; again when the page drew it anew meanwhile.
    fn act<T>(&self, selector: &str, action: impl AsyncFn(Element) -> Result<T, CmdError>) -> T {
        self.runtime.block_on(async {
            for _ in 0..10 {
                match action(self.find(selector).await).await {
                    Ok(done) => return done,
                    Err(error) if error.is_stale_element_reference() => {}
                    Err(error) => panic!("{selector}: {error}"),
                }
            }
            panic!("{selector} is drawn anew all the time")
        })
    }

    async fn find(&self, selector: &str) -> Element {
        // It is given once it has stood still for a frame: a click on what moves would land beside it.
        let look = "let place = '';
            const look = () => {
                const found = find(document, selector);
                const before = place;
                place = found ? JSON.stringify(found.getBoundingClientRect()) : '';
                found && place === before ? done(found) : requestAnimationFrame(look);
            };
            look();";
        match self
            .client
            .execute_async(&format!("{FIND}{look}"), vec![json!(selector)])
            .await
        {
            Ok(found) => {
                let id = found[ELEMENT]
                    .as_str()
                    .expect("the script gives an element")
                    .to_owned();
                Element::from_element_id(self.client.clone(), ElementRef::from(id))
            }
            Err(error) => {
                let text = self
                    .client
                    .execute(TEXT, Vec::new())
                    .await
                    .unwrap_or_default();
                panic!(
                    "no {selector} ({error}). The page shows:\n{}",
                    text.as_str().unwrap_or_default()
                )
            }
        }
    }
}

/// Chromedriver's command for the log of the browser's console.
#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// A command of the browser's own protocol, by name and parameters.
#[derive(Debug)]
struct DevTools(&'static str, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({ "cmd": self.0, "params": self.1 });
        (Method::POST, Some(body.to_string()))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; its driver, which is killed next, would leave it running.
        let _ = self.runtime.block_on(self.client.clone().close());
    }
}
