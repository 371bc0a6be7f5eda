//! Servers that are not the registries they are said to be, one function a kind.

use std::{io::Write, net::TcpListener};

use flate2::{Compression, write::GzEncoder};

use serde_json::json;

use crate::{
    gate::Gate,
    server::{Answer, Server},
};

/// A web site: every page is there, none is a registry.
pub fn web_site() -> Server {
    Server::start(|_| {
        Answer::new(200, "<!doctype html><h1>Welcome</h1>").with("Content-Type", "text/html")
    })
}

/// A registry that knows the first version of the protocol only.
pub fn first_version_only() -> Server {
    Server::start(|request| match request.path() {
        "/v1/_ping" => Answer::json(200, &json!(true)).with("X-Docker-Registry-Version", "0.9.1"),
        _ => Answer::new(404, "not found"),
    })
}

/// It takes the connection and the request, and says nothing until the gate opens.
pub fn silent(gate: &Gate) -> Server {
    let gate = gate.clone();
    Server::start(move |_| Answer::Silence(gate.clone()))
}

/// It sends headers one at a time, and goes on until the gate opens.
pub fn dripping_headers(gate: &Gate) -> Server {
    let gate = gate.clone();
    Server::start(move |_| Answer::DripHead(gate.clone()))
}

/// Its answers go on for as long as somebody reads them.
pub fn endless() -> Server {
    Server::start(|_| Answer::Endless)
}

/// Its headers do.
pub fn endless_headers() -> Server {
    Server::start(|_| Answer::EndlessHead)
}

/// An open registry whose manifests go on for as long as somebody reads them.
pub fn endless_manifests() -> Server {
    Server::start(|request| match request.path() {
        "/v2/" => Answer::json(200, &json!({})),
        _ => Answer::Endless,
    })
}

/// An open registry whose manifests are a mebibyte that would unpack to a gibibyte.
pub fn compressed_bombs() -> Server {
    let mut mebibyte = GzEncoder::new(Vec::new(), Compression::best());
    let written = mebibyte.write_all(&vec![0; 1 << 20]);
    let member = written.and_then(|()| mebibyte.finish());
    // Members of a gzip stream may follow each other (RFC 1952 section 2.2).
    let bomb = member.expect("memory takes what is written").repeat(1024);
    Server::start(move |request| match request.path() {
        "/v2/" => Answer::json(200, &json!({})),
        _ => Answer::new(200, bomb.clone())
            .with("Content-Type", "application/vnd.oci.image.manifest.v1+json")
            .with("Content-Encoding", "gzip"),
    })
}

/// It answers a byte at a time, and goes on until the gate opens.
pub fn dripping(gate: &Gate) -> Server {
    let gate = gate.clone();
    Server::start(move |_| Answer::Drip(gate.clone()))
}

/// 401 without a challenge.
pub fn without_challenge() -> Server {
    Server::start(|_| Answer::json(401, &json!({ "errors": [{ "code": "UNAUTHORIZED" }] })))
}

/// 401 with this challenge.
pub fn with_challenge(challenge: &str) -> Server {
    let challenge = challenge.to_owned();
    Server::start(move |_| {
        Answer::json(401, &json!({ "errors": [{ "code": "UNAUTHORIZED" }] }))
            .with("WWW-Authenticate", challenge.clone())
            .with("Docker-Distribution-Api-Version", "registry/2.0")
    })
}

/// It sends everybody elsewhere.
pub fn redirecting(location: &str) -> Server {
    let location = location.to_owned();
    Server::start(move |_| Answer::new(307, "").with("Location", location.clone()))
}

/// It compresses what was asked for uncompressed.
pub fn compressing() -> Server {
    Server::start(|_| {
        Answer::json(200, &json!({}))
            .with("Content-Encoding", "gzip")
            .with("Docker-Distribution-Api-Version", "registry/2.0")
    })
}

/// It breaks the protocol below HTTP.
pub fn babbling() -> Server {
    Server::start(|_| Answer::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()))
}

/// It fails.
pub fn failing() -> Server {
    Server::start(|_| Answer::new(500, "out of order"))
}

/// It asks for patience.
pub fn limiting() -> Server {
    Server::start(|_| {
        Answer::json(429, &json!({ "errors": [{ "code": "TOOMANYREQUESTS" }] }))
            .with("Retry-After", "3600")
    })
}

/// The authority of a loopback port at which nobody listens.
pub fn refusing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener
        .local_addr()
        .expect("a listener has an address")
        .to_string()
}
