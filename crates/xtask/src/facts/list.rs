//! The lists that are compiled into the shared crate.

use std::fmt::Write as _;

use super::{rows::Facts, vendor::Vendor};

/// The text of a list: what it is, its source and date, and a macro's rows.
pub(super) fn render(vendor: &Vendor, facts: &Facts) -> String {
    let mut text = format!(
        "// {}\n// Source: {}. Read on {} by `cargo xtask facts`.\n{}! {{\n",
        vendor.about, facts.source, facts.date, vendor.macro_name
    );
    for (group, rows) in &facts.groups {
        let cells = |row: &[String]| {
            let quoted: Vec<String> = row.iter().map(|cell| format!("\"{cell}\"")).collect();
            quoted.join(" ")
        };
        // Writing to a text cannot fail.
        let _ = match vendor.groups {
            false => Ok(()),
            true => writeln!(text, "    \"{group}\":"),
        };
        let indent = if vendor.groups { "        " } else { "    " };
        for (number, row) in rows.iter().enumerate() {
            let end = match vendor.groups && number + 1 == rows.len() {
                true => ";",
                false => "",
            };
            let _ = writeln!(text, "{indent}{}{end}", cells(row));
        }
    }
    text.push_str("}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::{
        super::{rows::Groups, vendor::VENDORS},
        *,
    };

    #[test]
    fn a_list_is_a_macro_with_a_header() {
        let [aws, oracle] = ["aws", "oracle_ocir"]
            .map(|name| VENDORS.iter().find(|vendor| vendor.name == name).unwrap());
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let facts = Facts {
            source: "a 1, b".to_owned(),
            date: "2026-11-30".to_owned(),
            groups: Groups::from([("g".to_owned(), [row(&["x", "1"]), row(&["y", "2"])].into())]),
        };
        let body = |text: String| text.lines().skip(2).collect::<Vec<_>>().join("\n");
        assert_eq!(
            body(render(aws, &facts)),
            "regions! {\n    \"x\" \"1\"\n    \"y\" \"2\"\n}"
        );
        assert_eq!(
            body(render(oracle, &facts)),
            "regions! {\n    \"g\":\n        \"x\" \"1\"\n        \"y\" \"2\";\n}"
        );
        assert!(render(aws, &facts).contains("// Source: a 1, b. Read on 2026-11-30"));
    }
}
