//! The ids of connections, of scans and of syncs.

use std::fmt;

use serde::{Serialize, Serializer};
use uuid::{Builder, Uuid};

use crate::random::Random;

/// Declares a kind of ids: UUIDv7 (RFC 9562 §5.7), so that ids sort by when they were made.
macro_rules! id {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "schema", schemars(inline))]
        pub struct $name(
            #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "uuid")))]
            Uuid,
        );

        impl $name {
            /// A new id at `now_ms` (milliseconds since 1970).
            pub fn new(now_ms: i64, random: &impl Random) -> Self {
                let mut bytes = [0; 10];
                random.fill(&mut bytes);
                Self(Builder::from_unix_timestamp_millis(now_ms.unsigned_abs(), &bytes).into_uuid())
            }

            /// The id that `text` is, in lower case with its four hyphens; every other spelling is none.
            pub fn parse(text: &str) -> Option<Self> {
                let id = Uuid::try_parse(text).ok()?;
                let canonical = id.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text;
                canonical.then_some(Self(id))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut text = Uuid::encode_buffer();
                serializer.serialize_str(self.0.as_hyphenated().encode_lower(&mut text))
            }
        }
    };
}

id! {
    /// The id of a connection.
    ConnectionId
}

id! {
    /// The id of a scan.
    ScanId
}

id! {
    /// The id of a sync.
    SyncId
}

impl ConnectionId {
    /// The id that no connection has.
    pub(crate) const NONE: Self = Self(Uuid::nil());
}

#[cfg(test)]
mod tests {
    use super::ConnectionId;
    use crate::random::Random;

    struct Fixed([u8; 10]);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0);
        }
    }

    #[test]
    fn an_id_is_made_as_in_rfc_9562_appendix_a_6() {
        let random = Fixed([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
        let id = ConnectionId::new(1_645_557_742_000, &random);
        assert_eq!(id.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    }

    #[test]
    fn ids_sort_by_time() {
        let early = ConnectionId::new(1_645_557_742_000, &Fixed([0xff; 10]));
        let late = ConnectionId::new(1_645_557_742_001, &Fixed([0; 10]));
        assert!(early.to_string() < late.to_string());
    }

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        let id = "019aa548-1980-7fff-bfff-ffffffffffff";
        assert_eq!(
            ConnectionId::parse(id).map(|id| id.to_string()).as_deref(),
            Some(id)
        );
        for other in [
            "",
            "x",
            &id.to_uppercase(),
            &id.replace('-', ""),
            &format!("{{{id}}}"),
            &format!("urn:uuid:{id}"),
            &format!("{id} "),
        ] {
            assert_eq!(ConnectionId::parse(other), None, "{other}");
        }
    }
}
