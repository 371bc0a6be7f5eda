//! What of AWS enters a URL: regions and accounts, parsed.
//!
//! Regions and partitions are botocore's (`partitions.json`, November 2026).

use std::fmt;

use crate::{
    region::{is_direction, is_number},
    text::concat,
};

/// An AWS region: one that is listed, or a text that is built like one. It is made only by parsing, so a URL can be
/// built of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AwsRegion {
    /// The id, and zeros after it: a region is short, so that it is copied as it is.
    text: [u8; LONGEST],
    length: usize,
}

/// The longest id that is taken, in bytes; the longest that is listed has 14.
const LONGEST: usize = 24;

/// An AWS account: twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AwsAccount(String);

/// A partition's regions start with `prefix`; its registries are under the first suffix, or under the second where
/// they answer over IPv6 too, or under another that clients know (Renovate's list).
struct Partition {
    prefix: &'static str,
    suffixes: &'static [&'static str],
}

/// The partitions; the first whose prefix a region has is its own.
static PARTITIONS: [Partition; 8] = [
    Partition {
        prefix: "cn-",
        suffixes: &["amazonaws.com.cn", "on.amazonwebservices.com.cn"],
    },
    Partition {
        prefix: "us-gov-",
        suffixes: &["amazonaws.com", "on.aws"],
    },
    Partition {
        prefix: "us-iso-",
        suffixes: &["c2s.ic.gov", "on.aws.ic.gov"],
    },
    Partition {
        prefix: "us-isob-",
        suffixes: &["sc2s.sgov.gov", "on.aws.scloud"],
    },
    Partition {
        prefix: "us-isof-",
        suffixes: &["csp.hci.ic.gov", "on.aws.hci.ic.gov"],
    },
    Partition {
        prefix: "eu-isoe-",
        suffixes: &["cloud.adc-e.uk", "on.cloud-aws.adc-e.uk", "scloud.adc-e.uk"],
    },
    Partition {
        prefix: "eusc-",
        suffixes: &["amazonaws.eu", "on.amazonwebservices.eu"],
    },
    Partition {
        prefix: "",
        suffixes: &["amazonaws.com", "on.aws"],
    },
];

macro_rules! regions {
    ($($region:literal)*) => {
        /// Every region.
        pub(crate) static REGIONS: &[&str] = &[$($region),*];
        /// Every region as a choice of a form.
        pub(crate) static CHOICES: &[crate::provider::Choice] = &[$(crate::provider::Choice::new($region, $region)),*];
    };
}

include!("provider/lists/aws.in");

impl AwsRegion {
    /// The region of ECR Public's API, whatever the caller's.
    pub(crate) const OF_ECR_PUBLIC: Self = Self::kept("us-east-1");

    /// The region of this id: one that is listed, or that is built like those.
    pub fn parse(id: &str) -> Option<Self> {
        let is_one = REGIONS.contains(&id) || geography(id).is_some();
        (is_one && id.len() <= LONGEST).then(|| Self::kept(id))
    }

    /// The region of an id that is no longer than [`LONGEST`].
    const fn kept(id: &str) -> Self {
        let mut text = [0; LONGEST];
        let length = if id.len() < LONGEST {
            id.len()
        } else {
            LONGEST
        };
        text.split_at_mut(length)
            .0
            .copy_from_slice(id.as_bytes().split_at(length).0);
        Self { text, length }
    }

    /// `eu-west-1`.
    pub fn as_str(&self) -> &str {
        let text = self.text.get(..self.length).unwrap_or_default();
        str::from_utf8(text).unwrap_or_default()
    }

    /// The end of the names of the region's services: `amazonaws.com`, `amazonaws.com.cn`, …
    pub fn dns_suffix(self) -> &'static str {
        self.suffixes().first().copied().unwrap_or_default()
    }

    fn suffixes(self) -> &'static [&'static str] {
        let own = PARTITIONS
            .iter()
            .find(|partition| self.as_str().starts_with(partition.prefix));
        own.map_or(&[], |partition| partition.suffixes)
    }
}

impl fmt::Debug for AwsRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwsRegion({})", self.as_str())
    }
}

/// The part before the direction in a text that is built like a region: `us-gov` of `us-gov-west-1`. It is a country or
/// a part of the world in two letters, perhaps with the rest of a partition's prefix (botocore, `regionRegex`).
pub(crate) fn geography(id: &str) -> Option<&str> {
    let (rest, number) = id.rsplit_once('-')?;
    let (geography, direction) = rest.rsplit_once('-')?;
    let of_partition = PARTITIONS
        .iter()
        .any(|partition| partition.prefix.strip_suffix('-') == Some(geography));
    let is_sound = of_partition
        || geography == "eusc-de"
        || geography.len() == 2 && geography.bytes().all(|b| b.is_ascii_lowercase());
    (id.len() <= LONGEST && is_sound && is_direction(direction) && is_number(number))
        .then_some(geography)
}

impl AwsAccount {
    /// The account of this id. Leading zeros belong to it.
    pub fn parse(id: &str) -> Option<Self> {
        (id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())).then(|| Self(id.to_owned()))
    }

    /// The account whose registry in this region has this host name; `None` for any other name.
    pub fn of_registry(host: &str, region: AwsRegion) -> Option<Self> {
        let name = RegistryName::parse(host)?;
        (name.region == region.as_str() && name.agrees(region))
            .then(|| Self(name.account.to_owned()))
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The host of an account's registry in a region.
pub fn registry_host(account: &AwsAccount, region: AwsRegion) -> String {
    concat(&[
        account.as_str(),
        ".dkr.ecr.",
        region.as_str(),
        ".",
        region.dns_suffix(),
    ])
}

/// The names of the service between account and region.
const SERVICES: [&str; 4] = ["dkr.ecr", "dkr-ecr", "dkr.ecr-fips", "dkr-ecr-fips"];

/// The pieces of a name that is built like a private registry's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RegistryName<'a> {
    /// Twelve digits.
    pub(crate) account: &'a str,
    /// `dkr.ecr`, `dkr-ecr`, with `-fips` perhaps.
    pub(crate) service: &'a str,
    /// A region, known or not.
    pub(crate) region: &'a str,
    /// A suffix of some partition.
    pub(crate) suffix: &'a str,
}

