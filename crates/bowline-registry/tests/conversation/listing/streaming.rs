//! Lists a double page by page.

use bowline_registry::{Operator, Repositories};

use super::product::Product;
use crate::double::FakeWorld;

/// Lists page by page; with `anew`, each page in another instance. Gives the names, how many pages had how many at
/// most, and how many there were.
pub async fn stream(
    world: &FakeWorld,
    product: &Product,
    anew: bool,
) -> (Vec<String>, usize, usize) {
    let operator = Operator::default();
    let mut names = Vec::new();
    let (mut largest, mut pages) = (0, 0);
    let mut listing = Repositories::open(world, &operator, &product.spec, None, None)
        .await
        .unwrap();
    while let Some(page) = listing.next_page().await.unwrap() {
        assert_eq!(page.complete, page.cursor.is_none(), "{}", names.len());
        pages += 1;
        assert!(pages <= 200_000, "it goes round in circles");
        largest = largest.max(page.items.len());
        names.extend(page.items.iter().map(|entry| entry.name().to_owned()));
        if anew && let Some(cursor) = page.cursor {
            assert!(cursor.len() < 1024, "{} bytes of cursor", cursor.len());
            listing = Repositories::open(world, &operator, &product.spec, None, Some(&cursor))
                .await
                .unwrap();
        }
    }
    (names, largest, pages)
}
