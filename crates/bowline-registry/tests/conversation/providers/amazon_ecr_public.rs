//! Amazon ECR Public: tokens for everybody, and a challenge with a scope of its own.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use bowline_registry::Code;

const API: &str = "https://public.ecr.aws";

fn fake() -> Fake {
    Fake::new(&[API])
        .on(
            format!("GET {API}/token/?service=public.ecr.aws"),
            Nobody,
            token("token", "anyone"),
        )
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
    vec![
        case("anyone", fake(), "anonymous", &[], Pulled(4)),
        case(
            "not public",
            fake(),
            "anonymous",
            &[],
            Problem(Code::PermissionPullMissing),
        )
        .image("alias/none:1"),
    ]
}
