//! What holds for the listing of every product that has one of its own.

use bowline_registry::{Clock, Code, Operator, Repositories, Tags, WarningCode, repositories};

use super::{
    amazon_ecr, azure_acr, cloudsmith, digitalocean, docker_hub, docker_trusted_registry, github,
    gitlab, google, harbor, huawei_swr, ibm, jfrog_artifactory, openshift,
    product::{Product, is_login},
    quay, scaleway,
    streaming::stream,
};
use crate::{
    double::{Reply, Sent},
    registry::{run, trusted_with_credentials},
};

/// One line a product.
fn products() -> Vec<(&'static str, Product)> {
    let all = vec![
        amazon_ecr::product(),
        azure_acr::product(),
        cloudsmith::product(),
        digitalocean::product(),
        docker_hub::product(),
        docker_trusted_registry::product(),
        github::product(),
        gitlab::product(),
        google::product(),
        harbor::product(),
        huawei_swr::product(),
        ibm::product(),
        jfrog_artifactory::product(),
        openshift::product(),
        quay::product(),
        scaleway::product(),
    ];
    let named = |product: Product| (product.spec.provider.id.as_str(), product);
    all.into_iter().map(named).collect()
}

/// Those whose listing has pages.
fn paged() -> Vec<(&'static str, Product)> {
    let mut all = products();
    all.retain(|(case, _)| !matches!(*case, "ibm" | "huawei-swr"));
    all
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    for (case, product) in paged() {
        for count in [0, 1, product.per_page, 2 * product.per_page + 1] {
            let world = product.with(count);
            let (names, largest, _) = stream(&world, &product, false).await;
            assert_eq!(names, product.names(count), "{case} with {count}");
            assert!(largest <= product.per_page, "{case}: {largest} on a page");
        }
    }
}

#[tokio::test]
async fn another_instance_goes_on_after_any_page() {
    for (case, product) in paged() {
        let count = (3 * product.per_page).min(500);
        let world = product.with(count);
        let (names, _, _) = stream(&world, &product, true).await;
        assert_eq!(names, product.names(count), "{case}");
    }
}

#[tokio::test]
async fn credentials_go_to_the_products_own_hosts_only() {
    for (case, product) in products() {
        let world = product.with(2);
        run(&world, &Operator::default(), &product.spec, None).await;
        assert_eq!(
            trusted_with_credentials(&world.http),
            product.trusted,
            "{case}"
        );
    }
}

#[tokio::test]
async fn a_hundred_thousand_repositories_cost_a_page_at_a_time() {
    const COUNT: usize = 100_000;
    for (case, product) in paged() {
        // A tree is walked path by path: the same, but slower.
        let count = COUNT.min(2_000 * product.per_page);
        let world = product.with(count);
        let (names, largest, pages) = stream(&world, &product, false).await;
        assert_eq!(names.len(), count, "{case}");
        assert!(largest <= product.per_page, "{case}: {largest} on a page");
        let requests = world.http.lines().len();
        assert!(
            requests <= product.before + pages,
            "{case}: {requests} requests for {pages} pages"
        );
    }
}

#[tokio::test]
async fn an_image_is_drawn_from_a_hundred_thousand_repositories_by_one_page() {
    for (case, product) in paged() {
        let world = product.with(100_000);
        let check = run(&world, &Operator::default(), &product.spec, None).await;
        // The repositories of the double have no tags, so all that are drawn are looked at.
        let warned = check.warnings[0].code;
        assert!(
            [WarningCode::CatalogEmpty, WarningCode::CatalogUnlistable].contains(&warned),
            "{case}: {warned:?}"
        );
        let text = &check.warnings[0].detail;
        assert!(text.contains("Enter an image"), "{case}: {text}");
        let requests = world.http.lines().len();
        assert!(requests <= 24, "{case}: {requests} requests");
    }
}

#[tokio::test]
async fn a_refused_listing_is_a_fact_and_no_failure() {
    for (case, product) in products() {
        for status in [400, 401, 403, 404, 405, 501] {
            let world = product.answering(move |_, _| Reply::status(status));
            let check = run(&world, &Operator::default(), &product.spec, None).await;
            // Docker Hub answers 404 for a namespace that holds nothing.
            let expected = match (case, status) {
                ("docker-hub", 404) => WarningCode::CatalogEmpty,
                _ => WarningCode::CatalogUnlistable,
            };
            assert!(check.ok, "{case} {status}: {:?}", check.problem);
            assert_eq!(check.warnings[0].code, expected, "{case} {status}");
            let requests = world.http.lines().len();
            assert!(requests <= 9, "{case} {status}: {requests} requests");
        }
    }
}

