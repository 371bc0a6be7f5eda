//! Huawei Cloud SWR: a token service on its own host, a password that is made of a key
//! (goharbor/harbor, src/pkg/reg/adapter/huawei; support.huaweicloud.com, swr_01_1000).

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://swr.ap-southeast-3.myhuaweicloud.com";
const REALM: &str = "https://swr.ap-southeast-3.myhuaweicloud.com/swr/auth/v2/registry/auth";
const USER: &str = "ap-southeast-3@AK123";
/// `printf AK123 | openssl dgst -sha256 -hmac secret-of-tests`, and of another key.
const MADE: &str = "18dcd6286c6d418b24aaa9db488dbc0e26a9e47e04eff36980e88211f724ef03";
const OF_A_GUEST: &str = "6f22b2381a9db162ba91bccb848ca5be951a7c92f7066d5c3e60a8b3936171f7";

fn fake() -> Fake {
    let realm = format!("GET {REALM}");
    Fake::new(&[API])
        .on(&realm, basic(USER, PASSWORD), token("token", "granted"))
        .on(&realm, basic(USER, MADE), token("token", "granted"))
        .on(
            &realm,
            basic(USER, OF_A_GUEST),
            token("token", &empty_grant()),
        )
        .on(
            &realm,
            basic(USER, "of-a-guest"),
            token("token", &empty_grant()),
        )
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(API, &format!(r#"Bearer realm="{REALM}""#))
}

pub fn cases() -> Vec<Case> {
    let key = |secret| {
        [
            ("region", "ap-southeast-3"),
            ("accessKeyId", "AK123"),
            ("secretAccessKey", secret),
        ]
    };
    let with = |secret| {
        [
            ("url", "swr.ap-southeast-3.myhuaweicloud.com"),
            ("username", USER),
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
        case(
            "right",
            fake(),
            "access-key",
            &key("secret-of-tests"),
            Pulled(4),
        ),
        case(
            "wrong",
            fake(),
            "access-key",
            &key("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no permission",
            fake(),
            "access-key",
            &key("of-a-guest"),
            Problem(Code::PermissionPullMissing),
        ),
    ]
}
