//! The vendors with region lists: the package of each, and how to read it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::rows::{Groups, Row};

/// A list.
pub(super) struct Vendor {
    /// The name of its files.
    pub(super) name: &'static str,
    /// The subject of the list.
    pub(super) about: &'static str,
    /// The macro that takes the rows.
    pub(super) macro_name: &'static str,
    /// True if the macro takes the groups too.
    pub(super) groups: bool,
    /// The package with the newest rows; `None` for a list that is read from the vendor's pages.
    pub(super) package: Option<Package>,
}

/// A package of the Python index.
pub(super) struct Package {
    pub(super) name: &'static str,
    /// The file in it.
    pub(super) file: &'static str,
    /// Reads the file. The stored rows supply what the file lacks.
    pub(super) parse: fn(&str, &Groups) -> anyhow::Result<Groups>,
}

pub(super) const VENDORS: &[Vendor] = &[
    Vendor {
        name: "aws",
        about: "The regions of AWS, by partition.",
        macro_name: "regions",
        groups: false,
        package: Some(Package {
            name: "botocore",
            file: "botocore/data/partitions.json",
            parse: aws,
        }),
    },
    Vendor {
        name: "google",
        about: "The multi-regions and regions of Artifact Registry, and the four hosts of Container Registry.",
        macro_name: "places",
        groups: false,
        package: None,
    },
    Vendor {
        name: "ibm",
        about: "The regions of IBM Cloud Container Registry: id, what their hosts have before `icr.io`, city.",
        macro_name: "regions",
        groups: false,
        package: Some(Package {
            name: "ibm-container-registry",
            file: "ibm_container_registry/container_registry_v1.py",
            parse: ibm,
        }),
    },
    Vendor {
        name: "oracle_ocir",
        about: "The regions of Oracle Cloud, by the domain of their realm: three letters and id.",
        macro_name: "regions",
        groups: true,
        package: Some(Package {
            name: "oci",
            file: "oci/regions_definitions.py",
            parse: oracle,
        }),
    },
    Vendor {
        name: "scaleway",
        about: "The regions of Scaleway: id and city.",
        macro_name: "regions",
        groups: false,
        package: None,
    },
];

/// Regions by partition, without pseudo-regions such as `aws-global`.
fn aws(text: &str, _: &Groups) -> anyhow::Result<Groups> {
    let value: Value = serde_json::from_str(text)?;
    let partitions = value["partitions"].as_array().context("no partitions")?;
    let mut groups = Groups::new();
    for partition in partitions {
        let id = partition["id"].as_str().context("a partition has an id")?;
        let regions = partition["regions"].as_object().context("no regions")?;
        let rows = regions
            .keys()
            .filter(|region| !region.ends_with("-global"))
            .map(|region| vec![region.clone()]);
        groups.insert(id.to_owned(), rows.collect());
    }
    ensure!(
        groups.values().map(BTreeSet::len).sum::<usize>() >= 40,
        "these are too few regions"
    );
    Ok(groups)
}

/// Three letters and ids by the domain of the realm.
fn oracle(text: &str, _: &Groups) -> anyhow::Result<Groups> {
    let short = dictionary(text, "REGIONS_SHORT_NAMES")?;
    let realms = dictionary(text, "REGION_REALMS")?;
    let domains = dictionary(text, "REALMS")?;
    let mut groups = Groups::new();
    for (key, id) in short {
        let realm = realms
            .get(&id)
            .with_context(|| format!("{id} has no realm"))?;
        let domain = domains
            .get(realm)
            .with_context(|| format!("{realm} has no domain"))?;
        groups
            .entry(domain.clone())
            .or_default()
            .insert(vec![key, id]);
    }
    Ok(groups)
}

/// Former regions that the package still has under a second name.
const FORMER: [&str; 4] = ["ap-north", "ap-south", "eu-central", "uk-south"];

/// Ids with the prefixes of their hosts. Cities, and regions that only IBM's page has, come from the stored rows.
fn ibm(text: &str, kept: &Groups) -> anyhow::Result<Groups> {
    let endpoints = dictionary(text, "REGIONAL_ENDPOINTS")?;
    let kept: BTreeMap<&str, &Row> = kept
        .values()
        .flatten()
        .filter_map(|row| Some((row.first()?.as_str(), row)))
        .collect();
    let mut rows: BTreeSet<Row> = kept.values().map(|row| (*row).clone()).collect();
    for (id, url) in endpoints {
        if FORMER.contains(&id.as_str()) {
            continue;
        }
        let host = url
            .strip_prefix("https://")
            .and_then(|host| host.strip_suffix("icr.io"))
            .with_context(|| format!("{url} isn't a registry of IBM"))?;
        let of_kept = kept.get(id.as_str());
        let city = of_kept.and_then(|row| row.get(2)).unwrap_or(&id).clone();
        if let Some(row) = of_kept {
            rows.remove(*row);
        }
        rows.insert(vec![id, host.to_owned(), city]);
    }
    Ok(Groups::from([(String::new(), rows)]))
}

