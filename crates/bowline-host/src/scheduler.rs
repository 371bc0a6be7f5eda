//! Starts the application's scheduled work, like a CronJob on other platforms.

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body_util::{BodyExt as _, Empty};
use std::{net::SocketAddr, path::Path, time::Duration};
use tokio::time::{MissedTickBehavior, interval};

use crate::server::Handler;

const PATH: &str = "/v1/sync/due";
/// The time between two calls.
const INTERVAL: Duration = Duration::from_secs(30);

/// Calls the application twice a minute while this future is polled, and again at once while there is more work.
///
/// `token` is a file with the bearer token. It is read for each request, so that it can be replaced. An error is
/// printed once, until another error occurs.
pub async fn run<A: Handler>(app: &A, token: &Path) {
    let mut clock = interval(INTERVAL);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    run_at(app, token, async || {
        clock.tick().await;
    })
    .await;
}

async fn run_at<A: Handler>(app: &A, token: &Path, mut tick: impl AsyncFnMut()) {
    let mut last = Ok(false);
    loop {
        if last != Ok(true) {
            tick().await;
        }
        let outcome = call(app, token).await;
        if let Err(error) = &outcome
            && outcome != last
        {
            eprintln!("scheduled work failed: {error}");
        }
        last = outcome;
    }
}

/// Calls the application once. True if there is more to do. The error never holds the token.
async fn call<A: Handler>(app: &A, token: &Path) -> Result<bool, String> {
    let text = std::fs::read_to_string(token)
        .map_err(|error| format!("cannot read {}: {error}", token.display()))?;
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", text.trim()))
        .map_err(|_| format!("{} contains no token", token.display()))?;
    bearer.set_sensitive(true);
    let request = Request::post(PATH)
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, bearer)
        .header(header::CONTENT_LENGTH, 0)
        .body(
            Empty::<Bytes>::new()
                .map_err(|never| match never {})
                .boxed_unsync(),
        )
        .map_err(|error| error.to_string())?;
    let this_machine = SocketAddr::from(([127, 0, 0, 1], 0));
    let (head, body) = app.handle(request, this_machine).await.into_parts();
    let body = body.collect().await.map_err(|error| error.to_string())?;
    let answer: serde_json::Value = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
    if !head.status.is_success() {
        let code = answer.get("code").and_then(serde_json::Value::as_str);
        return Err(format!("HTTP {} {}", head.status, code.unwrap_or_default()));
    }
    Ok(answer.get("more").and_then(serde_json::Value::as_bool) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{Response, StatusCode};
    use http_body_util::Full;
    use std::{
        collections::VecDeque,
        sync::{Arc, Mutex},
    };
    use wasmtime_wasi_http::WasiBody;

    /// Answers what it is told to, and writes down with which token it was asked.
    struct Double {
        answers: Mutex<VecDeque<(u16, &'static str)>>,
        seen: Arc<Mutex<Vec<String>>>,
    }

    impl Handler for Double {
        fn component<'a>(&'a self, _: &'a str) -> &'a str {
            ""
        }

        async fn handle(&self, request: Request<WasiBody>, _: SocketAddr) -> Response<WasiBody> {
            assert_eq!(request.uri().path(), PATH);
            let token = request.headers()[header::AUTHORIZATION].to_str().unwrap();
            self.seen.lock().unwrap().push(token.to_owned());
            let (status, body) = self.answers.lock().unwrap().pop_front().unwrap();
            let body = Full::new(Bytes::from(body)).map_err(|never| match never {});
            let mut answer = Response::new(body.boxed_unsync());
            *answer.status_mut() = StatusCode::from_u16(status).unwrap();
            answer
        }
    }

    #[tokio::test]
    async fn it_is_asked_at_each_tick_and_at_once_while_there_is_more() {
        let folder = tempfile::TempDir::new().unwrap();
        let token = folder.path().join("token");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let app = Double {
            answers: Mutex::new(
                [
                    (200, r#"{"more":true}"#),
                    (200, r#"{"more":false}"#),
                    (503, r#"{"code":"store.busy"}"#),
                    (200, "{}"),
                ]
                .into(),
            ),
            seen: seen.clone(),
        };
        let (ticks, now) = (Mutex::new(0), seen.clone());
        let tick = async || {
            let number = {
                let mut ticks = ticks.lock().unwrap();
                *ticks += 1;
                now.lock().unwrap().push(format!("tick {ticks}"));
                *ticks
            };
            match number {
                1 => std::fs::write(&token, "first\n").unwrap(),
                3 => std::fs::write(&token, "second").unwrap(),
                4 => std::fs::remove_file(&token).unwrap(),
                5 => std::future::pending().await,
                _ => {}
            }
        };
        // It ends by itself never: the fifth tick does not come.
        tokio::select! {
            biased;
            () = run_at(&app, &token, tick) => {}
            () = async {} => {}
        }
        assert_eq!(
            *seen.lock().unwrap(),
            [
                "tick 1",
                "Bearer first",
                "Bearer first",
                "tick 2",
                "Bearer first",
                "tick 3",
                "Bearer second",
                "tick 4",
                "tick 5"
            ]
        );
    }
}
