//! What to do about a problem with one product: the hints that say more than the general ones of the table.
//!
//! Facts of these products are from their vendors' documentation; what is only known from observation stands here as
//! advice and decides nothing.

use crate::problem::Code::{
    self, AnswerNotRegistry, AnswerV1Only, AuthExpired, AuthRejected, EndpointUnresolved,
    ImageRequired, ImageUnknown, PermissionCatalogMissing, PermissionPullMissing,
    PermissionPushMissing, RateLimited,
};

/// The hint for a problem of this provider and auth method; `None` where the general one says all.
pub(super) fn of(code: Code, provider: &str, auth: &str) -> Option<&'static str> {
    match provider {
        "amazon-ecr" => amazon_ecr(code, auth),
        "amazon-ecr-public" => amazon_ecr_public(code, auth),
        "azure-acr" => azure_acr(code, auth),
        "docker-hub" => docker_hub(code),
        "docker-registry" => docker_registry(code),
        "docker-registry-v1" => docker_registry_v1(code),
        "docker-trusted-registry" => docker_trusted_registry(code),
        "github" => github(code),
        "gitlab" => gitlab(code),
        "google" => google(code, auth),
        "harbor" => harbor(code),
        "ibm" => ibm(code),
        "jfrog-artifactory" => jfrog_artifactory(code, auth),
        "nexus" => nexus(code, auth),
        "openshift" => openshift(code),
        "oracle-ocir" => oracle_ocir(code),
        "quay" => quay(code, auth),
        "red-hat-atomic" => red_hat_atomic(code),
        _ => None,
    }
}

fn amazon_ecr(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected | AuthExpired, "password") => {
            "The username is AWS, in capitals. A token of ECR ends after 12 hours, or with the temporary credentials that it was made with: regenerate it in the registry's own region (aws ecr get-login-password), or connect with an access key, which gets a new one for every check."
        }
        (AuthRejected, "assume-role") => {
            "Verify the role's ARN and the keys. The role's trust policy must name the identity that assumes it, and the external id exactly as it is shown here."
        }
        (AuthExpired, _) => {
            "Temporary credentials end: make new ones and enter the access key id, the secret access key and the session token together."
        }
        (AuthRejected, _) => {
            "Verify the access key id and the secret access key, that the key is active in IAM, and that the region is the registry's. A key that starts with ASIA needs its session token."
        }
        (PermissionPullMissing, _) => {
            "The identity lacks pull permission: it needs ecr:GetAuthorizationToken on every resource, and ecr:BatchCheckLayerAvailability, ecr:GetDownloadUrlForLayer and ecr:BatchGetImage on this repository. In another account the repository's own policy must allow it, too."
        }
        (PermissionPushMissing, _) => {
            "The identity lacks push permission: beside what pulling needs, ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload and ecr:PutImage on this repository. The repository must exist first."
        }
        (PermissionCatalogMissing, _) => {
            "Name a repository, or allow the identity ecr:DescribeRepositories."
        }
        (ImageUnknown, _) => {
            "Check the repository, the tag, the region and the account. The repository must exist first: ECR makes none when an image is pushed. A tag has up to 128 letters, digits, dots, dashes and underscores."
        }
        (EndpointUnresolved, _) => {
            "Fill in the account id, 12 digits: then the address is known without asking AWS."
        }
        _ => return None,
    })
}

fn amazon_ecr_public(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, _) => {
            "Verify the access key id and the secret access key, and that the key is active in IAM. Public images need no login at all."
        }
        (AuthExpired, _) => {
            "Temporary credentials end: make new ones and enter the access key id, the secret access key and the session token together. A token of ECR Public itself ends after 12 hours and is made anew for every check."
        }
        (PermissionPullMissing, _) => {
            "The identity needs ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken. Check the image's name, too: it starts with the registry's alias."
        }
        (PermissionCatalogMissing, "anonymous") => {
            "The public gallery cannot be listed without a login: name an image."
        }
        (PermissionCatalogMissing, _) => {
            "Name an image, or allow the identity ecr-public:DescribeRepositories; it lists only the account's own repositories."
        }
        _ => return None,
    })
}

