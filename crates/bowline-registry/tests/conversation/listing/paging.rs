//! How listings page: each style of paging lists all, and nothing leads in a circle.

use bowline_registry::{Listing, Operator, Tags, repositories, tags};

use crate::{
    double::{FakeWorld, Reply, Sent, world},
    registry::*,
};

const COUNT: usize = 1_101;
/// The number of entries that these registries put on a page at most.
const PAGE: usize = 1_000;
const HOST: &str = "https://registry.example.com";

fn all() -> Vec<String> {
    (0..COUNT).map(|number| format!("t{number:05}")).collect()
}

/// The page after the name that `last` of the request tells, and the name that it ends with where there are more.
fn page(names: &[String], sent: &Sent) -> (Vec<String>, Option<String>) {
    let last = sent.query("last").unwrap_or_default();
    let rest = names.iter().filter(|name| **name > last);
    let page: Vec<String> = rest.take(PAGE).cloned().collect();
    let end = page.last().filter(|end| Some(*end) != names.last());
    let end = end.cloned();
    (page, end)
}

fn body(page: &[String]) -> Reply {
    let names = serde_json::to_string(page).unwrap();
    Reply::json(format!(
        r#"{{"name":"team/app","tags":{names},"repositories":{names}}}"#
    ))
}

/// A registry whose catalog and tags `answer` tells.
fn listed(answer: impl Fn(&Sent) -> Reply + Send + 'static) -> FakeWorld {
    let fake = Fake::new(Login::None);
    world(move |sent| match sent.url.path() {
        "/v2/_catalog" | "/v2/team/app/tags/list" => answer(sent),
        _ => fake.answer(sent),
    })
}

async fn tags_of(world: &FakeWorld) -> Listing {
    tags(world, &Operator::default(), &anonymous(), "team/app")
        .await
        .unwrap()
}

/// The tags page by page, each in another instance, and whether the last page says that they are all.
async fn streamed(world: &FakeWorld) -> (Vec<String>, bool) {
    let (operator, spec) = (Operator::default(), anonymous());
    let (mut names, mut cursor) = (Vec::new(), None::<String>);
    for _ in 0..100 {
        let mut listing = Tags::open(world, &operator, &spec, None, "team/app", cursor.as_deref())
            .await
            .unwrap();
        let page = listing.next_page().await.unwrap().unwrap();
        names.extend(page.items.iter().map(|tag| tag.name().to_owned()));
        cursor = page.cursor;
        if cursor.is_none() {
            return (names, page.complete);
        }
        assert!(!page.complete, "only the last page can tell");
    }
    panic!("it has no end");
}

#[tokio::test]
async fn every_style_of_paging_lists_all() {
    /// The headers after a page that ends with this name; `None` is the last page.
    type Links = fn(&Sent, Option<&str>) -> Option<String>;
    let styles: [(&str, Links, usize); 9] = [
        // case, links; requests for the list
        (
            "relative",
            |_, end| {
                end.map(|end| format!("</v2/team/app/tags/list?n=1000&last={end}>; rel=\"next\""))
            },
            2,
        ),
        (
            "absolute, among others",
            |_, end| {
                end.map(|end| format!("<{HOST}/x>; rel=\"prev\", <{HOST}/v2/team/app/tags/list?last={end}&n=1000>; rel=\"next\""))
            },
            2,
        ),
        (
            "of another scheme and port",
            |_, end| {
                end.map(|end| {
                    format!(
                        "<http://registry.example.com:5000/tags/list?last={end}&n=1000>; rel=next"
                    )
                })
            },
            2,
        ),
        (
            "without brackets",
            |_, end| {
                end.map(|end| format!("{HOST}/v2/team/app/tags/list?n=1000&last={end}; rel=next"))
            },
            2,
        ),
        ("no link", |_, _| None, 2),
        (
            "a link that cannot be read",
            |_, end| end.map(|_| "<>; rel=next".to_owned()),
            2,
        ),
        (
            "a link that is no URL",
            |_, end| end.map(|_| "<https://[/>; rel=next".to_owned()),
            2,
        ),
        (
            "a link at the end, too, which leads to an empty page and then to the first",
            |_, end| {
                let end = end.unwrap_or_default();
                Some(format!(
                    "<http://registry.example.com/v2/team/app/tags/list?n=1000&last={end}>; rel=\"next\""
                ))
            },
            2,
        ),
        (
            "a link that stays the same at the end",
            |sent, end| {
                let last =
                    end.map_or_else(|| sent.query("last").unwrap_or_default(), str::to_owned);
                Some(format!(
                    "</v2/team/app/tags/list?n=1000&last={last}>; rel=next"
                ))
            },
            2,
        ),
    ];
    for (case, links, requests) in styles {
        let names = all();
        let world = listed(move |sent| {
            let (page, end) = page(&names, sent);
            match links(sent, end.as_deref()) {
                Some(link) => body(&page).with("link", link),
                None => body(&page),
            }
        });
        let listing = tags_of(&world).await;
        assert_eq!(listing.items, all(), "{case}");
        assert!(listing.complete, "{case}");
        let asked = world.http.lines().len() - 1;
        assert_eq!(asked, requests, "{case}: {:?}", world.http.lines());
        let listing = repositories(&world, &Operator::default(), &anonymous())
            .await
            .unwrap();
        assert_eq!((listing.items, listing.complete), (all(), true), "{case}");
        assert_eq!(streamed(&world).await, (all(), true), "{case}");
    }
}

