//! Registries of version 1 of Docker's API, with a proxy that asks for a login, and ones that speak version 2 after all.

use bowline_registry::Code;

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::{double::Reply, registry::PASSWORD};

const API: &str = "https://old.example.com";
const BASIC: &str = r#"Basic realm="registry""#;
const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn ping() -> Reply {
    Reply::json("true").with("x-docker-registry-version", "0.9.1")
}

/// Serves one image to those who ask so.
fn serves(who: Who) -> Fake {
    Fake::new(&[API])
        .on(format!("GET {API}/v1/_ping"), who.clone(), ping())
        .on(
            format!("GET {API}/v1/repositories/team/app/tags/1"),
            who.clone(),
            Reply::json(format!("\"{ID}\"")),
        )
        .on(
            format!("GET {API}/v1/repositories/library/app/tags/latest"),
            who.clone(),
            Reply::json(format!("\"{ID}\"")),
        )
        .on(
            format!("GET {API}/v1/images/{ID}/json"),
            who,
            Reply::json(format!(r#"{{"id":"{ID}","os":"linux"}}"#)),
        )
}

/// Asks everybody for a login.
fn private() -> Fake {
    let right = basic("scanner", PASSWORD);
    serves(right.clone())
        .on(
            format!("GET {API}/v1/repositories/secret/*"),
            right.clone(),
            Reply::status(403),
        )
        .on(format!("GET {API}/v1/*"), right, Reply::status(404))
        .on(format!("GET {API}/v1/*"), Anyone, challenge(BASIC))
}

/// Asks for a login only where images are.
fn open_ping() -> Fake {
    private().instead(format!("GET {API}/v1/_ping"), Anyone, ping())
}

/// Speaks version 2 alone.
fn newer() -> Fake {
    Fake::new(&[API])
        .serves(API, basic("scanner", PASSWORD))
        .on(format!("GET {API}/v1/_ping"), Anyone, Reply::status(404))
        .asks(API, BASIC)
}

/// Is no registry.
fn other() -> Fake {
    Fake::new(&[API]).on(format!("GET {API}/*"), Anyone, Reply::status(404))
}

/// Lets everybody ping, and refuses images without saying how it wants a login.
fn silent() -> Fake {
    let right = basic("scanner", PASSWORD);
    serves(right)
        .instead(format!("GET {API}/v1/_ping"), Anyone, ping())
        .on(format!("GET {API}/v1/*"), Anyone, Reply::status(403))
}

pub fn cases() -> Vec<Case> {
    let user = |password| {
        [
            ("url", API),
            ("username", "scanner"),
            ("password", password),
        ]
    };
    let right = user(PASSWORD);
    let odd = private().instead(
        format!("GET {API}/v1/repositories/team/app/tags/1"),
        basic("scanner", PASSWORD),
        Reply::json(r#""../../_ping""#),
    );
    vec![
        case("no challenge", silent(), "password", &right, Pulled(4)),
        case(
            "no challenge, wrong",
            silent(),
            "password",
            &user("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case("right", private(), "password", &right, Pulled(4)),
        case(
            "right, asked for late",
            open_ping(),
            "password",
            &right,
            Pulled(4),
        ),
        case(
            "wrong",
            private(),
            "password",
            &user("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "wrong, asked for late",
            open_ping(),
            "password",
            &user("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no permission",
            private(),
            "password",
            &right,
            Problem(Code::PermissionPullMissing),
        )
        .image("secret/app:1"),
        case(
            "no such image",
            private(),
            "password",
            &right,
            Problem(Code::ImageUnknown),
        )
        .image("team/none:1"),
        case(
            "an id that is none",
            odd,
            "password",
            &right,
            Problem(Code::AnswerMalformed),
        ),
        case(
            "no namespace, no tag",
            private(),
            "password",
            &right,
            Pulled(4),
        )
        .image("app"),
        case(
            "anyone",
            serves(Nobody),
            "password",
            &[("url", API)],
            Pulled(3),
        ),
        case("version 2", newer(), "password", &right, Pulled(5)),
        case(
            "no registry",
            other(),
            "password",
            &right,
            Problem(Code::AnswerNotRegistry),
        ),
    ]
}

#[tokio::test]
async fn an_index_is_asked_as_it_wants_to_be() {
    let spec = crate::registry::parsed(serde_json::json!({
        "provider": "docker-registry-v1", "name": "test", "image": "team/app:1",
        "values": { "url": API, "username": "scanner", "password": PASSWORD },
    }));
    let world = silent().world();
    let operator = bowline_registry::Operator::default();
    let check = crate::registry::run(&world, &operator, &spec, None).await;
    assert!(check.ok, "{:?}", check.problem);
    for sent in world.http.sent() {
        let is_asked_so = sent.headers.get("x-docker-token").is_some();
        assert_eq!(
            is_asked_so,
            sent.authorization().is_some(),
            "{}",
            sent.line()
        );
    }
}
