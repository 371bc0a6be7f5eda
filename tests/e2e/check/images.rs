//! What images look like in a registry.

use super::*;

fn checked(registry: &Registry, image: Option<&str>) -> Value {
    check(
        &App::start().client(&["acme"]),
        &anonymous(&registry.url()),
        image,
    )
}

#[test]
fn every_current_format_is_pulled() {
    let (registry, image) = (Registry::start(&Access::Open), Image::new("formats"));
    for format in ["oci", "v2s2"] {
        registry.push_as(&image, &format!("app:{format}"), format);
        passed(&checked(&registry, Some(&format!("app:{format}"))), "pull");
    }
}

#[test]
fn the_format_of_before_2016_is_pulled_by_a_layer() {
    let registry = Registry::start(&Access::Open);
    registry.push_as(&Image::new("old"), "app:v1", "v2s1");
    passed(&checked(&registry, Some("app:v1")), "pull");
}

#[test]
fn an_index_leads_to_an_image() {
    let (registry, images) = (
        Registry::start(&Access::Open),
        [Image::new("one"), Image::new("two")],
    );
    registry.push(&images[0], "app:amd64");
    registry.push(&images[1], "app:arm64");
    let digest = registry.put_index("app", "v1", &[&images[0], &images[1]]);
    let check = checked(&registry, Some("app:v1"));
    passed(&check, "pull");
    assert_eq!(check["facts"]["digest"], digest);
}

#[test]
fn an_image_is_named_by_its_digest_too() {
    let (registry, image) = (Registry::start(&Access::Open), Image::new("digest"));
    registry.push(&image, "team/app:v1");
    let check = checked(&registry, Some(&format!("team/app@{}", image.digest())));
    passed(&check, "pull");
    assert_eq!(check["facts"]["digest"], image.digest());
}

#[test]
fn a_repository_whose_images_were_deleted_is_passed_over() {
    let registry = Registry::start(&Access::Open);
    for name in ["a", "b"] {
        let image = Image::new(name);
        registry.push(&image, &format!("{name}:v1"));
        registry.delete(name, &image.digest());
    }
    let check = checked(&registry, None);
    passed(&check, "login");
    assert_eq!(warnings(&check), ["catalog.empty"]);

    registry.push(&Image::new("left"), "left:v1");
    let check = checked(&registry, None);
    passed(&check, "pull");
    assert_eq!(check["facts"]["image"], "left:v1");
}

#[test]
fn damaged_content_is_noticed() {
    let (registry, image) = (Registry::start(&Access::Open), Image::new("damaged"));
    registry.push(&image, "app:v1");
    registry.damage(&image.config_digest());
    let check = checked(&registry, Some("app:v1"));
    problem(&check, "digest.mismatch", "login");
    assert_eq!(steps(&check), "passed passed skipped skipped passed failed");
}
