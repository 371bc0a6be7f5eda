//! A caller of the HTTP API.

use std::{
    io::{BufRead, BufReader, Read},
    time::Duration,
};

use serde_json::Value;
use ureq::{Agent, Body, http};

/// Longer than any answer may take: a check ends after ten seconds.
const LIMIT: Duration = Duration::from_secs(60);

/// Somebody who calls the API with one token.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    origin: String,
    token: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    headers: http::HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Response {
    /// A header's value; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as JSON; panics with the body where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body of an answer that must have this status.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The problem of an answer that must be one (RFC 9457) with this status and code.
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let problem = self.json();
        assert_eq!(
            (self.status, problem["code"].as_str()),
            (status, Some(code)),
            "{self:?}"
        );
        assert_eq!(
            problem["type"],
            format!("urn:bowline:problem:{code}"),
            "{self:?}"
        );
        assert_eq!(problem["status"], status, "{self:?}");
        problem
    }
}

impl Client {
    /// A caller of the application at `origin`.
    pub fn new(origin: &str, token: Option<String>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(LIMIT));
        Self {
            agent: config.build().new_agent(),
            origin: origin.to_owned(),
            token,
        }
    }

    /// GET.
    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], None)
    }

    /// POST with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Response {
        self.send("POST", path, &[], Some(body))
    }

    /// POST with a JSON body to a service that may be gone: `None` where no whole answer came.
    pub fn try_post(&self, path: &str, body: &Value) -> Option<Response> {
        let mut response = self
            .try_begin("POST", path, &[], Some(body.to_string()))
            .ok()?;
        Some(Response {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.body_mut().read_to_string().ok()?,
        })
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Response {
        self.send("DELETE", path, &[], None)
    }

    /// Any request.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Response {
        let mut response = self.begin(method, path, headers, body.map(Value::to_string));
        let text = response
            .body_mut()
            .read_to_string()
            .expect("answers end and are text");
        Response {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text,
        }
    }

    /// POST of a body that may be no JSON.
    pub fn post_text(&self, path: &str, headers: &[(&str, &str)], text: &str) -> Response {
        let mut response = self.begin("POST", path, headers, Some(text.to_owned()));
        let text = response
            .body_mut()
            .read_to_string()
            .expect("answers end and are text");
        Response {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text,
        }
    }

    /// POST for an event stream, read as it comes.
    pub fn stream(&self, path: &str, body: &Value) -> EventStream {
        let response = self.begin(
            "POST",
            path,
            &[("Accept", "text/event-stream")],
            Some(body.to_string()),
        );
        assert_eq!(response.status().as_u16(), 200, "{response:?}");
        let kind = response
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        assert!(kind.starts_with("text/event-stream"), "{response:?}");
        EventStream {
            lines: Box::new(BufReader::new(response.into_body().into_reader())),
        }
    }

    fn begin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> http::Response<Body> {
        self.try_begin(method, path, headers, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn try_begin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<http::Response<Body>, ureq::Error> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if body.is_some()
            && !headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            request = request.header("Content-Type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match body {
            Some(body) => self
                .agent
                .run(request.body(body).expect("requests of tests are sound")),
            None => self
                .agent
                .run(request.body(()).expect("requests of tests are sound")),
        }
    }
}

/// One event of a stream.
#[derive(Debug)]
pub struct Event {
    /// `step`, `result`.
    pub name: String,
    /// What it carries.
    pub data: Value,
}

/// The events of an answer, each as soon as it has come.
pub struct EventStream {
    lines: Box<dyn BufRead>,
}

impl Iterator for EventStream {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let (mut name, mut data) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            if self
                .lines
                .by_ref()
                .read_line(&mut line)
                .expect("the stream is not cut off")
                == 0
            {
                return None;
            }
            let line = line.trim_end_matches(['\r', '\n']);
            if line.is_empty() && !data.is_empty() {
                let data =
                    serde_json::from_str(&data).unwrap_or_else(|error| panic!("{error}: {data}"));
                return Some(Event { name, data });
            }
            if let Some(value) = line.strip_prefix("event:") {
                name = value.trim_start().to_owned();
            } else if let Some(value) = line.strip_prefix("data:") {
                data.push_str(value.trim_start());
            }
        }
    }
}
