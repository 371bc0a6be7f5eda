use proptest::prelude::*;

use super::{
    engine::{CompiledPattern, Small},
    *,
};

/// The browser's verdict.
fn small_matches(set: &PatternSet, image: &str) -> bool {
    let compiled: Vec<_> = set.patterns().iter().map(CompiledPattern::new).collect();
    Small::new(set.patterns()).matches(&compiled, image)
}

/// What a pattern and a list of patterns mean is in `vectors/patterns.json`; here is that both engines mean it.
#[test]
fn the_browsers_engine_gives_the_verdicts_of_the_vectors() {
    let file = include_str!("../../vectors/patterns.json");
    let file: serde_json::Value = serde_json::from_str(file).unwrap();
    let cases = file["cases"].as_array().unwrap().iter();
    let verdicts = cases.filter(|case| case["image"].is_string());
    for case in verdicts {
        let patterns = case["patterns"].as_array().unwrap().iter();
        let set = PatternSet::new(patterns.map(|text| text.as_str().unwrap())).unwrap();
        let taken = small_matches(&set, case["image"].as_str().unwrap());
        assert_eq!(case["explanation"]["taken"], taken, "{}", case["name"]);
    }
}

fn pattern_text() -> impl Strategy<Value = String> {
    let part = "[ab1*?{},./\\\\^$()|\\[\\]+-]{0,6}";
    prop_oneof![
        part,
        (part, part).prop_map(|(name, tag)| format!("{name}:{tag}")),
        (part, part).prop_map(|(name, tag)| format!("/{name}/:/{tag}/"))
    ]
}

proptest! {
    #[test]
    fn the_engines_agree(texts in prop::collection::vec(pattern_text(), 1..12), images in prop::collection::vec("[ab1/]{0,8}(:[ab1.]{0,4})?", 1..12)) {
        let texts: Vec<String> = texts.into_iter().filter(|text| Pattern::parse(text).is_ok()).collect();
        let set = PatternSet::new(&texts).unwrap();
        for image in &images {
            prop_assert_eq!(set.matches(image), small_matches(&set, image), "{:?} on {}", &texts, image);
        }
        let taken: Vec<u32> = (0..).zip(&images).filter(|(_, image)| set.matches(image)).map(|(index, _)| index).collect();
        prop_assert_eq!(set.filter(&images), taken);
    }
}