impl<'a> RegistryName<'a> {
    /// Takes a host apart (as amazon-ecr-credential-helper does). Region and suffix may disagree.
    pub(crate) fn parse(host: &'a str) -> Option<Self> {
        let (account, rest) = host.split_once('.')?;
        AwsAccount::parse(account)?;
        let (service, rest) = SERVICES
            .into_iter()
            .find_map(|service| Some((service, rest.strip_prefix(service)?.strip_prefix('.')?)))?;
        let (region, suffix) = rest.split_once('.')?;
        let sound = !region.is_empty()
            && region
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let known = PARTITIONS
            .iter()
            .any(|partition| partition.suffixes.contains(&suffix));
        (sound && known).then_some(Self {
            account,
            service,
            region,
            suffix,
        })
    }

    /// Whether the region is one whose names end so.
    pub(crate) fn agrees(&self, region: AwsRegion) -> bool {
        region.suffixes().contains(&self.suffix)
    }

    /// Every name of this registry, its usual one first: over IPv4 alone or over IPv6 too, with FIPS or without.
    pub(crate) fn all(&self) -> Option<Vec<String>> {
        let region = AwsRegion::parse(self.region).filter(|region| self.agrees(*region))?;
        let mut names = Vec::new();
        for service in SERVICES {
            for suffix in region.suffixes() {
                names.push(concat(&[
                    self.account,
                    ".",
                    service,
                    ".",
                    self.region,
                    ".",
                    suffix,
                ]));
            }
        }
        Some(names)
    }

    /// The same name under the suffix that the region has.
    pub(crate) fn fixed(&self, region: AwsRegion) -> String {
        let place = usize::from(self.service.starts_with("dkr-ecr"));
        let suffix = region.suffixes().get(place).copied().unwrap_or_default();
        concat(&[
            self.account,
            ".",
            self.service,
            ".",
            self.region,
            ".",
            suffix,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::{AwsAccount, AwsRegion, REGIONS, RegistryName, registry_host};

    #[test]
    fn every_region_names_a_registry_that_is_taken_apart_again() {
        let account = AwsAccount::parse("012345678910").unwrap();
        for id in REGIONS {
            let region = AwsRegion::parse(id).unwrap();
            let host = registry_host(&account, region);
            let name = RegistryName::parse(&host).unwrap_or_else(|| panic!("{host}"));
            assert_eq!((name.account, name.region), ("012345678910", *id));
            assert!(name.agrees(region) && name.fixed(region) == host, "{host}");
            assert_eq!(
                AwsAccount::of_registry(&host, region),
                Some(account.clone()),
                "{host}"
            );
        }
    }

    #[test]
    fn an_account_is_read_of_its_own_regions_registry_only() {
        let region = AwsRegion::parse("eu-west-1").unwrap();
        for host in [
            "012345678910.dkr.ecr.us-east-1.amazonaws.com",
            "012345678910.dkr.ecr.eu-west-1.amazonaws.com.cn",
            "012345678910.dkr.ecr.eu-west-1.amazonaws.com.evil.net",
            "evil.example.net",
        ] {
            assert_eq!(AwsAccount::of_registry(host, region), None, "{host}");
        }
    }

    #[test]
    fn what_is_built_like_a_region_is_one() {
        for (id, suffix) in [
            ("sa-north-1", Some("amazonaws.com")),
            ("nz-west-1", Some("amazonaws.com")),
            ("us-gov-central-1", Some("amazonaws.com")),
            ("us-isof-west-1", Some("csp.hci.ic.gov")),
            ("cn-south-12", Some("amazonaws.com.cn")),
            ("eusc-de-west-1", Some("amazonaws.eu")),
            ("eu-west-1a", None),
            ("eu-west", None),
            ("moon-west-1", None),
            ("us-moon-1", None),
            ("us-east-1-bos-1", None),
            ("EU-WEST-1", None),
            ("eu-west-1.evil.example", None),
            ("", None),
        ] {
            let region = AwsRegion::parse(id);
            assert_eq!(region.map(AwsRegion::dns_suffix), suffix, "{id}");
            assert!(region.is_none_or(|region| region.as_str() == id), "{id}");
        }
    }

    #[test]
    fn look_alikes_are_no_registries() {
        for host in [
            ".dkr.ecr.us-east-1.amazonaws.com",
            "12345678901.dkr.ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-west-2.amazonaws.com.fake.example.com",
            "123456789012.dkr.ecr.us-west-2.amazonaws.com.evil",
            "123456789012.dkr.ecr..amazonaws.com",
            "210987654321.dkr.ecr.cn-north-1.on.aws.com.cn",
            "123456789012-dkr.ecr.us-west-2.amazonaws.com",
            "x123456789012.dkr.ecr.us-west-2.amazonaws.com",
            "123456789012.ecr.us-west-2.amazonaws.com",
        ] {
            assert_eq!(RegistryName::parse(host), None, "{host}");
        }
    }
}