fn azure_acr(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "repository-token") => {
            "Verify the token's name, that its status is “enabled”, and that the password is one of its two and has not ended or been generated anew."
        }
        (AuthRejected, "service-principal") => {
            "Verify the application (client) id and the directory (tenant) id, and enter the client secret again: its value, not its id. A secret ends, usually after a year. A new secret or role may take some minutes to work."
        }
        (AuthExpired, "service-principal") => {
            "The client secret has ended: add a new one to the application in Microsoft Entra and enter its value here."
        }
        (AuthRejected, _) => {
            "Verify the username: that of the admin user, which must be switched on first, that of a token, or the id of an application. A password that was regenerated takes about a minute to work."
        }
        (PermissionPullMissing, "repository-token") => {
            "The token lacks pull permission: its scope map needs content/read for this repository, and metadata/read for its tags."
        }
        (PermissionPullMissing, _) => {
            "The login lacks pull permission: it needs the role AcrPull, or Container Registry Repository Reader where the registry assigns rights by repository."
        }
        (PermissionPushMissing, "repository-token") => {
            "The token lacks push permission: its scope map needs content/read and content/write for this repository."
        }
        (PermissionPushMissing, _) => {
            "The login lacks push permission: it needs the role AcrPush, or Container Registry Repository Writer where the registry assigns rights by repository."
        }
        (PermissionCatalogMissing, _) => {
            "Name a repository, or give the login the role Container Registry Repository Catalog Lister; repository tokens cannot list."
        }
        _ => return None,
    })
}

fn docker_hub(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username. Docker Hub needs an access token in place of the password where two-factor authentication or single sign-on is on. The username is the Docker ID, not the e-mail address; for an organization access token it is the organization's name. An expired or deleted token is rejected too."
        }
        AuthExpired => {
            "Make a new access token in Docker Hub's account settings, with read permission, and enter it here."
        }
        PermissionPullMissing => {
            "Check that the repository exists and that the access token may read it: Docker Hub answers the same for both. A token for public repositories reads no private one; an organization access token must list the repository."
        }
        PermissionPushMissing => {
            "The access token lacks push permission: it needs write, and the repository must belong to this account or organization."
        }
        RateLimited => {
            "Docker Hub limits pulls: 100 in six hours for an address without a login, 200 for a personal account. Wait, or use an account with a subscription."
        }
        _ => return None,
    })
}

fn docker_registry(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username, and enter the password or token again: it may be wrong, revoked or expired. A registry with a password file reads only bcrypt entries of it."
        }
        _ => return None,
    })
}

fn docker_registry_v1(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username and the password; a registry of version 1 has its users in the index or proxy in front of it."
        }
        ImageRequired => "Enter an image as name:tag: a registry of version 1 cannot be searched.",
        AnswerNotRegistry => {
            "Check the address, the port and HTTPS: a registry of version 1 answers under /v1/_ping, one of version 2 under /v2/. Choose the type Docker Registry for the latter."
        }
        _ => return None,
    })
}

fn docker_trusted_registry(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username, an account of UCP or MKE, and enter its access token or password again: tokens can be deactivated and deleted."
        }
        PermissionPullMissing => {
            "The account lacks pull permission: it needs at least “Read only” on this repository, by itself or by a team. Names have two levels, namespace/repository."
        }
        PermissionPushMissing => {
            "The account lacks push permission: it needs “Read-Write” on this repository, which must exist first."
        }
        AnswerV1Only | AnswerNotRegistry => {
            "Check the host, the port and HTTPS: the address is that of DTR or MSR itself, not that of UCP or MKE."
        }
        _ => return None,
    })
}

fn github(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username, and use a personal access token (classic) with read:packages: GitHub's registry takes no password and no fine-grained token. A token for an organization with single sign-on has to be authorized for it."
        }
        AuthExpired => {
            "Make a new personal access token (classic) with read:packages and enter it here."
        }
        PermissionPullMissing | ImageUnknown => {
            "Check the name, owner/image in lower case, and that the token has read:packages and its account may read this package: GitHub hides packages from those who may not."
        }
        PermissionPushMissing => {
            "The token lacks push permission: it needs write:packages, and its account write access to this package."
        }
        PermissionCatalogMissing => {
            "Name an image: GitHub's registry has no catalog. Listing by GitHub's API needs a personal access token (classic) with read:packages."
        }
        _ => return None,
    })
}