#[tokio::test]
async fn a_full_page_without_a_link_is_not_taken_for_all() {
    // What is answered to a page that is asked for after a full one; whether the list is known to be whole.
    type After = fn() -> Reply;
    let first: Vec<String> = all().into_iter().take(PAGE).collect();
    let cases: [(&str, After, usize, bool); 4] = [
        ("nothing more", || body(&[]), PAGE, true),
        ("null", || Reply::json(r#"{"tags":null}"#), PAGE, true),
        (
            "the same, from the first on",
            || body(&all()[..PAGE]),
            PAGE,
            false,
        ),
        (
            "the last once more",
            || body(&all()[PAGE - 1..PAGE]),
            PAGE,
            true,
        ),
    ];
    for (case, after, count, complete) in cases {
        let names = first.clone();
        let world = listed(move |sent| match sent.query("last") {
            None => body(&names),
            Some(_) => after(),
        });
        let listing = tags_of(&world).await;
        assert_eq!(
            (listing.items.len(), listing.complete),
            (count, complete),
            "{case}"
        );
        assert_eq!(world.http.lines().len(), 3, "{case}");
    }
    // A registry that pages not at all has all on one page, however long that is.
    let world = listed(|_| body(&all()));
    let listing = tags_of(&world).await;
    assert_eq!((listing.items.len(), listing.complete), (COUNT, true));
}

#[tokio::test]
async fn a_listing_stops_at_a_page_that_it_has_read() {
    // The link of a page by its number, which counts from 0, and how many names the circle has.
    type Link = fn(usize) -> usize;
    let circles: [(&str, Link, usize); 3] = [
        ("to itself", |at| at, 1),
        ("to the first", |at| (at + 1) % 7, 7),
        (
            "to one in the middle",
            |at| if at == 9 { 3 } else { at + 1 },
            10,
        ),
    ];
    for (case, link, count) in circles {
        let world = listed(move |sent| {
            let at = sent.query("at").map_or(0, |at| at.parse().unwrap());
            body(&[format!("t{at:05}")])
                .with("link", format!("<?at={}&n=1000>; rel=next", link(at)))
        });
        let listing = tags_of(&world).await;
        assert_eq!(
            (listing.items.len(), listing.complete),
            (count, true),
            "{case}"
        );
        let (names, complete) = streamed(&world).await;
        assert!(complete && names.len() <= 3 * count, "{case}: {names:?}");
    }
}

#[tokio::test]
async fn ten_empty_pages_in_a_row_are_followed() {
    for (empty, complete) in [(10, true), (11, false)] {
        let world = listed(move |sent| {
            let at = sent.query("at").map_or(0, |at| at.parse().unwrap());
            if at > empty {
                return body(&["last".to_owned()]);
            }
            let page = if at == 0 {
                vec!["first".to_owned()]
            } else {
                Vec::new()
            };
            body(&page).with("link", format!("<?at={}>; rel=next", at + 1))
        });
        let names = if complete {
            vec!["first", "last"]
        } else {
            vec!["first"]
        };
        let listing = tags_of(&world).await;
        assert_eq!(
            (listing.items, listing.complete),
            (names.iter().map(|n| (*n).to_owned()).collect(), complete)
        );
        let (streamed, whole) = streamed(&world).await;
        assert_eq!(
            (streamed, whole),
            (names.iter().map(|n| (*n).to_owned()).collect(), complete)
        );
    }
}

#[tokio::test]
async fn an_end_that_is_not_known_is_no_end() {
    // There is a next page, but no name to ask for it with.
    let world = listed(|_| body(&[]).with("link", "<>; rel=next"));
    let listing = tags_of(&world).await;
    assert_eq!((listing.items.len(), listing.complete), (0, false));
    // A name that stands on two pages, or twice on one, is listed once.
    let world = listed(|sent| match sent.query("last") {
        None => body(&["a".to_owned(), "b".to_owned(), "a".to_owned()])
            .with("link", "<?last=b>; rel=next"),
        Some(_) => body(&["b".to_owned(), "c".to_owned()]),
    });
    let listing = tags_of(&world).await;
    assert_eq!(
        (listing.items, listing.complete),
        (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], true)
    );
}

#[tokio::test]
async fn a_page_that_is_smaller_than_asked_for_is_not_taken_for_all() {
    for most in [50, 100, 200, 500] {
        let names = all();
        let world = listed(move |sent| {
            let last = sent.query("last").unwrap_or_default();
            let rest = names.iter().filter(|name| **name > last);
            body(&rest.take(most).cloned().collect::<Vec<_>>())
        });
        let listing = tags_of(&world).await;
        assert_eq!((listing.items, listing.complete), (all(), true), "{most}");
        assert_eq!(streamed(&world).await, (all(), true), "{most}");
    }
}

#[tokio::test]
async fn a_next_page_that_is_refused_leaves_the_list_open() {
    for status in [400, 404, 405] {
        let world = listed(move |sent| match sent.query("last") {
            None => body(&all()[..PAGE]),
            Some(_) => Reply::status(status),
        });
        let listing = tags_of(&world).await;
        let read = (listing.items.len(), listing.complete);
        assert_eq!(read, (PAGE, false), "{status}");
    }
}
