use proptest::prelude::*;

use super::Value;

/// Texts that are often near JSON.
fn near_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?[0-9]{1,3}(\\.[0-9]{1,2})?([eE][+-]?[0-9])?",
        "\"[a-z ü\\\\\"/nu0-9]{0,6}\"",
        Just("\"\\u00e9\\ud83d\\ude00\\n\"".to_owned()),
        "[a-z\\[{,:]{1,3}",
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|list| format!("[{}]", list.join(" , "))),
            prop::collection::vec(inner, 0..4).prop_map(|list| {
                let members: Vec<String> = list
                    .iter()
                    .enumerate()
                    .map(|(at, value)| format!("\"k{at}\":{value}"))
                    .collect();
                format!("{{ {} }}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_reads_is_read_alike_and_nothing_else(text in near_json()) {
        let expected: Option<serde_json::Value> = serde_json::from_str(&text).ok();
        let actual = Value::parse(&text).map(|value| serde_json::from_str(&value.to_text()).unwrap());
        prop_assert_eq!(actual, expected);
    }

    #[test]
    fn any_text_is_read_as_serde_json_does(text in ".*") {
        prop_assert_eq!(Value::parse(&text).is_some(), serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }

    #[test]
    fn strings_come_back(text in ".*") {
        let value = Value::String(text.clone());
        prop_assert_eq!(Value::parse(&value.to_text()), Some(value.clone()));
        prop_assert_eq!(serde_json::from_str::<String>(&value.to_text()).unwrap(), text);
    }
}

#[test]
fn half_a_character_is_replaced() {
    for text in [r#""\ud800""#, r#""\udc00""#] {
        assert_eq!(Value::parse(text), Some("\u{fffd}".into()), "{text}");
    }
    assert_eq!(Value::parse(r#""\ud800\u0041""#), Some("\u{fffd}A".into()));
    assert_eq!(Value::parse(r#""\ud800\n""#), Some("\u{fffd}\n".into()));
    for text in [r#""\u12""#, r#""\u+123""#, r#""\x""#, "\"\n\"", "\""] {
        assert_eq!(Value::parse(text), None, "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Value::parse(&nested(64)).is_some());
    assert!(Value::parse(&nested(65)).is_none());
    assert!(Value::parse(&"[".repeat(1_000_000)).is_none());
}

#[test]
fn serde_gives_and_takes_the_same() {
    let text = r#"{"a":[1,-2,true,null,"x"],"b":{"c":"d"}}"#;
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(Value::parse(text), Some(value.clone()));
    assert_eq!(serde_json::to_string(&value).unwrap(), text);
    assert_eq!(value.to_text(), text);
}

#[test]
fn the_last_member_of_a_name_counts() {
    let value = Value::parse(r#"{"a":1,"a":2,"b":false,"c":2.5}"#).unwrap();
    assert_eq!(value.get("a").and_then(Value::as_i64), Some(2));
    assert_eq!(value.get("b").and_then(Value::as_bool), Some(false));
    assert_eq!(value.get("c").and_then(Value::as_i64), None);
    assert_eq!(value.get("d"), None);
}