fn gitlab(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username: that of the deploy token, of the account, or gitlab-ci-token for a job's token. Use a token with read_registry: GitLab takes no password where two-factor authentication is on. The token of a job ends with the job."
        }
        AuthExpired => "Make a new deploy or access token with read_registry and enter it here.",
        PermissionPullMissing => {
            "The login lacks pull permission: the token needs read_registry, and its project or group must contain this one. The project's registry must be switched on."
        }
        PermissionPushMissing => {
            "The login lacks push permission: the token needs read_registry and write_registry, and its account at least the role Developer."
        }
        PermissionCatalogMissing => {
            "Name a repository: GitLab lets only administrators list the registry. Listing by GitLab's API needs an access token with read_api beside read_registry."
        }
        AnswerNotRegistry => {
            "Check the host, the port and HTTPS: the registry has a host of its own, such as registry.gitlab.com, or a port of its own on GitLab's host."
        }
        _ => return None,
    })
}

fn google(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "access-token") => {
            "An access token of Google ends after about an hour: print a new one (gcloud auth print-access-token), or connect with a service account's key, which does not end."
        }
        (AuthExpired, "access-token") => {
            "Print a new access token (gcloud auth print-access-token), or connect with a service account's key, which does not end."
        }
        (AuthRejected | AuthExpired, _) => {
            "Verify that the key file is whole and of a service account, and that neither the key nor the account was deleted or disabled: make a new key for the account and paste the file as it is."
        }
        (PermissionPullMissing, _) => {
            "The account lacks pull permission: it needs the role Artifact Registry Reader (roles/artifactregistry.reader) on this repository or project. The image's name is project/repository/image."
        }
        (PermissionPushMissing, _) => {
            "The account lacks push permission: it needs the role Artifact Registry Writer (roles/artifactregistry.writer). The repository must exist first. Nothing can be pushed to Container Registry any more."
        }
        (PermissionCatalogMissing, _) => {
            "Name an image, or give the account the role Artifact Registry Reader on the project."
        }
        (ImageUnknown, _) => {
            "Check the name, project/repository/image, the tag and the region: each region is a registry of its own, and the repository must exist first."
        }
        _ => return None,
    })
}

fn harbor(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username: a robot account's is whole with its prefix, as in robot$project+name. Who signs in by OIDC needs the CLI secret of the user profile in place of the password. A robot may be disabled, or have ended, by default after 30 days."
        }
        AuthExpired => {
            "Prolong the robot account or make a new one, and enter its secret here; by default it ends after 30 days."
        }
        PermissionPullMissing => {
            "The login lacks pull permission: a robot account needs “pull” on repositories, and reaches only the projects that it was made for. The name is project/repository."
        }
        PermissionPushMissing => {
            "The login lacks push permission: a robot account needs “push” and “pull” on repositories. The project must exist first."
        }
        PermissionCatalogMissing => {
            "Name a repository, or give the login “list” on repositories; Harbor keeps the whole catalog for its administrators."
        }
        AnswerNotRegistry => {
            "Check the host, the port and HTTPS: the address is Harbor's own, without the path of a page."
        }
        _ => return None,
    })
}

fn ibm(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "The username says which secret follows: iamapikey for an API key, in lower case. Verify that the key was not deleted or locked in IAM."
        }
        AuthExpired => {
            "Use an API key with the username iamapikey: the tokens of iambearer and iamrefresh end."
        }
        PermissionPullMissing => {
            "The login lacks pull permission: the user or service ID needs the service role Reader for Container Registry, in this region and namespace."
        }
        PermissionPushMissing => {
            "The login lacks push permission: the user or service ID needs the service roles Reader and Writer for Container Registry. The namespace must exist first."
        }
        PermissionCatalogMissing => {
            "Name an image, or allow the user or service ID container-registry.image.list, which the service role Reader has."
        }
        _ => return None,
    })
}

