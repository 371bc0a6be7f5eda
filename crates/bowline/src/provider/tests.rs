use std::collections::{HashMap, HashSet};

use super::{Kind, providers, rules::Judge};

#[test]
fn ids_are_kebab_case_and_unique() {
    let kebab = |id: &str| {
        id.split('-').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
    };
    let mut ids = HashSet::new();
    for provider in providers() {
        assert!(
            kebab(provider.id.as_str()) && ids.insert(provider.id),
            "{}",
            provider.id
        );
        assert!(provider.docs_url.starts_with("https://"), "{}", provider.id);
        let mut methods = HashSet::new();
        for auth in provider.auth {
            assert!(
                kebab(auth.id) && methods.insert(auth.id),
                "{}: {}",
                provider.id,
                auth.id
            );
        }
        assert!(!methods.is_empty(), "{}", provider.id);
    }
}

#[test]
fn each_rank_is_one_products() {
    let mut ranks = HashMap::new();
    for provider in providers() {
        let (rank, id) = (provider.rank, provider.id);
        if let Some(other) = ranks.insert(rank, id) {
            panic!("{id} and {other} have the rank {rank}: give one of them another");
        }
    }
}

#[test]
fn every_option_is_a_choice_of_its_rule() {
    let auth = providers().iter().flat_map(|provider| provider.auth);
    for field in auth.flat_map(|auth| auth.fields) {
        for option in field.options {
            let mut judge = Judge::new(option.value, None, "");
            (field.rule)(&mut judge);
            assert!(
                judge.is_choice && judge.issues.is_empty(),
                "{}",
                option.value
            );
        }
    }
}

#[test]
fn every_form_can_be_rendered() {
    for provider in providers() {
        for auth in provider.auth {
            let of = format!("{} {}", provider.id, auth.id);
            let mut names = HashSet::new();
            for field in auth.fields {
                assert!(names.insert(field.name), "{of}: {} twice", field.name);
                assert!(
                    !field.label.is_empty() && !field.autocomplete.is_empty(),
                    "{of}: {}",
                    field.name
                );
                assert_eq!(
                    field.kind == Kind::Select,
                    !field.options.is_empty(),
                    "{of}: {}",
                    field.name
                );
                assert!(
                    !(field.required && field.default.is_some()),
                    "{of}: {}",
                    field.name
                );
                if field.required && field.kind.is_secret() {
                    assert!(
                        field.help.is_some(),
                        "{of}: {} says not which secret",
                        field.name
                    );
                }
            }
            assert!(names.contains("namespace"), "{of} has no field “namespace”");
        }
    }
}

#[test]
fn every_login_says_what_it_needs_for_each_purpose() {
    for provider in providers() {
        for auth in provider.auth.iter().filter(|auth| auth.id != "anonymous") {
            let told = auth.fields.iter().filter_map(|field| field.help);
            let differs = told.filter(|help| help.pull != help.push).count();
            assert!(
                differs > 0,
                "{} {}: no field's help tells pulling from pushing; see Field::help_for",
                provider.id,
                auth.id
            );
        }
    }
}

#[test]
fn the_json_is_the_designs() {
    let provider = super::provider("docker-hub").unwrap();
    let json = serde_json::to_value(provider).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "auth",
            "capabilities",
            "docsUrl",
            "group",
            "id",
            "notifications",
            "rank",
            "title"
        ]
    );
    let auth = &json["auth"][0];
    assert_eq!(auth["id"], "password");
    let password = auth["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["name"] == "password")
        .unwrap();
    assert_eq!(password["kind"], "secret");
    assert_eq!(password["label"], "Access token");
    assert_eq!(password["required"], true);
    assert!(password["help"]["pull"].is_string() && password["help"]["push"].is_string());
    assert!(password.get("rule").is_none() && password.get("default").is_none());
    assert_eq!(json["capabilities"]["testNeedsImage"], false);
    assert_eq!(json["group"], "hosted");
    assert!(json["rank"].is_u64());
    let step = &json["notifications"]["steps"][0];
    assert!(step["text"].is_string() && step["when"] == "always");
    let [ibm, acr] =
        ["ibm", "azure-acr"].map(|id| serde_json::to_value(super::provider(id)).unwrap());
    assert!(ibm["notifications"].is_null());
    assert_eq!(acr["notifications"]["snippet"][2]["when"], "authorization");
}
