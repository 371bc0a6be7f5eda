//! Listing repositories and tags, page by page.

use bowline_registry::{Code, Operator, repositories, tags};

use crate::{
    double::{FakeWorld, Reply, Sent, world},
    registry::*,
};

fn catalog(answer: impl Fn(&Sent) -> Reply + Send + 'static) -> FakeWorld {
    let fake = Fake::basic();
    world(move |sent| {
        let listed =
            sent.url.path().ends_with("_catalog") || sent.url.path().ends_with("/tags/list");
        if listed && sent.authorization().is_some() {
            answer(sent)
        } else {
            fake.answer(sent)
        }
    })
}

#[tokio::test]
async fn pages_are_followed() {
    // Relative, absolute, and with a path that is not the registry's own.
    for link in [
        "/v2/_catalog",
        "https://registry.example.com/v2/_catalog",
        "_catalog",
        "/api/docker/key/v2/_catalog",
    ] {
        let world = catalog(move |sent| match sent.query("last").as_deref() {
            None => Reply::json(r#"{"repositories":["a","b"]}"#)
                .with("link", format!("<{link}?last=b&n=1000>; rel=\"next\"")),
            Some("b") => Reply::json(r#"{"repositories":["c"]}"#)
                .with("link", format!("<{link}?last=c&n=1000>; rel=\"next\"")),
            _ => Reply::json(r#"{"repositories":[]}"#),
        });
        let listing = repositories(&world, &Operator::default(), &password())
            .await
            .unwrap();
        assert_eq!(listing.items, ["a", "b", "c"], "{link}");
        assert!(listing.complete);
        assert_eq!(
            world.http.lines()[3],
            "GET https://registry.example.com/v2/_catalog?last=b&n=1000",
            "{link}"
        );
    }
}

#[tokio::test]
async fn a_listing_without_end_ends() {
    let world = catalog(|sent| {
        let next = sent
            .query("last")
            .map_or(1, |last| last.parse::<u32>().unwrap() + 1);
        Reply::json(format!(r#"{{"repositories":["r{next}"]}}"#))
            .with("link", format!("</v2/_catalog?last={next}>; rel=next"))
    });
    let listing = repositories(&world, &Operator::default(), &password())
        .await
        .unwrap();
    assert_eq!((listing.items.len(), listing.complete), (100, false));

    let world = catalog(|_| {
        Reply::json(r#"{"repositories":["a"]}"#).with("link", "</v2/_catalog?n=1000>; rel=next")
    });
    let listing = repositories(&world, &Operator::default(), &password())
        .await
        .unwrap();
    assert_eq!(
        (listing.items.len(), listing.complete),
        (1, true),
        "a page that links to itself is the last"
    );
}

#[tokio::test]
async fn a_page_size_that_is_refused_is_left_out() {
    let world = catalog(|sent| match sent.query("n") {
        Some(_) => Reply::status(400).text(r#"{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}"#),
        None => Reply::json(r#"{"repositories":["a"]}"#),
    });
    let listing = repositories(&world, &Operator::default(), &password())
        .await
        .unwrap();
    assert_eq!(listing.items, ["a"]);
}

#[tokio::test]
async fn the_namespace_bounds_a_listing() {
    let world =
        catalog(|_| Reply::json(r#"{"repositories":["team","team/a","teams/b","other/team/c"]}"#));
    let spec = password_at("registry.example.com/team");
    let listing = repositories(&world, &Operator::default(), &spec)
        .await
        .unwrap();
    assert_eq!(listing.items, ["team", "team/a"]);
}

#[tokio::test]
async fn names_that_break_the_grammar_are_left_out() {
    let world = catalog(|_| {
        Reply::json(
            r#"{"repositories":["a","../b","C","d?e","f/../g",""],"tags":["1","a/b","..",""]}"#,
        )
    });
    let listing = repositories(&world, &Operator::default(), &password())
        .await
        .unwrap();
    assert_eq!(listing.items, ["a"]);
    let listing = tags(&world, &Operator::default(), &password(), "a")
        .await
        .unwrap();
    assert_eq!(listing.items, ["1"]);
}

#[tokio::test]
async fn tags_are_listed_with_a_token_for_their_repository() {
    let world = Fake::bearer().world();
    let listing = tags(&world, &Operator::default(), &password(), "team/app")
        .await
        .unwrap();
    assert_eq!(
        (listing.items, listing.complete),
        (vec!["1".to_owned()], true)
    );
    assert_eq!(
        world.http.sent()[1].query("scope").as_deref(),
        Some("repository:team/app:pull")
    );
    assert_eq!(world.http.lines().len(), 3);
}

#[tokio::test]
async fn what_cannot_be_listed_is_named() {
    for status in [400, 401, 403, 404, 405, 501] {
        let world = catalog(move |_| Reply::status(status));
        let problem = repositories(&world, &Operator::default(), &password())
            .await
            .unwrap_err();
        assert_eq!(
            problem.code,
            Code::PermissionCatalogMissing,
            "HTTP {status}"
        );
    }
    let world = Fake::basic().world();
    for (repository, requests) in [("team/other", 3), ("../v2", 0), ("Team/App", 0), ("a?b", 0)] {
        let before = world.http.lines().len();
        let problem = tags(&world, &Operator::default(), &password(), repository)
            .await
            .unwrap_err();
        assert_eq!(problem.code, Code::ImageUnknown, "{repository}");
        assert_eq!(world.http.lines().len() - before, requests, "{repository}");
    }
}
