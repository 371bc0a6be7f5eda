//! Connections through the API.

use super::*;

const URL: &str = "https://registry.example.com/team";

#[tokio::test]
async fn a_connection_is_created_read_renamed_and_deleted() {
    let harness = Harness::new();
    let answer = harness.post(LIST, &form("prod-images", URL)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let connection = answer.json();
    let path = format!("{LIST}/{}", connection["id"].as_str().unwrap());
    assert_eq!(answer.headers[header::LOCATION], path);
    assert_eq!(answer.headers[header::ETAG], "\"1\"");
    for (member, value) in [
        ("project", json!("acme")),
        ("name", json!("prod-images")),
        ("provider", json!("docker-registry")),
        ("auth", json!("password")),
        ("purpose", json!("pull")),
        ("endpoint", json!(URL)),
        ("secrets", json!(["password"])),
        ("version", json!(1)),
        ("uses", json!([])),
        ("lastUsedAt", Value::Null),
        ("lastCheck", Value::Null),
        ("policy", Value::Null),
    ] {
        assert_eq!(connection[member], value, "{member}");
    }
    assert_eq!(
        connection["values"],
        json!({ "username": "ada" }),
        "the endpoint says the URL"
    );

    let read = harness.get(&path).await;
    assert_eq!(read.headers[header::ETAG], "\"1\"");
    assert_eq!(read.json(), connection);
    let list = harness.get(LIST).await;
    assert_eq!(list.json(), json!({ "items": [connection], "next": null }));
    for answer in [&answer, &read, &list] {
        assert!(!answer.text.contains(PASSWORD), "{answer:?}");
    }

    let body = json!({ "name": "  renamed ", "description": "for CI" });
    let edited = harness
        .send(request(
            Method::PATCH,
            &path,
            &[("if-match", "\"1\"")],
            Some(&body),
        ))
        .await;
    assert_eq!(
        (edited.status, edited.json()["name"].as_str()),
        (200, Some("renamed"))
    );
    assert_eq!(edited.json()["description"], "for CI");
    assert_eq!(edited.headers[header::ETAG], "\"2\"");

    let gone = harness
        .send(request(Method::DELETE, &path, &[], None))
        .await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(
        harness.get(&path).await.problem(),
        problem(404, "not_found")
    );
    let again = harness
        .send(request(Method::DELETE, &path, &[], None))
        .await;
    assert_eq!(again.problem(), problem(404, "not_found"));
    // Name and endpoint are free again.
    harness.created("renamed", URL).await;
}

#[tokio::test]
async fn if_match_guards_an_edit() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let edit = |headers: &[(&'static str, &str)]| {
        request(Method::PATCH, &path, headers, Some(&json!({ "name": "b" })))
    };
    let cases: [(&str, Option<&str>, u16, &str); 6] = [
        ("none", None, 428, "precondition.required"),
        ("another version", Some("\"2\""), 412, "precondition.failed"),
        ("a weak tag", Some("W/\"1\""), 412, "precondition.failed"),
        ("no tag", Some("1"), 412, "precondition.failed"),
        ("one of several", Some("\"7\", \"1\""), 200, ""),
        (
            "the old one again",
            Some("\"1\""),
            412,
            "precondition.failed",
        ),
    ];
    for (name, value, status, code) in cases {
        let headers: Vec<_> = value.map(|value| ("if-match", value)).into_iter().collect();
        let answer = harness.send(edit(&headers)).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        if status != 200 {
            assert_eq!(answer.problem(), problem(status, code), "{name}");
        }
    }
    let answer = harness.send(edit(&[("if-match", "*")])).await;
    assert_eq!(
        (answer.status, answer.json()["version"].as_i64()),
        (200, Some(3))
    );
    let missing = path.replace(|c: char| c.is_ascii_digit(), "0");
    let answer = harness
        .send(request(
            Method::PATCH,
            &missing,
            &[("if-match", "*")],
            Some(&json!({ "name": "b" })),
        ))
        .await;
    assert_eq!(answer.problem(), problem(404, "not_found"));
}

#[tokio::test]
async fn names_and_endpoints_are_unique() {
    let harness = Harness::new();
    harness.created("Prod", URL).await;
    let (other, _) = harness.created("other", "https://other.example.com").await;
    let name = harness
        .post(LIST, &form("pROD", "https://third.example.com"))
        .await;
    assert_eq!(name.problem(), problem(409, "name.taken"));
    assert_eq!(name.json()["field"], "name");
    let endpoint = harness.post(LIST, &form("third", URL)).await;
    assert_eq!(endpoint.problem(), problem(409, "endpoint.taken"));
    assert_eq!(endpoint.json()["field"], "values.url");
    let rename = request(
        Method::PATCH,
        &other,
        &[("if-match", "\"1\"")],
        Some(&json!({ "name": "PROD" })),
    );
    assert_eq!(
        harness.send(rename).await.problem(),
        problem(409, "name.taken")
    );
}

#[tokio::test]
async fn an_invalid_form_is_answered_with_findings() {
    let harness = Harness::new();
    let mut form = form("", URL);
    form["values"]["password"] = json!("");
    let answer = harness.post(LIST, &form).await;
    assert_eq!(answer.problem(), problem(422, "form.invalid"));
    let findings = answer.json()["findings"].as_array().unwrap().clone();
    let fields: Vec<_> = findings
        .iter()
        .map(|finding| finding["field"].as_str().unwrap())
        .collect();
    assert!(
        fields.contains(&"name") && fields.contains(&"values.password"),
        "{fields:?}"
    );

    let (path, _) = harness.created("a", URL).await;
    for name in [String::new(), "  ".to_owned(), "x".repeat(65)] {
        let rename = request(
            Method::PATCH,
            &path,
            &[("if-match", "\"1\"")],
            Some(&json!({ "name": name })),
        );
        let answer = harness.send(rename).await;
        assert_eq!(answer.problem(), problem(422, "form.invalid"), "{name}");
        assert_eq!(answer.json()["findings"][0]["field"], "name");
    }
}

#[tokio::test]
async fn an_edit_takes_name_description_and_policy_only() {
    let harness = Harness::new();
    let (path, before) = harness.created("a", URL).await;
    for body in [
        json!({}),
        json!({ "name": null }),
        json!({ "endpoint": "https://x.example.com" }),
        json!({ "name": 7 }),
        json!({ "version": 9, "name": "b" }),
    ] {
        let answer = harness
            .send(request(
                Method::PATCH,
                &path,
                &[("if-match", "\"1\"")],
                Some(&body),
            ))
            .await;
        assert_eq!(answer.problem(), problem(400, "body.malformed"), "{body}");
    }
    assert_eq!(harness.get(&path).await.json(), before);
}

#[tokio::test]
async fn lists_come_in_pages_and_are_searched() {
    let harness = Harness::new();
    for name in ["delta", "alpha", "Charlie", "bravo"] {
        harness
            .created(
                name,
                &format!("https://{}.example.com", name.to_lowercase()),
            )
            .await;
    }
    let names = |answer: &Read| -> Vec<String> {
        let items = answer.json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = harness.get(&format!("{LIST}?limit=3")).await;
    assert_eq!(names(&first), ["alpha", "bravo", "Charlie"]);
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let second = harness.get(&format!("{LIST}?limit=3&cursor={next}")).await;
    assert_eq!(names(&second), ["delta"]);
    assert_eq!(second.json()["next"], Value::Null);
    let cases: [(&str, &[&str]); 6] = [
        ("search=CHAR", &["Charlie"]),
        ("search=bravo.example", &["bravo"]),
        ("search=nothing", &[]),
        (
            "provider=docker-registry&search=a",
            &["alpha", "bravo", "Charlie", "delta"],
        ),
        ("provider=docker-hub", &[]),
        (
            "search=&limit=&cursor=",
            &["alpha", "bravo", "Charlie", "delta"],
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(
            names(&harness.get(&format!("{LIST}?{query}")).await),
            expected,
            "{query}"
        );
    }
    for query in [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=-1",
        "cursor=%21",
        "sort=name",
        "limit=1&limit=2",
        "expiring=soon",
        "expiring=-1",
        "unused=3651",
        "unused=true",
        "search=%ff",
    ] {
        let answer = harness.get(&format!("{LIST}?{query}")).await;
        assert_eq!(answer.problem(), problem(400, "query.malformed"), "{query}");
    }
}

#[tokio::test]
async fn lists_have_what_ends_and_what_nobody_uses() {
    let harness = Harness::new();
    let mut ending = form("ending", "https://a.example.com");
    ending["expiresAt"] = json!("2027-02-01T00:00:00Z");
    let answer = harness.post(LIST, &ending).await;
    assert_eq!(answer.json()["expiresAt"], "2027-02-01T00:00:00Z");
    harness.created("lasting", "https://b.example.com").await;
    harness.now.set(START_MS + 1);
    let cases: [(&str, &[&str]); 8] = [
        ("expiring=30", &["ending"]),
        ("expiring=10", &[]),
        ("expiring=2027-02-01T00:00:00Z", &["ending"]),
        ("expiring=2027-01-31T23:59:59Z", &[]),
        ("unused=0", &["ending", "lasting"]),
        ("unused=1", &[]),
        ("unused=2999-01-01T00:00:00Z&expiring=30", &["ending"]),
        ("unused=&expiring=", &["ending", "lasting"]),
    ];
    for (query, expected) in cases {
        let answer = harness.get(&format!("{LIST}?{query}")).await.json();
        let items = answer["items"].as_array().unwrap();
        let names: Vec<_> = items.iter().map(|item| &item["name"]).collect();
        assert_eq!(names, expected, "{query}");
    }
}

#[tokio::test]
async fn a_policy_is_kept_judged_and_taken_away() {
    let harness = Harness::new();
    let policy = json!({ "mode": "automatic", "at": "02:30", "include": ["alpine:4"], "condition": { "kind": "none" } });
    let mut sent = form("a", URL);
    sent["policy"] = json!({ "mode": "sometimes" });
    let refused = harness.post(LIST, &sent).await;
    assert_eq!(refused.problem(), problem(422, "form.invalid"));
    assert_eq!(refused.json()["findings"][0]["field"], "policy.mode");
    sent["policy"] = policy.clone();
    let created = harness.post(LIST, &sent).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.json()["policy"], normalized(&policy));
    let manual = normalized(&json!({ "mode": "manual" }));
    let path = format!("{LIST}/{}", created.json()["id"].as_str().unwrap());

    let patch = |body: Value| request(Method::PATCH, &path, &[("if-match", "*")], Some(&body));
    let cases = [
        ("another", json!({ "mode": "manual" }), 200, manual.clone()),
        ("no policy", json!("daily"), 422, manual.clone()),
        (
            "what the provider lacks",
            json!({ "quarantine": true }),
            422,
            manual.clone(),
        ),
        ("null", Value::Null, 200, Value::Null),
    ];
    for (name, policy, status, kept) in cases {
        let answer = harness.send(patch(json!({ "policy": policy }))).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        if status == 422 {
            assert_eq!(answer.problem(), problem(422, "form.invalid"), "{name}");
            let field = answer.json()["findings"][0]["field"].clone();
            assert!(field.as_str().unwrap().starts_with("policy"), "{name}");
        }
        assert_eq!(harness.get(&path).await.json()["policy"], kept, "{name}");
    }
    let renamed = harness
        .send(patch(
            json!({ "name": "b", "policy": { "mode": "manual" } }),
        ))
        .await;
    assert_eq!(
        (&renamed.json()["name"], &renamed.json()["policy"]),
        (&json!("b"), &manual)
    );
    harness.send(patch(json!({ "name": "c" }))).await;
    assert_eq!(
        harness.get(&path).await.json()["policy"],
        manual,
        "what is not named stays"
    );
}

#[tokio::test]
async fn an_image_finds_its_connection() {
    let harness = Harness::new();
    harness.created("host", "https://r.example.com:5000").await;
    harness
        .created("team", "https://r.example.com:5000/team")
        .await;
    harness
        .created("plain", "http://r.example.com:5000/team")
        .await;
    let mut push = form("push", "https://r.example.com:5000/team/deep");
    push["purpose"] = json!("push");
    assert_eq!(harness.post(LIST, &push).await.status, 201);
    let cases = [
        ("r.example.com:5000/app:v1", Some("host")),
        ("r.example.com:5000/team/app", Some("team")),
        ("R.example.com:5000/team/deep/app", Some("team")),
        ("r.example.com:5000/teams/app", Some("host")),
        ("r.example.com:5000/team", Some("host")),
        ("r.example.com/team/app", None),
        ("alpine", None),
    ];
    for (image, name) in cases {
        let route = format!("/v1/projects/acme/resolve?image={image}");
        let answer = harness.get(&route).await;
        match name {
            Some(name) => assert_eq!(answer.json()["name"], name, "{image}"),
            None => assert_eq!(answer.problem(), problem(404, "not_found"), "{image}"),
        }
        assert!(!answer.text.contains(PASSWORD));
    }
    for query in ["", "?image=", "?image=a%20b", "?image=a&purpose=push"] {
        let answer = harness.get(&format!("{LIST}/resolve{query}")).await;
        assert_eq!(answer.problem(), problem(400, "query.malformed"), "{query}");
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found() {
    let harness = Harness::new();
    for id in [
        "1",
        "%00",
        "0197",
        "019aa548-1980-7fff-bfff-ffffffffffff",
        "..%2F..",
        "%27%20OR%201=1--",
    ] {
        let answer = harness.get(&format!("{LIST}/{id}")).await;
        assert_eq!(answer.problem(), problem(404, "not_found"), "{id}");
    }
}

#[tokio::test]
async fn a_provider_that_this_build_does_not_know_is_listed_and_says_so_when_it_is_used() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    let newer = "UPDATE connections SET provider = 'made-up-registry'";
    harness.database.query(newer, vec![]).await.unwrap();
    let list = harness.get(LIST).await.json();
    assert_eq!(list["items"][0]["provider"], "made-up-registry");
    assert_eq!(harness.get(&path).await.status, 200);
    for part in ["check", "sync"] {
        let answer = harness.post(&format!("{path}/{part}"), &json!({})).await;
        assert_eq!(answer.problem(), problem(503, "provider.unknown"), "{part}");
    }
    let delete = request(Method::DELETE, &path, &[], None);
    assert_eq!(harness.send(delete).await.status, 204);
}

#[tokio::test]
async fn image_streams_are_not_watched_without_the_address_of_the_api_server() {
    let harness = Harness::new();
    let token = "sha256~abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    let form = |api: Option<&str>, streams: bool| {
        json!({ "provider": "openshift", "name": "a", "auth": "token", "policy": { "imageStreams": streams },
            "values": { "url": "registry.example.com", "token": token, "apiUrl": api } })
    };
    let api = Some("https://api.example.com:6443");
    let is_refused = |answer: &Read| {
        let is_invalid = answer.status == 422 && answer.json()["code"] == "form.invalid";
        let findings = answer.json()["findings"].clone();
        let mut findings = findings.as_array().into_iter().flatten();
        is_invalid && findings.any(|finding| finding["code"] == "image_streams.address")
    };
    let made = harness.post(LIST, &form(None, true)).await;
    assert!(is_refused(&made), "{made:?}");
    let made = harness.post(LIST, &form(None, false)).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("{LIST}/{}", made.json()["id"].as_str().unwrap());
    let edit = || {
        let policy = json!({ "policy": { "imageStreams": true } });
        request(Method::PATCH, &path, &[("if-match", "*")], Some(&policy))
    };
    let edited = harness.send(edit()).await;
    assert!(is_refused(&edited), "{edited:?}");
    let replace = |api: Option<&str>| {
        let body = json!({ "auth": "token", "values": { "token": token, "apiUrl": api } });
        request(
            Method::PUT,
            &format!("{path}/credentials"),
            &[],
            Some(&body),
        )
    };
    assert_eq!(harness.send(replace(api)).await.status, 200);
    assert_eq!(harness.send(edit()).await.status, 200);
    // Nor does it go away under a policy that needs it.
    let replaced = harness.send(replace(None)).await;
    assert!(is_refused(&replaced), "{replaced:?}");
    assert_eq!(harness.send(replace(api)).await.status, 200);
}