#[tokio::test]
async fn a_broken_listing_is_named() {
    let cases = [
        ("no JSON", Reply::json("<html>")),
        ("another JSON", Reply::json("17")),
        ("nothing", Reply::status(200)),
        ("cut short", Reply::json(r#"{"repositories":["a""#)),
    ];
    for (case, product) in products() {
        for (what, reply) in &cases {
            let reply = reply.clone();
            let world = product.answering(move |_, _| reply.clone());
            let problem = repositories(&world, &Operator::default(), &product.spec)
                .await
                .unwrap_err();
            let expected = if product.falls_back {
                Code::PermissionCatalogMissing
            } else {
                Code::AnswerMalformed
            };
            assert_eq!(problem.code, expected, "{case}: {what}: {problem:?}");
            assert!(
                problem.detail.contains("isn't in the expected format")
                    || problem.detail.contains("response to DescribeRepositories"),
                "{case}: {what}: {}",
                problem.detail
            );
        }
    }
}

#[tokio::test]
async fn too_many_requests_end_a_listing() {
    for (case, product) in products() {
        let world = product.answering(|_, _| Reply::status(429));
        let problem = repositories(&world, &Operator::default(), &product.spec)
            .await
            .unwrap_err();
        assert_eq!(problem.code, Code::RateLimited, "{case}");
    }
}

#[tokio::test]
async fn what_fails_for_a_moment_makes_no_shorter_listing() {
    let operator = Operator::default();
    for (case, product) in products() {
        for status in [500, 503] {
            let world = product.answering(move |_, _| Reply::status(status));
            let mut listing = Repositories::open(&world, &operator, &product.spec, None, None)
                .await
                .unwrap();
            let problem = listing.next_page().await.unwrap_err();
            assert_eq!(problem.code, Code::ServerError, "{case} {status}");
        }
    }
}

#[tokio::test]
async fn a_repository_that_is_not_there_is_unknown() {
    let operator = Operator::default();
    for (case, product) in products() {
        let (registry, api) = (product.registry.clone(), product.api);
        let world = product.world(move |sent| {
            let path = sent.url.path();
            let is_of_the_registry = path.starts_with("/v2/")
                && sent.url.host_str() != Some("hub.docker.com")
                || path.ends_with("token")
                || path.ends_with("/auth");
            match is_login(sent).then(|| api(&[], sent)).flatten() {
                Some(login) => login,
                None if is_of_the_registry => registry.answer(sent),
                None => Reply::status(404),
            }
        });
        let name = format!("{}-none", (product.name)(0));
        let mut tags = Tags::open(&world, &operator, &product.spec, None, &name, None)
            .await
            .unwrap();
        let problem = tags.next_page().await.unwrap_err();
        assert_eq!(problem.code, Code::ImageUnknown, "{case}: {problem:?}");
    }
}

#[tokio::test]
async fn a_link_to_another_origin_is_followed_nowhere() {
    for (case, product) in products() {
        for link in [
            "https://evil.example.net/next?page=2",
            "//evil.example.net/next?page=2",
            "http://registry.example.com/v2/_catalog?page=2",
            "https://registry.example.com:8443/v2/_catalog?page=2",
        ] {
            let world = product.answering(move |_: &Sent, reply| {
                reply.with("link", format!("<{link}>; rel=\"next\""))
            });
            let listed = repositories(&world, &Operator::default(), &product.spec).await;
            if let Err(problem) = listed {
                assert_eq!(problem.code, Code::LinkNotAllowed, "{case}: {link}");
            }
            let contacted = world.http.lines();
            assert!(
                !contacted
                    .iter()
                    .any(|line| line.contains("evil.example.net")
                        || line.contains("http://")
                        || line.contains(":8443")),
                "{case}: {contacted:?}"
            );
        }
    }
}

#[tokio::test]
async fn each_page_has_its_own_deadline() {
    for (case, product) in paged() {
        let slow = |sent: &Sent, reply: Reply| match reply {
            Reply::Answer { .. } if is_login(sent) => reply,
            Reply::Answer {
                status,
                headers,
                body: crate::double::Body::Whole(bytes),
            } => Reply::Answer {
                status,
                headers,
                body: crate::double::Body::Slow(bytes, std::time::Duration::from_secs(4)),
            },
            other => other,
        };
        let (api, registry, names) = (
            product.api,
            product.registry.clone(),
            product.names(4 * product.per_page),
        );
        let world = product.world(move |sent| match api(&names, sent) {
            Some(reply) => slow(sent, reply),
            None => registry.answer(sent),
        });
        let (listed, _, pages) = stream(&world, &product, false).await;
        assert_eq!(listed.len(), 4 * product.per_page, "{case}");
        let spent = world.clock.monotonic().as_secs();
        assert!(
            spent >= 4 * u64::try_from(pages.min(4)).unwrap(),
            "{case}: {spent} s for {pages} pages"
        );
    }
}
