//! Commands that log in or pull, as people paste them from a vendor's page.

/// The programs that log in as `docker login` does.
const PROGRAMS: [&str; 7] = [
    "docker", "podman", "nerdctl", "buildah", "skopeo", "oras", "finch",
];

/// What a login command says.
pub(super) struct Login {
    /// `docker.io` where the command names none.
    pub(super) registry: String,
    pub(super) username: String,
    pub(super) password: String,
}

/// The login that `text` is a command for: `docker login -u user -p secret registry.example.com`.
pub(super) fn login(text: &str) -> Option<Login> {
    let words = words(text);
    let verb = (0..words.len()).find(|&at| is_login(words.get(..=at).unwrap_or(&[])))?;
    let mut login = Login {
        registry: String::new(),
        username: String::new(),
        password: String::new(),
    };
    let mut rest = words.into_iter().skip(verb.saturating_add(1));
    while let Some(word) = rest.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") || matches!(option, "-u" | "-p") => {
                (option.to_owned(), Some(value.to_owned()))
            }
            _ => (word, None),
        };
        match option.as_str() {
            "-u" | "--username" => {
                login.username = value.or_else(|| rest.next()).unwrap_or_default()
            }
            "-p" | "--password" => {
                login.password = value.or_else(|| rest.next()).unwrap_or_default()
            }
            "-e" | "--email" | "--authfile" | "--cert-dir" | "--config" => {
                drop(value.or_else(|| rest.next()))
            }
            "|" | "||" | "&&" | ";" | "<" | ">" => break,
            option if option.starts_with('-') => {}
            _ if login.registry.is_empty() => login.registry = option,
            _ => {}
        }
    }
    if login.registry.is_empty() {
        "docker.io".clone_into(&mut login.registry);
    }
    for text in [&mut login.username, &mut login.password] {
        if is_variable(text) {
            text.clear();
        }
    }
    Some(login)
}

/// Whether a command line up to here says to log in to a registry.
fn is_login(words: &[String]) -> bool {
    let mut back = words.iter().rev().map(String::as_str);
    if back.next() != Some("login") {
        return false;
    }
    match (back.next(), back.next()) {
        (Some("registry"), program) => program == Some("helm"),
        (Some("auth"), program) => program == Some("crane"),
        (Some(program), _) => PROGRAMS.contains(&program),
        (None, _) => false,
    }
}

/// The image of `docker pull …`, of a Dockerfile's `FROM …` or of a manifest's `image: …`.
pub(super) fn pulled_image(text: &str) -> Option<&str> {
    let mut words = text.split_whitespace();
    let (first, second) = (words.next()?, words.next()?);
    let image = match (first, second) {
        ("FROM" | "from" | "image:", image) => image,
        (program, "pull" | "push") if PROGRAMS.contains(&program) => {
            words.find(|word| !word.starts_with('-'))?
        }
        _ => return None,
    };
    Some(image.trim_matches(['"', '\'']))
}

/// Whether the shell would have put something else there: `$TOKEN`, `${TOKEN}`, `$(command)`. A username may start
/// with `$` in small letters (`$oauthtoken`).
fn is_variable(text: &str) -> bool {
    let Some(name) = text.strip_prefix('$') else {
        return false;
    };
    name.starts_with(['(', '{'])
        || (!name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'))
}

/// The words of a command line, quotation marks and backslashes resolved as a shell does.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut started = false;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\\', None | Some('"')) => match chars.next() {
                // A line that goes on.
                Some('\n') | None => {}
                Some(escaped) => {
                    word.push(escaped);
                    started = true;
                }
            },
            (c, Some(_)) => word.push(c),
            ('"' | '\'', None) => {
                quote = Some(c);
                started = true;
            }
            (c, None) if c.is_whitespace() => {
                if started {
                    words.push(std::mem::take(&mut word));
                    started = false;
                }
            }
            (c, None) => {
                word.push(c);
                started = true;
            }
        }
    }
    if started {
        words.push(word);
    }
    words
}
