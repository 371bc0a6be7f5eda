//! Amazon ECR Public: tokens for everybody, and a challenge with a scope of its own.

use bowline_registry::Code;

use super::{
    Case,
    Expected::{Problem, Pulled},
    amazon_ecr::{KEY, OTHER_KEY, SECRET, TEMPORARY_KEY, password, refused},
    case,
    fake::*,
};
use crate::{double::Reply, registry::PASSWORD};

const API: &str = "https://public.ecr.aws";
const ECR: &str = "https://api.ecr-public.us-east-1.amazonaws.com";

fn fake() -> Fake {
    let realm = format!("GET {API}/token/?service=public.ecr.aws");
    let given = Reply::json(format!(
        r#"{{"authorizationData":{{"authorizationToken":"{}","expiresAt":1700043200.0}}}}"#,
        password()
    ));
    Fake::new(&[API, ECR])
        .on(format!("POST {ECR}/"), Signed(KEY), given.clone())
        .on(format!("POST {ECR}/"), Signed(TEMPORARY_KEY), given)
        .on(
            format!("POST {ECR}/"),
            Anyone,
            refused("UnrecognizedClientException"),
        )
        .on(&realm, Nobody, token("token", "anyone"))
        .on(&realm, basic("AWS", PASSWORD), token("token", "anyone"))
        .serves(API, bearer("anyone"))
        .on(
            format!("GET {API}/v2/*"),
            bearer("anyone"),
            error(403, "DENIED"),
        )
        .asks(
            API,
            r#"Bearer realm="https://public.ecr.aws/token/",service="public.ecr.aws",scope="aws""#,
        )
}

pub fn cases() -> Vec<Case> {
    let keys = |id| [("accessKeyId", id), ("secretAccessKey", SECRET)];
    let session = |id| {
        let [id, secret] = keys(id);
        [id, secret, ("sessionToken", "not-a-real-session-token")]
    };
    let denied = Code::PermissionPullMissing;
    vec![
        case("anyone", fake(), "anonymous", &[], Pulled(4)),
        case("not public", fake(), "anonymous", &[], Problem(denied)).image("alias/none:1"),
        case("right", fake(), "access-key", &keys(KEY), Pulled(5)),
        case(
            "wrong",
            fake(),
            "access-key",
            &keys(OTHER_KEY),
            Problem(Code::AuthRejected),
        ),
        case(
            "not public",
            fake(),
            "access-key",
            &keys(KEY),
            Problem(denied),
        )
        .image("alias/none:1"),
        case(
            "right",
            fake(),
            "session-token",
            &session(TEMPORARY_KEY),
            Pulled(5),
        ),
        case(
            "wrong",
            fake(),
            "session-token",
            &session("ASIAI44QH8DHBEXAMPLE"),
            Problem(Code::AuthRejected),
        ),
        case(
            "not public",
            fake(),
            "session-token",
            &session(TEMPORARY_KEY),
            Problem(denied),
        )
        .image("alias/none:1"),
    ]
}
