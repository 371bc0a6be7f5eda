//! What a customer creates at the vendor before a login works, as data for a page.

use serde::Serialize;

use super::field::page_text;

/// What to create at the vendor before the first test.
///
/// Texts hold placeholders: `{accountId}` is the AWS account of the service, `{externalId}` the external ID that it has
/// issued to the project.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Setup {
    /// The name of a field that makes it unneeded once it is filled in.
    pub unless: Option<&'static str>,
    /// What to do, in order.
    pub steps: &'static [&'static str],
    /// What to paste.
    pub snippets: &'static [Snippet],
    /// The vendor's page about it.
    pub docs_url: &'static str,
}

/// Lines to paste as a whole.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snippet {
    /// The title: a kind of document, or a tool.
    pub title: &'static str,
    /// The text with its placeholders.
    pub text: &'static str,
}

impl Setup {
    /// A role at AWS that the service assumes with the project's external ID, and that reads the registry.
    ///
    /// Source: AWS Identity and Access Management User Guide, "Access to AWS accounts owned by third parties", and Amazon
    /// ECR User Guide, "AWS managed policies for Amazon Elastic Container Registry", 2026-11-30.
    pub(crate) const AWS_ROLE: Self = Self {
        unless: Some("accessKeyId"),
        steps: steps(&[
            "In IAM, create a role with the trust policy below. Only this project of this service can assume it.",
            "Attach the permission policy below, or AmazonEC2ContainerRegistryReadOnly. To push, attach AmazonEC2ContainerRegistryPowerUser instead.",
            "Enter the role's ARN here and test the connection.",
        ]),
        snippets: snippets(&[
            Snippet {
                title: "Trust policy",
                text: r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "AWS": "arn:aws:iam::{accountId}:root" },
      "Action": "sts:AssumeRole",
      "Condition": { "StringEquals": { "sts:ExternalId": "{externalId}" } }
    }
  ]
}"#,
            },
            Snippet {
                title: "Permission policy",
                text: r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "ecr:GetAuthorizationToken",
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "ecr:DescribeRepositories",
        "ecr:ListImages",
        "ecr:DescribeImages"
      ],
      "Resource": "*"
    }
  ]
}"#,
            },
            Snippet {
                title: "AWS CLI",
                text: r"aws iam create-role --role-name registry-reader --assume-role-policy-document file://trust-policy.json
aws iam attach-role-policy --role-name registry-reader --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly
aws iam get-role --role-name registry-reader --query Role.Arn --output text",
            },
            Snippet {
                title: "Terraform",
                text: r#"resource "aws_iam_role" "registry_reader" {
  name = "registry-reader"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::{accountId}:root" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = "{externalId}" } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "registry_reader" {
  role       = aws_iam_role.registry_reader.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
}

output "role_arn" {
  value = aws_iam_role.registry_reader.arn
}"#,
            },
        ]),
        docs_url: page_text(
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
        ),
    };
}

/// Steps that only a page shows: none in a build without the feature `texts`.
const fn steps(steps: &'static [&'static str]) -> &'static [&'static str] {
    if cfg!(feature = "texts") { steps } else { &[] }
}

/// Snippets that only a page shows: none in a build without the feature `texts`.
const fn snippets(snippets: &'static [Snippet]) -> &'static [Snippet] {
    if cfg!(feature = "texts") {
        snippets
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use crate::provider::providers;

    #[test]
    fn what_a_setup_is_for_is_a_field_and_its_policies_are_json() {
        let setups = providers()
            .iter()
            .flat_map(|provider| provider.auth)
            .filter_map(|auth| Some((auth, auth.setup?)));
        let mut found = 0;
        for (auth, setup) in setups {
            found += 1;
            assert!(setup.unless.is_none_or(|name| auth.field(name).is_some()));
            assert!(!setup.steps.is_empty() && !setup.snippets.is_empty());
            for snippet in setup
                .snippets
                .iter()
                .filter(|one| one.text.starts_with('{'))
            {
                let filled = snippet
                    .text
                    .replace("{accountId}", "1")
                    .replace("{externalId}", "2");
                assert!(
                    serde_json::from_str::<serde_json::Value>(&filled).is_ok(),
                    "{}",
                    snippet.title
                );
            }
        }
        assert!(found > 0);
    }
}
