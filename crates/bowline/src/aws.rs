//! What of AWS enters a URL: regions and accounts, parsed.
//!
//! Regions and partitions are botocore's (`endpoints.json`, `partitions.json`, August 2026).

use crate::text::concat;

/// An AWS region that is known to exist. It is made only by parsing, so a URL can be built of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AwsRegion(&'static str);

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

regions! {
    "us-east-1" "us-east-2" "us-west-1" "us-west-2" "af-south-1" "ap-east-1" "ap-east-2" "ap-northeast-1"
    "ap-northeast-2" "ap-northeast-3" "ap-south-1" "ap-south-2" "ap-southeast-1" "ap-southeast-2" "ap-southeast-3"
    "ap-southeast-4" "ap-southeast-5" "ap-southeast-6" "ap-southeast-7" "ca-central-1" "ca-west-1" "eu-central-1"
    "eu-central-2" "eu-north-1" "eu-south-1" "eu-south-2" "eu-west-1" "eu-west-2" "eu-west-3" "il-central-1"
    "me-central-1" "me-south-1" "mx-central-1" "sa-east-1" "cn-north-1" "cn-northwest-1" "us-gov-east-1"
    "us-gov-west-1" "us-iso-east-1" "us-iso-west-1" "us-isob-east-1" "us-isob-west-1" "eu-isoe-west-1"
    "us-isof-east-1" "us-isof-south-1" "eusc-de-east-1"
}

impl AwsRegion {
    /// Where the API of ECR Public is, whatever the caller's region.
    pub(crate) const OF_ECR_PUBLIC: Self = Self("us-east-1");

    /// The region of this id.
    pub fn parse(id: &str) -> Option<Self> {
        REGIONS
            .iter()
            .find(|region| **region == id)
            .map(|region| Self(region))
    }

    /// `eu-west-1`.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// What the names of the region's services end with: `amazonaws.com`, `amazonaws.com.cn`, …
    pub fn dns_suffix(self) -> &'static str {
        self.suffixes().first().copied().unwrap_or_default()
    }

    fn suffixes(self) -> &'static [&'static str] {
        let own = PARTITIONS
            .iter()
            .find(|partition| self.0.starts_with(partition.prefix));
        own.map_or(&[], |partition| partition.suffixes)
    }
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
        let services = ["dkr.ecr-fips", "dkr-ecr-fips", "dkr.ecr", "dkr-ecr"];
        let (service, rest) = services
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

    /// The same name under the suffix that the region has.
    pub(crate) fn mended(&self, region: AwsRegion) -> String {
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
            assert!(name.agrees(region) && name.mended(region) == host, "{host}");
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
