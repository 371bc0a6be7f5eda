//! Tencent Container Registry: an Enterprise instance, which is like Harbor
//! (goharbor/harbor, src/pkg/reg/adapter/tencentcr).

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://acme.tencentcloudcr.com";
const REALM: &str = "https://acme.tencentcloudcr.com/service/token";

fn fake() -> Fake {
    let realm = format!("GET {REALM}?service=harbor-registry");
    Fake::new(&[API])
        .on(
            &realm,
            basic("tcr$scanner", PASSWORD),
            token("token", "granted"),
        )
        .on(
            &realm,
            basic("tcr$scanner", "of-a-guest"),
            token("token", &empty_grant()),
        )
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(
            API,
            &format!(r#"Bearer realm="{REALM}",service="harbor-registry""#),
        )
}

pub fn cases() -> Vec<Case> {
    let with = |secret| {
        [
            ("url", "acme.tencentcloudcr.com"),
            ("username", "tcr$scanner"),
            ("password", secret),
        ]
    };
    vec![
        case("right", fake(), "password", &with(PASSWORD), Pulled(4)),
        case(
            "wrong",
            fake(),
            "password",
            &with("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no permission",
            fake(),
            "password",
            &with("of-a-guest"),
            Problem(Code::PermissionPullMissing),
        ),
    ]
}
