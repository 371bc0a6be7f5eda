//! Amazon ECR: its API, asked with AWS keys; a registry password has the catalog.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bowline::form::ConnectionSpec;
use bowline_registry::{Operator, Tags, repositories};
use serde_json::json;

use super::{
    harbor::shown,
    product::{Product, array, numbered},
};
use crate::{
    aws::double::{ECR, KEY_ID, REGISTRY, SECRET},
    double::{Reply, Sent},
    registry::{Fake, Login, PASSWORD, spec},
};

pub fn product() -> Product {
    Product {
        spec: ecr(),
        registry: registry().instead(
            "GET https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/_catalog",
            Reply::status(401).text("Not Authorized"),
        ),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 500,
        before: 3,
        trusted: &[REGISTRY, ECR],
        falls_back: true,
    }
}

fn ecr() -> ConnectionSpec {
    let values = [
        ("region", "eu-west-1"),
        ("accountId", "123456789012"),
        ("accessKeyId", KEY_ID),
        ("secretAccessKey", SECRET),
    ];
    spec("amazon-ecr", "access-key", &values, &[])
}

fn registry() -> Fake {
    Fake {
        origin: REGISTRY,
        username: "AWS",
        ..Fake::new(Login::Basic)
    }
}

fn token() -> Reply {
    let token = BASE64_STANDARD.encode(format!("AWS:{PASSWORD}"));
    let data = json!([{ "authorizationToken": token, "expiresAt": 1_700_043_200.0, "proxyEndpoint": REGISTRY }]);
    Reply::json(json!({ "authorizationData": data }).to_string())
}

/// What is asked of the API: the operation and its arguments.
fn asked(sent: &Sent) -> Option<(String, serde_json::Value)> {
    if sent.url.origin().ascii_serialization() != ECR {
        return None;
    }
    assert!(
        sent.authorization()
            .unwrap()
            .starts_with("AWS4-HMAC-SHA256 ")
    );
    let target = sent.headers["x-amz-target"].to_str().unwrap();
    let (_, operation) = target.split_once('.').unwrap();
    Some((
        operation.to_owned(),
        serde_json::from_str(&sent.body).unwrap(),
    ))
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    let (operation, arguments) = asked(sent)?;
    if operation != "DescribeRepositories" {
        assert_eq!(operation, "GetAuthorizationToken");
        return Some(token());
    }
    assert_eq!(arguments["maxResults"], 500);
    let page = arguments["nextToken"].as_str().map_or(1, |token| {
        token.strip_prefix("page=").unwrap().parse().unwrap()
    });
    let (shown, more) = numbered(names, page, 500);
    let repositories = array(shown, |name| {
        json!({ "repositoryName": name, "createdAt": 1.7e9,
                "repositoryUri": format!("123456789012.dkr.ecr.eu-west-1.amazonaws.com/{name}") })
    });
    let next = more.then(|| format!("page={}", page + 1));
    let answer = json!({ "repositories": repositories, "nextToken": next });
    Some(Reply::json(answer.to_string()))
}

#[tokio::test]
async fn a_registry_password_has_the_catalog() {
    let url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    let values = [("url", url), ("username", "AWS"), ("password", PASSWORD)];
    let spec = spec("amazon-ecr", "password", &values, &[]);
    let world = product().world(|sent| registry().answer(sent));
    let listing = repositories(&world, &Operator::default(), &spec).await;
    assert_eq!(listing.unwrap().items, ["team/app"]);
    assert_eq!(world.http.lines().len(), 3);
}

#[tokio::test]
async fn tags_come_with_digest_size_and_push_time() {
    let digest = format!("sha256:{}", "f".repeat(64));
    let details = json!([
        { "imageDigest": digest, "imageTags": ["1", "latest"], "imageSizeInBytes": 12, "imagePushedAt": 1.7e9,
          "artifactMediaType": "application/vnd.docker.container.image.v1+json" },
        { "imageDigest": digest, "imageTags": ["chart"], "artifactMediaType": "application/vnd.cncf.helm.config.v1+json" },
        { "imageDigest": digest, "imageSizeInBytes": 12 },
    ]);
    let answer = json!({ "imageDetails": details }).to_string();
    let world = product().world(move |sent| match asked(sent) {
        Some((operation, arguments)) if operation == "DescribeImages" => {
            assert_eq!(arguments["repositoryName"], "acme/app");
            Reply::json(answer.clone())
        }
        Some(_) => token(),
        None => registry().answer(sent),
    });
    let (operator, spec) = (Operator::default(), ecr());
    let mut tags = Tags::open(&world, &operator, &spec, None, "acme/app", None)
        .await
        .unwrap();
    let page = tags.next_page().await.unwrap().unwrap();
    let of = |name| {
        (
            name,
            Some(digest.as_str()),
            None,
            Some(1_700_000_000_000),
            Some(12),
        )
    };
    let shown: Vec<_> = page.items.iter().map(shown).collect();
    assert_eq!(shown, [of("1"), of("latest")]);
}
