//! The machine's own package sources: where its Debian mirror is, and which suite has which version.

use std::{fs, path::Path};

use anyhow::Context as _;

/// One entry of the machine's apt sources. What is written in it stays text: only apt interprets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Archive {
    /// The mirror's addresses.
    pub(super) uris: Vec<String>,
    suites: Vec<String>,
    components: Vec<String>,
    /// A key file, key ids, or a whole key with its lines.
    signed_by: Option<String>,
}

impl Archive {
    /// The same mirror and key, but this suite alone, as a deb822 source.
    pub(super) fn source_of(&self, suite: &str) -> String {
        let mut text = format!(
            "Types: deb\nURIs: {}\nSuites: {suite}\nComponents: main\n",
            self.uris.join(" ")
        );
        if let Some(key) = &self.signed_by {
            text.push_str(&format!("Signed-By: {key}\n"));
        }
        text
    }
}

/// The archive from which this machine gets the packages of its own release.
pub(super) fn own_archive(folder: &Path, codename: &str) -> anyhow::Result<Archive> {
    let mut archives = Vec::new();
    let read = |file: &Path| {
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
    };
    let list = folder.join("sources.list");
    if list.exists() {
        archives.extend(one_line_format(&read(&list)?));
    }
    let parts = folder.join("sources.list.d");
    let mut files: Vec<_> = fs::read_dir(&parts)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    for file in files {
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("list") => archives.extend(one_line_format(&read(&file)?)),
            Some("sources") => archives.extend(deb822_format(&read(&file)?)),
            _ => {}
        }
    }
    of_release(&archives, codename)
        .with_context(|| format!("{} names no mirror of {codename}", folder.display()))
}

/// The suites in which a compiler's version may be, nearest first: the release's own, its backports, and, by the names
/// that every mirror has, those of newer releases.
pub(super) fn suites(codename: &str) -> Vec<String> {
    let own = [codename.to_owned(), format!("{codename}-backports")];
    let newer = ["stable", "stable-backports", "testing", "unstable"].map(str::to_owned);
    own.into_iter().chain(newer).collect()
}

/// The version of a package in what `apt-cache madison` printed that was made from this upstream version.
pub(super) fn version_of(madison: &str, package: &str, upstream: &str) -> Option<String> {
    versions(madison, package)
        .find(|version| is_of(version, upstream))
        .map(str::to_owned)
}

/// The newest version of a package in what `apt-cache madison` printed, which lists the newest first.
pub(super) fn newest(madison: &str, package: &str) -> Option<String> {
    versions(madison, package).next().map(str::to_owned)
}

fn versions<'a>(madison: &'a str, package: &'a str) -> impl Iterator<Item = &'a str> {
    madison.lines().filter_map(move |line| {
        let mut columns = line.split('|').map(str::trim);
        (columns.next() == Some(package))
            .then(|| columns.next())
            .flatten()
    })
}

/// Whether a Debian version, `[epoch:]upstream[+repacked][-revision]`, is of this upstream version.
fn is_of(version: &str, upstream: &str) -> bool {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    version
        .strip_prefix(upstream)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', '-']))
}

fn of_release(archives: &[Archive], codename: &str) -> Option<Archive> {
    let has = |archive: &&Archive| {
        archive.suites.iter().any(|suite| suite == codename)
            && archive.components.iter().any(|name| name == "main")
    };
    archives.iter().find(has).cloned()
}

/// `deb [option=value …] uri suite component…`, one a line.
fn one_line_format(text: &str) -> Vec<Archive> {
    text.lines().filter_map(one_line).collect()
}

fn one_line(line: &str) -> Option<Archive> {
    let line = line.split('#').next()?.trim();
    let rest = line
        .strip_prefix("deb")
        .filter(|rest| rest.starts_with([' ', '\t']))?
        .trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace().map(str::to_owned);
    let uris = vec![words.next()?];
    let suites = vec![words.next()?];
    let option = |option: &str| option.strip_prefix("signed-by=").map(str::to_owned);
    Some(Archive {
        uris,
        suites,
        components: words.collect(),
        signed_by: options.split_whitespace().find_map(option),
    })
}

/// Paragraphs of `Field: value`, where a value goes on in lines that start with white space.
fn deb822_format(text: &str) -> Vec<Archive> {
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    lines
        .split(|line| line.trim().is_empty())
        .filter_map(paragraph)
        .collect()
}

