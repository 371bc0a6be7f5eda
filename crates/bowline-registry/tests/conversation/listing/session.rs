//! How many requests the conversations of a synchronization take that have a session, and those that have none.

use bowline_registry::{
    AskedImage, AskedTag, Operator, Problem, Repositories, Session, Tags, details, digests,
};
use serde_json::json;

use super::{amazon_ecr, docker_hub, github, harbor, product::Product};
use crate::{
    double::{Body, FakeWorld, Reply, Sent},
    registry::{Fake, PASSWORD, digest, manifest, password},
};

const REPOSITORIES: usize = 3;

/// A registry with nothing but the distribution API, whose catalog has the repositories.
fn plain(registry: Fake) -> Product {
    Product {
        spec: password(),
        registry,
        api: |names, sent| {
            let is_catalog = sent.url.path() == "/v2/_catalog" && sent.authorization().is_some();
            is_catalog.then(|| Reply::json(json!({ "repositories": names }).to_string()))
        },
        name: |number| format!("acme/app{number:06}"),
        per_page: 100,
        before: 2,
        trusted: &["https://auth.example.com", "https://registry.example.com"],
        falls_back: false,
    }
}

/// A product whose every repository has the image `1`, which its own API lists with its digest, where that lists tags.
fn world(product: &Product) -> FakeWorld {
    let (registry, api, names) = (
        product.registry.clone(),
        product.api,
        product.names(REPOSITORIES),
    );
    product.world(move |sent| {
        if let Some(tags) = own_tags(sent) {
            return tags;
        }
        if let Some(reply) = api(&names, sent) {
            return reply;
        }
        // Each repository is the one that the double has, and HEAD is answered as GET is, without a body.
        let mut asked = sent.clone();
        let path = names.iter().fold(sent.url.path().to_owned(), |path, name| {
            path.replace(name, "team/app")
        });
        asked.url.set_path(&path);
        asked.method = asked.method.replace("HEAD", "GET");
        let reply = registry.answer(&asked);
        match sent.method.as_str() {
            "HEAD" => reply.body(Body::Whole(bytes::Bytes::new())),
            _ => reply,
        }
    })
}

fn own_tags(sent: &Sent) -> Option<Reply> {
    let digest = digest(&manifest());
    let path = sent.url.path();
    if sent.url.host_str() == Some("hub.docker.com") && path.ends_with("/tags") {
        let tag = json!({ "name": "1", "digest": digest, "full_size": 7 });
        return Some(Reply::json(
            json!({ "next": null, "results": [tag] }).to_string(),
        ));
    }
    if path.starts_with("/api/v2.0/projects/") && path.ends_with("/artifacts") {
        let artifact = json!({ "digest": digest, "type": "IMAGE", "tags": [{ "name": "1" }] });
        return Some(Reply::json(json!([artifact]).to_string()));
    }
    let operation = sent.headers.get("x-amz-target")?.to_str().unwrap();
    operation.ends_with(".DescribeImages").then(|| {
        let image = json!({ "imageDigest": digest, "imageTags": ["1"], "imageSizeInBytes": 7 });
        Reply::json(json!({ "imageDetails": [image] }).to_string())
    })
}

/// What a synchronization asks that knows of these digests: the repositories, the tags of each, what they name, and what
/// that stands for where it is news. With a session it goes through JSON from one conversation to the next.
async fn sync(
    world: &FakeWorld,
    product: &Product,
    known: Option<&str>,
    mut session: Option<Session>,
) -> Result<usize, Problem> {
    let (operator, spec) = (&Operator::default(), &product.spec);
    let before = world.http.lines().len();
    let hand_on = |session: &mut Option<Session>| {
        let handed_on = serde_json::to_value(&*session).unwrap();
        *session = serde_json::from_value(handed_on).unwrap();
    };
    let page = Repositories::open(world, operator, spec, session.as_ref(), None)
        .await?
        .next_page()
        .await?;
    for repository in page.unwrap().items {
        let name = repository.name();
        hand_on(&mut session);
        let page = Tags::open(world, operator, spec, session.as_ref(), name, None)
            .await?
            .next_page()
            .await?;
        let [tag] = &page.unwrap().items[..] else {
            panic!("{name} has one tag");
        };
        let (mut named, mut from) = (tag.digest.clone(), None);
        if named.is_none() {
            hand_on(&mut session);
            let asked = AskedTag {
                tag: tag.name().to_owned(),
                known: known.map(str::to_owned),
            };
            let found = digests(world, operator, spec, session.as_ref(), name, vec![asked]).await?;
            (named, from) = (found.items[0].digest.clone(), found.items[0].from.clone());
        }
        if named.as_deref() != known {
            hand_on(&mut session);
            let asked = AskedImage {
                digest: named.unwrap(),
                from,
            };
            let found = details(world, operator, spec, session.as_ref(), name, vec![asked]).await?;
            assert_eq!(found.items[0].problem, None, "{name}");
        }
    }
    Ok(world.http.lines().len() - before)
}

#[tokio::test]
async fn conversations_in_a_session_log_in_once() {
    // Requests of three repositories with an image each: those of a first and a second synchronization, first without a
    // session, then with one.
    let cases = [
        ("Basic", plain(Fake::basic()), [21, 15], [12, 9]),
        ("Bearer", plain(Fake::bearer()), [30, 21], [15, 12]),
        ("Docker Hub", docker_hub::product(), [28, 16], [16, 7]),
        ("GitHub", github::product(), [30, 21], [15, 12]),
        ("Amazon ECR", amazon_ecr::product(), [28, 16], [13, 7]),
        ("Harbor", harbor::product(), [24, 12], [15, 6]),
    ];
    let known = digest(&manifest());
    for (case, product, alone, together) in cases {
        let world = world(&product);
        for (number, known) in [(0, None), (1, Some(known.as_str()))] {
            let requests = [None, Some(Session::default())];
            let [without, with] = requests.map(|session| sync(&world, &product, known, session));
            let counted = (without.await.unwrap(), with.await.unwrap());
            assert_eq!(
                counted,
                (alone[number], together[number]),
                "{case}: sync {number}"
            );
        }
    }
}

#[test]
fn a_session_shows_nothing() {
    let session: Session = serde_json::from_value(json!([
        { "question": "login", "at": 0, "status": 200, "headers": [], "body": PASSWORD }
    ]))
    .unwrap();
    assert_eq!(format!("{session:?}"), "Session(…)");
}
