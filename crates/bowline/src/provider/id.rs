//! The ids of the providers, and the table that ties each to its row.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Provider;

/// Makes the enum, its texts and the table from one line a provider: variant, id, module.
macro_rules! table {
    ($($variant:ident $id:literal $module:ident,)*) => {
        /// The id of a registry product. As text and in JSON it is kebab-case: `docker-hub`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ProviderId {
            $(#[doc = concat!("`", $id, "`")] $variant,)*
        }

        impl ProviderId {
            /// Every id, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The text of the id: `docker-hub`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)*
                }
            }

            /// The product that has this id.
            pub fn provider(self) -> &'static Provider {
                match self {
                    $(Self::$variant => &super::$module::PROVIDER,)*
                }
            }
        }

        /// Every row, in the order of [`ProviderId::ALL`].
        pub(super) static PROVIDERS: &[&Provider] = &[$(&super::$module::PROVIDER),*];
    };
}

table! {
    AmazonEcr "amazon-ecr" amazon_ecr,
    AmazonEcrPublic "amazon-ecr-public" amazon_ecr_public,
    AzureAcr "azure-acr" azure_acr,
    DockerHub "docker-hub" docker_hub,
    GitHub "github" github,
    Google "google" google,
    GitLab "gitlab" gitlab,
    Harbor "harbor" harbor,
    Quay "quay" quay,
    JfrogArtifactory "jfrog-artifactory" jfrog_artifactory,
    Nexus "nexus" nexus,
    OpenShift "openshift" openshift,
    OracleOcir "oracle-ocir" oracle_ocir,
    Ibm "ibm" ibm,
    Gitea "gitea" gitea,
    DigitalOcean "digitalocean" digitalocean,
    Scaleway "scaleway" scaleway,
    AlibabaAcr "alibaba-acr" alibaba_acr,
    TencentTcr "tencent-tcr" tencent_tcr,
    HuaweiSwr "huawei-swr" huawei_swr,
    Cloudsmith "cloudsmith" cloudsmith,
    NvidiaNgc "nvidia-ngc" nvidia_ngc,
    Chainguard "chainguard" chainguard,
    ProGet "proget" proget,
    Bitbucket "bitbucket" bitbucket,
    DockerTrustedRegistry "docker-trusted-registry" docker_trusted_registry,
    RedHatAtomic "red-hat-atomic" red_hat_atomic,
    DockerRegistry "docker-registry" docker_registry,
    DockerRegistryV1 "docker-registry-v1" docker_registry_v1,
}

impl ProviderId {
    /// The provider of a registry that is no other product, or not known to be.
    pub const GENERIC: Self = Self::DockerRegistry;
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is the id of no known provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownProvider;

impl fmt::Display for UnknownProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no provider has this id")
    }
}

impl std::error::Error for UnknownProvider {}

impl FromStr for ProviderId {
    type Err = UnknownProvider;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied();
        all.find(|id| id.as_str() == text).ok_or(UnknownProvider)
    }
}

impl Serialize for ProviderId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ProviderId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = ProviderId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a provider")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::ProviderId;

    #[test]
    fn each_id_has_its_own_row() {
        for id in ProviderId::ALL.iter().copied() {
            assert_eq!(id.provider().id, id);
            assert_eq!(id.as_str().parse(), Ok(id));
            assert_eq!(id.to_string(), id.as_str());
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(json, format!("\"{id}\""));
            assert_eq!(serde_json::from_str::<ProviderId>(&json).unwrap(), id);
        }
        assert!("docker".parse::<ProviderId>().is_err());
        assert!(serde_json::from_str::<ProviderId>("\"\"").is_err());
    }
}