fn paragraph(lines: &[&str]) -> Option<Archive> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines {
        if line.starts_with([' ', '\t']) {
            let (_, value) = fields.last_mut()?;
            value.push('\n');
            value.push_str(line);
        } else {
            let (name, value) = line.split_once(':')?;
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let field = |name: &str| {
        fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let words = |name: &str| {
        field(name)
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let off = field("enabled").is_some_and(|enabled| enabled.eq_ignore_ascii_case("no"));
    if off || !words("types").iter().any(|kind| kind == "deb") {
        return None;
    }
    Some(Archive {
        uris: words("uris"),
        suites: words("suites"),
        components: words("components"),
        signed_by: field("signed-by").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(
        uri: &str,
        suites: &[&str],
        components: &[&str],
        signed_by: Option<&str>,
    ) -> Archive {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Archive {
            uris: vec![uri.to_owned()],
            suites: all(suites),
            components: all(components),
            signed_by: signed_by.map(str::to_owned),
        }
    }

    #[test]
    fn one_line_sources_are_read() {
        let uri = "http://mirror.example/debian";
        let plain = archive(uri, &["bookworm"], &["main", "contrib"], None);
        let signed = archive(uri, &["bookworm"], &["main"], Some("/k.gpg"));
        for (line, expected) in [
            (
                "deb http://mirror.example/debian bookworm main contrib",
                Some(plain.clone()),
            ),
            (
                "  deb\thttp://mirror.example/debian  bookworm main contrib # near",
                Some(plain),
            ),
            (
                "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main",
                Some(signed),
            ),
            ("deb-src http://mirror.example/debian bookworm main", None),
            ("# deb http://mirror.example/debian bookworm main", None),
            (
                "deb [arch=amd64 http://mirror.example/debian bookworm main",
                None,
            ),
            ("deb http://mirror.example/debian", None),
            ("", None),
        ] {
            assert_eq!(one_line_format(line), Vec::from_iter(expected), "{line}");
        }
    }

    #[test]
    fn deb822_sources_are_read() {
        let text = "\
Types: deb
# an old snapshot
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/k.gpg

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main

types: deb deb-src
uris: http://key.example/debian
suites: trixie
components: main
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
";
        let key = "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc";
        let suites = ["bookworm", "bookworm-updates"];
        let expected = [
            archive(
                "http://mirror.example/debian",
                &suites,
                &["main"],
                Some("/usr/share/keyrings/k.gpg"),
            ),
            archive(
                "http://key.example/debian",
                &["trixie"],
                &["main"],
                Some(key),
            ),
        ];
        assert_eq!(deb822_format(text), expected);
        assert!(
            expected[1]
                .source_of("testing")
                .ends_with("Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n")
        );
    }

    #[test]
    fn the_release_has_one_archive_and_security_is_not_it() {
        let security = archive(
            "http://mirror.example/security",
            &["bookworm-security"],
            &["main"],
            None,
        );
        let other = archive(
            "http://vendor.example/apt",
            &["bookworm"],
            &["stable"],
            None,
        );
        let own = archive(
            "http://mirror.example/debian",
            &["bookworm"],
            &["main"],
            None,
        );
        assert_eq!(
            of_release(&[security.clone(), other.clone(), own.clone()], "bookworm"),
            Some(own)
        );
        assert_eq!(of_release(&[security, other], "bookworm"), None);
    }

    #[test]
    fn both_formats_are_found_on_a_machine() {
        let folder = std::env::temp_dir().join(format!("xtask-apt-{}", std::process::id()));
        let parts = folder.join("sources.list.d");
        fs::create_dir_all(&parts).unwrap();
        fs::write(
            parts.join("debian.sources"),
            "Types: deb\nURIs: http://a.example/\nSuites: trixie\nComponents: main\n",
        )
        .unwrap();
        fs::write(
            parts.join("debian.sources.bak"),
            "Types: deb\nURIs: http://b.example/\nSuites: sid\nComponents: main\n",
        )
        .unwrap();
        assert_eq!(
            own_archive(&folder, "trixie").unwrap().uris,
            ["http://a.example/"]
        );
        assert!(
            own_archive(&folder, "sid").is_err(),
            "apt does not read a file of another ending"
        );
        fs::write(
            folder.join("sources.list"),
            "deb http://c.example/ sid main\n",
        )
        .unwrap();
        assert_eq!(
            own_archive(&folder, "sid").unwrap().uris,
            ["http://c.example/"]
        );
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn suites_go_from_the_release_to_newer_ones() {
        let expected = [
            "bookworm",
            "bookworm-backports",
            "stable",
            "stable-backports",
            "testing",
            "unstable",
        ];
        assert_eq!(suites("bookworm"), expected);
    }

    #[test]
    fn the_version_is_the_compilers_to_the_last_digit() {
        let madison = "\
  rust-src | 1.95.1+dfsg1-1 | http://mirror.example/debian stable-backports/main amd64 Packages
  rust-src | 1.95.0+dfsg1-2~bpo13+1 | http://mirror.example/debian stable-backports/main amd64 Packages
 wasi-libc | 0.0~git20241209.574b88d-2 | http://mirror.example/debian stable/main amd64 Packages
";
        let of = |upstream| version_of(madison, "rust-src", upstream);
        assert_eq!(of("1.95.0").as_deref(), Some("1.95.0+dfsg1-2~bpo13+1"));
        assert_eq!(of("1.95"), None);
        assert_eq!(of("1.9"), None);
        assert_eq!(
            newest(madison, "wasi-libc").as_deref(),
            Some("0.0~git20241209.574b88d-2")
        );
        assert_eq!(newest(madison, "rustc"), None);
        for (version, expected) in [
            ("1:1.95.0-1", true),
            ("1.95.0", true),
            ("1.95.00", false),
            ("1.95.0~beta1-1", false),
        ] {
            assert_eq!(is_of(version, "1.95.0"), expected, "{version}");
        }
    }
}
