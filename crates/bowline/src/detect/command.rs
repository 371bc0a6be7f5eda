//! Commands that log in to a registry or name an image, as people paste them from a terminal or a vendor's page.

use super::{
    arguments::{Arguments, after, find_verb},
    mention::{Mention, image_mention, mention},
    programs::{CONTAINERS, GROUPS, PROGRAMS, VERBS},
    shell::Invocation,
};
use crate::{
    endpoint::DOCKER_HUB,
    text::{concat, split_once},
};

/// The ways to say that one logs in: the program and its verbs.
const LOGINS: [(&str, &[&str]); 11] = [
    ("helm", &["registry", "login"]),
    ("regctl", &["registry", "login"]),
    ("regctl", &["registry", "set"]),
    ("trivy", &["registry", "login"]),
    ("container", &["registry", "login"]),
    ("singularity", &["registry", "login"]),
    ("apptainer", &["registry", "login"]),
    ("singularity", &["remote", "login"]),
    ("apptainer", &["remote", "login"]),
    ("crane", &["auth", "login"]),
    ("ko", &["login"]),
];

/// The programs whose verb for it is `login` alone.
const PLAIN_LOGINS: [&str; 9] = [
    "docker", "podman", "nerdctl", "buildah", "finch", "skopeo", "oras", "cosign", "notation",
];

/// The options of a login that have a value.
const LOGIN_OPTIONS: &str = "-u --username --user -p --password --pass -e --email --identity-token --authfile --compat-auth-file --cert-dir \
    --config --registry-config --ca-file --tls --cert-file --key-file --secret";

/// The options of `kubectl create secret docker-registry` that have a value.
const SECRET_OPTIONS: &str = "--docker-server --docker-username --docker-password --docker-email -n --namespace --context \
    --kubeconfig -o";

/// The options of `docker run` that have no value (Docker 29, podman 5).
const RUN_SWITCHES: &str = "-d -i -P -q --detach --interactive --tty --rm --rmi --init --privileged --read-only --no-healthcheck \
    --oom-kill-disable --publish-all --quiet --sig-proxy --disable-content-trust --replace --tls-verify \
    --no-hosts --no-hostname --env-host --http-proxy --passwd -t";

/// The options of the other commands that have one.
const OPTIONS: &str = "--image -t --tag -f --file --platform --arch --os --variant --override-os --override-arch --creds \
    --src-creds --dest-creds -u --user --username -p --password --authfile --cert-dir --config --version \
    --format -o --output -n --namespace --context --build-arg --target --cache-from --cache-to --label \
    --snapshotter --key --replicas --port --name";

/// The login that a command makes, or that it writes into a secret of Kubernetes.
pub(super) fn login(command: &Invocation<'_>) -> Option<Mention> {
    let words = command.arguments;
    let program = command.program.as_str();
    let by_table = LOGINS
        .iter()
        .filter(|(known, _)| *known == program)
        .find_map(|(_, verbs)| after(words, verbs));
    let plain = || {
        let is_plain = PLAIN_LOGINS.contains(&program);
        is_plain.then(|| after(words, &["login"])).flatten()
    };
    if let Some(words) = by_table.or_else(plain) {
        return login_of(words, command.input);
    }
    if matches!(program, "curl" | "wget") {
        return login_of_request(words);
    }
    if matches!(program, "kubectl" | "oc" | "k")
        && let Some(words) = after(words, &["create", "secret", "docker-registry"])
            .or_else(|| after(words, &["secrets", "new-dockercfg"]))
    {
        return pull_secret_of(words);
    }
    None
}

/// `curl -u scanner:s3cret https://registry.example.com/v2/_catalog`: what people try a registry with.
fn login_of_request(words: &[String]) -> Option<Mention> {
    const OPTIONS: &str = "-u --user -H --header -X --request -o --output -d --data -m --max-time --cacert -A --http-user --http-password";
    let arguments = Arguments::of(words, OPTIONS);
    let mut urls = arguments.others.iter();
    let registry = urls.find_map(|url| Some(split_once(url, "/v2/")?.0))?;
    let (scheme, rest) = split_once(registry, "://").unwrap_or(("https", registry));
    let (inner, host) = rest.rsplit_once('@').unwrap_or(("", rest));
    let pair = match arguments.option(&["-u", "--user"]) {
        "" => inner,
        pair => pair,
    };
    let (username, password) = pair.split_once(':').unwrap_or((pair, ""));
    mention(&concat(&[scheme, "://", host]), username, password)
}

fn login_of(words: &[String], input: Option<&str>) -> Option<Mention> {
    let arguments = Arguments::of(words, LOGIN_OPTIONS);
    // `--tls-verify false`
    let is_switch = |word: &&&str| matches!(**word, "true" | "false");
    let registry = arguments.others.iter().find(|word| !is_switch(word));
    let registry = registry.copied().unwrap_or("");
    let token = arguments.option(&["--identity-token"]);
    let password = match arguments.option(&["-p", "--password", "--pass"]) {
        "" if !token.is_empty() => token,
        "" if arguments.has("--password-stdin") => input.unwrap_or(""),
        password => password,
    };
    let registry = registry
        .strip_prefix("docker://")
        .or_else(|| registry.strip_prefix("oras://"))
        .unwrap_or(registry);
    let username = arguments.option(&["-u", "--username", "--user"]);
    mention(registry, username, password).map(|found| Mention {
        identity_token: !token.is_empty(),
        ..found
    })
}