/// A dictionary of texts in a Python file, each of its lines `'key': 'value',`.
fn dictionary(text: &str, name: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let start = format!("{name} = {{");
    let mut lines = text.lines().skip_while(|line| line.trim() != start);
    lines.next().with_context(|| format!("{name} is missing"))?;
    let mut entries = BTreeMap::new();
    for line in lines.take_while(|line| line.trim() != "}") {
        let mut parts = line.split('\'');
        let (Some(_), Some(key), Some(colon), Some(value)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        ensure!(
            colon.trim() == ":",
            "{name} has an unexpected line “{line}”"
        );
        entries.insert(key.to_owned(), value.to_owned());
    }
    ensure!(!entries.is_empty(), "{name} is empty");
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(groups: &Groups, group: &str) -> Vec<String> {
        groups[group].iter().map(|row| row.join(" ")).collect()
    }

    #[test]
    fn partitions_have_regions() {
        let mut regions = serde_json::Map::new();
        for number in 1..=40 {
            regions.insert(format!("eu-west-{number}"), Value::Null);
        }
        regions.insert("aws-global".to_owned(), Value::Null);
        let text = serde_json::json!({ "partitions": [
            { "id": "aws", "regions": regions },
            { "id": "aws-cn", "regions": { "cn-north-1": {} } },
        ] })
        .to_string();
        let groups = aws(&text, &Groups::new()).unwrap();
        assert_eq!(rows(&groups, "aws-cn"), ["cn-north-1"]);
        assert_eq!(groups["aws"].len(), 40);
        for broken in [
            "",
            "{}",
            r#"{"partitions":[]}"#,
            r#"{"partitions":[{"id":"aws"}]}"#,
        ] {
            assert!(aws(broken, &Groups::new()).is_err(), "{broken}");
        }
    }

    #[test]
    fn regions_of_oracle_have_a_realm_with_a_domain() {
        let text = "REGIONS_SHORT_NAMES = {\n    'abc': 'eu-here-1',\n    'xyz': 'us-gov-there-1'\n}\n\
                    REGION_REALMS = {\n    'eu-here-1': 'oc1',\n    'us-gov-there-1': 'oc2',\n}\n\
                    REALMS = {\n    'oc1': 'one.example',\n    'oc2': 'two.example'\n}\n";
        let groups = oracle(text, &Groups::new()).unwrap();
        assert_eq!(rows(&groups, "one.example"), ["abc eu-here-1"]);
        assert_eq!(rows(&groups, "two.example"), ["xyz us-gov-there-1"]);
        for broken in [
            text.replace("'oc2': ", "'oc3': "),
            text.replace("'us-gov-there-1': 'oc2',", ""),
            text.replace("REALMS = {", "OTHERS = {"),
        ] {
            assert!(oracle(&broken, &Groups::new()).is_err(), "{broken}");
        }
    }

    #[test]
    fn regions_of_ibm_keep_their_cities() {
        let kept = Groups::from([(
            String::new(),
            [["eu-de", "old.", "Frankfurt"], ["in-che", "in.", "Chennai"]]
                .map(|row| row.map(str::to_owned).to_vec())
                .into(),
        )]);
        let text = "class X:\n    REGIONAL_ENDPOINTS = {\n        'global': 'https://icr.io', # global\n        \
                    'eu-central': 'https://de.icr.io',\n        'eu-de': 'https://de.icr.io',\n        \
                    'kr-seo': 'https://kr.icr.io',\n    }\n";
        let groups = ibm(text, &kept).unwrap();
        assert_eq!(
            rows(&groups, ""),
            [
                "eu-de de. Frankfurt",
                "global  global",
                "in-che in. Chennai",
                "kr-seo kr. kr-seo"
            ]
        );
        let foreign = text.replace("kr.icr.io", "kr.example.com");
        assert!(ibm(&foreign, &kept).is_err());
    }
}
