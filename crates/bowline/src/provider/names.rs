//! The names of a registry: many have several hosts.
//!
//! A product says which they are. What compares hosts asks here: the image to test with, a policy's own host, the
//! connection for an image, the origin of an event.

use super::Provider;

/// Every name of the registry at a host, its usual one first; the host alone where it has no other name.
///
/// Names that cannot be told, those of a registry's replicas, are left out. [`is_same_registry`] knows them.
///
/// ```
/// use bowline::provider::registry_names;
///
/// assert_eq!(registry_names("private.us.icr.io"), ["us.icr.io", "private.us.icr.io"]);
/// assert_eq!(registry_names("registry.example.com"), ["registry.example.com"]);
/// ```
pub fn registry_names(host: &str) -> Vec<String> {
    let names = Provider::of_host(host).map(|provider| (provider.rules.names)(host));
    match names {
        Some(names) if !names.is_empty() => names,
        _ => vec![host.to_owned()],
    }
}

/// Tells whether two hosts are names of one registry.
///
/// ```
/// use bowline::provider::is_same_registry;
///
/// assert!(is_same_registry("acme.azurecr.io", "acme.westeurope.geo.azurecr.io"));
/// assert!(!is_same_registry("acme.azurecr.io", "other.azurecr.io"));
/// ```
pub fn is_same_registry(one: &str, other: &str) -> bool {
    one == other || registry_names(one).first() == registry_names(other).first()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_the_same_under_each_of_its_names() {
        for names in [
            &[
                "docker.io",
                "index.docker.io",
                "registry-1.docker.io",
                "registry.hub.docker.com",
            ][..],
            &[
                "210987654321.dkr.ecr.eu-west-1.amazonaws.com",
                "210987654321.dkr-ecr.eu-west-1.on.aws",
                "210987654321.dkr.ecr-fips.eu-west-1.amazonaws.com",
                "210987654321.dkr-ecr-fips.eu-west-1.on.aws",
            ],
            &[
                "210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn",
                "210987654321.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
                "210987654321.dkr.ecr.cn-north-1.on.amazonwebservices.com.cn",
            ],
            &["public.ecr.aws", "ecr-public.aws.com"],
            &[
                "acmeprod.azurecr.io",
                "acmeprod.westeurope.geo.azurecr.io",
                "acmeprod.eastus.geo.azurecr.io",
            ],
            &[
                "fra.ocir.io",
                "eu-frankfurt-1.ocir.io",
                "ocir.eu-frankfurt-1.oci.oraclecloud.com",
            ],
            &[
                "us-boardman-1.ocir.io",
                "ocir.us-boardman-1.oci.oraclecloud.com",
            ],
            &["us.icr.io", "private.us.icr.io"],
            &["icr.io", "private.icr.io"],
            &["us-east4-docker.pkg.dev", "docker.us-east4.rep.pkg.dev"],
        ] {
            for one in names {
                for other in names {
                    assert!(is_same_registry(one, other), "{one} {other}");
                }
                // Replicas cannot be told from one another's names.
                if !one.ends_with(".geo.azurecr.io") {
                    assert!(registry_names(one).iter().any(|name| name == one), "{one}");
                }
            }
        }
    }

    #[test]
    fn other_registries_stay_other_registries() {
        for (one, other) in [
            ("docker.io", "ghcr.io"),
            ("docker.io", "docker.io.evil.example"),
            (
                "210987654321.dkr.ecr.eu-west-1.amazonaws.com",
                "210987654321.dkr.ecr.eu-west-2.amazonaws.com",
            ),
            (
                "210987654321.dkr.ecr.eu-west-1.amazonaws.com",
                "110987654321.dkr.ecr.eu-west-1.amazonaws.com",
            ),
            ("acmeprod.azurecr.io", "acmeprod.azurecr.us"),
            ("acmeprod.azurecr.io", "acmeprod.westeurope.data.azurecr.io"),
            ("fra.ocir.io", "iad.ocir.io"),
            ("fra.ocir.io", "ocir.eu-frankfurt-2.oci.oraclecloud.eu"),
            ("us.icr.io", "icr.io"),
            ("us-docker.pkg.dev", "us.gcr.io"),
            ("registry.example.com", "www.registry.example.com"),
        ] {
            assert!(!is_same_registry(one, other), "{one} {other}");
        }
    }
}
