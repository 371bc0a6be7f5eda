//! Alibaba Cloud: a token service under a name beside the registry's
//! (goharbor/harbor, src/pkg/reg/adapter/aliacr).

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://registry.cn-hangzhou.aliyuncs.com";
const REALM: &str = "https://dockerauth.cn-hangzhou.aliyuncs.com/auth";

fn fake() -> Fake {
    let realm = format!("GET {REALM}?service=registry.aliyuncs.com:cn-hangzhou:26842");
    Fake::new(&[API, "https://dockerauth.cn-hangzhou.aliyuncs.com"])
        .on(
            &realm,
            basic("scanner@acme", PASSWORD),
            token("token", "granted"),
        )
        .on(
            &realm,
            basic("scanner@acme", "of-a-guest"),
            token("token", &empty_grant()),
        )
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(
            API,
            &format!(r#"Bearer realm="{REALM}",service="registry.aliyuncs.com:cn-hangzhou:26842""#),
        )
}

pub fn cases() -> Vec<Case> {
    let with = |secret| {
        [
            ("url", "registry.cn-hangzhou.aliyuncs.com"),
            ("username", "scanner@acme"),
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
