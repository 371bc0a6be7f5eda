use proptest::prelude::*;

use super::detect;

proptest! {
    #[test]
    fn no_text_panics(text in ".*") {
        detect(&text);
    }

    #[test]
    fn no_command_panics(rest in ".*") {
        detect(&format!("docker login {rest}"));
    }

    #[test]
    fn no_document_panics(value in "[\\[\\]{}:,\"a-z.]{0,40}") {
        detect(&value);
        detect(&format!("{{\"auths\":{value}}}"));
        detect(&format!("  .dockerconfigjson: {value}\n   {value}"));
    }
}