fn jfrog_artifactory(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "api-key") => {
            "API keys are deprecated, and newer versions of Artifactory do not take them any more: use an identity or access token. Otherwise verify that the key was not revoked."
        }
        (AuthRejected, "access-token") => {
            "Enter the access token again: it may have ended or been revoked. With a username, verify that the token is that user's."
        }
        (AuthRejected, _) => {
            "Verify the username, and enter the password or identity token again. Who signs in by SSO has no password here and needs a token."
        }
        (AuthExpired, _) => "Make a new identity or access token in Artifactory and enter it here.",
        (PermissionPullMissing, _) => {
            "The login lacks pull permission: its user or group needs “Read” on the repository. An official image in a remote repository may need library/ before its name."
        }
        (PermissionPushMissing, _) => {
            "The login lacks push permission: its user or group needs “Deploy/Cache” on the repository."
        }
        (AnswerNotRegistry, _) => {
            "Check the host, the port and HTTPS, and name the repository: host/artifactory/api/docker/<repository key>, or the host that the repository has for itself."
        }
        _ => return None,
    })
}

fn nexus(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "anonymous") => {
            "Anonymous access must be on in Nexus, for this Docker repository, too, and the Docker Bearer Token Realm active in its security settings."
        }
        (AuthRejected, _) => {
            "Verify the username and the password; with user tokens both parts of the token are needed. Where only some clients fail, the Docker Bearer Token Realm may not be active in Nexus's security settings."
        }
        (PermissionPullMissing, _) => {
            "The login lacks pull permission: its role needs the privileges “read” and “browse” on this Docker repository."
        }
        (PermissionPushMissing, _) => {
            "The login lacks push permission: its role needs the privileges “add” and “edit” on this Docker repository, which must be a hosted one."
        }
        (AnswerNotRegistry, _) => {
            "Check the port and HTTPS: a Docker repository of Nexus answers at a connector port of its own, not at the port of the web page (8081), or at /repository/<name> in newer versions."
        }
        _ => return None,
    })
}

fn openshift(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected | AuthExpired => {
            "Enter the token again: a user's token (oc whoami -t) ends after a day; better use that of a service account. Any username without a colon will do."
        }
        PermissionPullMissing => {
            "The login lacks pull permission: it needs get, list and watch on imagestreams and imagestreams/layers in this project, which the role registry-viewer or system:image-puller gives. Names have two levels, project/name."
        }
        PermissionPushMissing => {
            "The login lacks push permission: it needs the role registry-editor or system:image-builder in this project, which must exist first."
        }
        PermissionCatalogMissing => {
            "Name an image, or give the login get, list and watch on imagestreams and imagestreams/layers in the whole cluster."
        }
        AnswerNotRegistry => {
            "Check the host, the port and HTTPS: the address is that of the registry's route, not that of the console or of the API server; the route must be exposed first."
        }
        _ => return None,
    })
}

fn oracle_ocir(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username, tenancy namespace/user, or tenancy namespace/domain/user for a user of an identity domain. The password is an auth token of the user, not the console's password; the console shows it once, and a new one takes some minutes to work."
        }
        AuthExpired => "Make a new auth token in the user's settings and enter it here.",
        PermissionPullMissing | ImageUnknown => {
            "Check the name, tenancy namespace/repository, the tag and the region, and that a policy allows the user's group “read repos”: the registry hides what a user may not see."
        }
        PermissionPushMissing => {
            "A policy must allow the user's group “manage repos”, or “use repos” for repositories that exist already."
        }
        _ => return None,
    })
}

fn quay(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "oauth2") => {
            "Enter the OAuth token again: it may have ended or been revoked. A robot's token goes with the robot's name under the other login."
        }
        (AuthRejected, _) => {
            "Verify the username: a robot's is organisation+name, and its token was not generated anew since. $oauthtoken and $app are the usernames for tokens of these kinds."
        }
        (AuthExpired, _) => {
            "Make a new token in Quay and enter it here; a robot's token does not end by itself."
        }
        (PermissionPullMissing, _) => {
            "The login lacks pull permission: give the robot or user “Read” on this repository; an OAuth token needs repo:read. A repository that is not there is answered alike."
        }
        (PermissionPushMissing, _) => {
            "The login lacks push permission: give the robot or user “Write” on this repository; an OAuth token needs repo:write."
        }
        _ => return None,
    })
}

fn red_hat_atomic(code: Code) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username: a registry service account's is number|name, with the bar, and its token is the password. An account of the customer portal works with its own password. Red Hat's hybrid cloud console makes other service accounts."
        }
        ImageRequired => "Enter an image as name:tag: this registry cannot be searched.",
        PermissionPullMissing => {
            "Check the name, and that the account's subscription covers this image."
        }
        _ => return None,
    })
}