fn pull_secret_of(words: &[String]) -> Option<Mention> {
    const SERVER: &str = "--docker-server";
    const USERNAME: &str = "--docker-username";
    const PASSWORD: &str = "--docker-password";
    let arguments = Arguments::of(words, SECRET_OPTIONS);
    mention(
        arguments.option(&[SERVER]),
        arguments.option(&[USERNAME]),
        arguments.option(&[PASSWORD]),
    )
}

/// The image that a command names: `docker pull …`, `ctr images pull …`, a Dockerfile's `FROM …`. The stages of a
/// Dockerfile, which are no images, are added to `stages`.
pub(super) fn image(command: &Invocation<'_>, stages: &mut Vec<String>) -> Option<Mention> {
    let words = command.arguments;
    match command.program.as_str() {
        "from" => return base_image(words, stages),
        "copy" | "add" => {
            let arguments = Arguments::of(words, "");
            let from = arguments.option(&["--from"]);
            let is_image = from.contains(['/', ':']) && !stages.iter().any(|stage| stage == from);
            return is_image.then(|| image_mention(from)).flatten();
        }
        "grype" | "syft" | "dive" => {
            let arguments = Arguments::of(words, OPTIONS);
            let names = arguments.others.iter();
            return names
                .map(|name| name.strip_prefix("registry:").unwrap_or(name))
                .find_map(image_mention);
        }
        program if PROGRAMS.contains(&program) => {}
        _ => return None,
    }
    let (mut verb, mut words) = find_verb(words, &|word| {
        VERBS.contains(&word) || GROUPS.contains(&word)
    })?;
    let mut is_grouped = false;
    let is_of_registry = matches!(verb, "repo" | "catalog");
    while GROUPS.contains(&verb)
        && let Some((next, rest)) = find_verb(words, &|word| VERBS.contains(&word))
    {
        (verb, words) = (next, rest);
        is_grouped = true;
    }
    let program = command.program.as_str();
    let is_cluster = matches!(program, "kubectl" | "oc");
    let runs = matches!(verb, "run" | "create");
    let arguments = if runs && !is_cluster {
        Arguments::with_switches(words, RUN_SWITCHES)
    } else {
        Arguments::of(words, OPTIONS)
    };
    let runs_containers = PROGRAMS
        .iter()
        .take(CONTAINERS)
        .any(|known| *known == program);
    let mut candidates = arguments.others.clone();
    match arguments.option(&["--image", "-t", "--tag"]) {
        "" if is_cluster => {
            let values = candidates.iter().filter_map(|word| word.split_once('='));
            candidates = values.map(|(_, image)| image).collect();
        }
        "" if program == "helm" => candidates.retain(|word| word.starts_with("oci://")),
        "" if runs => candidates.truncate(1),
        // What else there is may be a container.
        "" if runs_containers
            && !is_grouped
            && !matches!(verb, "pull" | "push" | "tag" | "save" | "history" | "rmi") =>
        {
            return None;
        }
        "" => {}
        named => candidates = vec![named],
    }
    // `oras repo ls registry.example.com`
    let is_host = |name: &str| is_of_registry && !name.contains('/') && name.contains(['.', ':']);
    let mut mentions = candidates
        .into_iter()
        .filter_map(|name| match is_host(name) {
            true => mention(name, "", ""),
            false => image_mention(name),
        });
    let first = mentions.next()?;
    // `docker tag app registry.example.com/app`: what is local comes first.
    let names_registry = |found: &Mention| found.registry != DOCKER_HUB;
    let found = if names_registry(&first) {
        first
    } else {
        mentions.find(names_registry).unwrap_or(first)
    };
    let (username, password) = match arguments.option(&["--creds", "--src-creds", "--user"]) {
        "" => match arguments.option(&["-u", "--username"]) {
            pair if program == "ctr" => pair.split_once(':').unwrap_or((pair, "")),
            username => (username, arguments.option(&["-p", "--password"])),
        },
        pair => pair.split_once(':').unwrap_or((pair, "")),
    };
    // The user that a container runs as is no login.
    if runs {
        return Some(found);
    }
    let login = mention(&found.registry, username, password)?;
    Some(Mention {
        image: found.image,
        ..login
    })
}

/// `FROM [--platform=…] image [AS stage]`.
fn base_image(words: &[String], stages: &mut Vec<String>) -> Option<Mention> {
    let arguments = Arguments::of(words, "--platform");
    let name = match arguments.others.as_slice() {
        [name] => name,
        [name, as_word, stage] if as_word.eq_ignore_ascii_case("as") => {
            let name_is_stage = stages.iter().any(|known| known.eq_ignore_ascii_case(name));
            stages.push((*stage).to_owned());
            if name_is_stage {
                return None;
            }
            name
        }
        _ => return None,
    };
    let is_stage = stages.iter().any(|known| known.eq_ignore_ascii_case(name));
    // A stage may have the name of the image that it is made from.
    let is_stage = is_stage && arguments.others.len() == 1;
    (!is_stage && *name != "scratch")
        .then(|| image_mention(name))
        .flatten()
}

/// Returns true for a command that speaks to a registry, also where it does not name one.
pub(super) fn is_known(command: &Invocation<'_>) -> bool {
    PROGRAMS.contains(&command.program.as_str())
        && command
            .arguments
            .iter()
            .any(|word| VERBS.contains(&word.as_str()))
}
