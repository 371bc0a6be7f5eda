//! The server: a sound registry, but for one answer.

use std::net::SocketAddr;

use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::corpus::{Answer, Place, Scheme};

const CONFIG: &str = r#"{"architecture":"amd64","os":"linux"}"#;

/// Serves on a loopback port until the test ends.
pub async fn serve(answer: &Answer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = answer.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move { exchange(stream, &answer).await });
        }
    });
    address
}

/// Reads one request, sends one answer, and closes.
async fn exchange(mut stream: TcpStream, answer: &Answer) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    let head = loop {
        let read = stream.read(&mut buffer).await?;
        request.extend_from_slice(&buffer[..read]);
        if let Some(end) = request.windows(4).position(|end| end == b"\r\n\r\n") {
            break String::from_utf8_lossy(&request[..end]).into_owned();
        }
        // A hello of TLS is not answered: this server has none.
        if read == 0 || request.first() == Some(&0x16) {
            return Ok(());
        }
    };
    stream.write_all(&reply(&head, answer)).await?;
    stream.shutdown().await
}

fn reply(head: &str, answer: &Answer) -> Vec<u8> {
    let target = head.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let lower = head.to_ascii_lowercase();
    let has_login = lower.contains("\r\nauthorization:");
    let place = place(path, has_login);
    if place == answer.place {
        return answer.bytes.clone();
    }
    if !has_login && answer.scheme != Scheme::None && place != Place::Token {
        // A challenge in the answer to `/v2/` is the registry's own.
        if answer.place == Place::Ping && place != Place::Ping {
            return answer.bytes.clone();
        }
        let host = lower.split("\r\nhost: ").nth(1).unwrap_or_default();
        let host = host.lines().next().unwrap_or_default();
        let challenge = match answer.scheme {
            Scheme::Bearer => format!(r#"Bearer realm="https://{host}/token",service="{host}""#),
            Scheme::Basic | Scheme::None => r#"Basic realm="registry""#.to_owned(),
        };
        return message(401, &format!("WWW-Authenticate: {challenge}\r\n"), "");
    }
    let manifest = manifest();
    match place {
        Place::Ping | Place::Login => message(
            200,
            "Docker-Distribution-Api-Version: registry/2.0\r\n",
            "{}",
        ),
        Place::Token => message(200, "", r#"{"token":"granted"}"#),
        Place::Catalog => message(200, "", r#"{"repositories":["team/app"]}"#),
        Place::Tags => message(200, "", r#"{"name":"team/app","tags":["1"]}"#),
        Place::Manifest => message(
            200,
            "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n",
            &manifest,
        ),
        Place::Blob => message(200, "", CONFIG),
    }
}

fn place(path: &str, has_login: bool) -> Place {
    match path {
        "/v2/" if has_login => Place::Login,
        "/v2/" => Place::Ping,
        "/v2/_catalog" => Place::Catalog,
        path if path.ends_with("/tags/list") => Place::Tags,
        path if path.contains("/manifests/") => Place::Manifest,
        path if path.contains("/blobs/") => Place::Blob,
        _ => Place::Token,
    }
}

fn message(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} -\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

fn manifest() -> String {
    let digest = Sha256::digest(CONFIG);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{hex}","size":{}}},"layers":[]}}"#,
        CONFIG.len()
    )
}
