//! The secrets of a development server, created once and stored in `.spin/dev.env`, so that stored connections still
//! open.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};

const SEALING_KEYS: &str = "SPIN_VARIABLE_SEALING_KEYS";
const AUTH_SECRET: &str = "SPIN_VARIABLE_AUTH_SECRET";

/// What seals stored secrets, and what signs tokens.
#[derive(PartialEq, Eq)]
pub(super) struct Secrets {
    sealing_keys: String,
    pub(super) auth_secret: String,
}

/// Replaces a file with one that only its owner can read.
pub(super) fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let written = match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file)
            .and_then(|mut open| open.write_all(text.as_bytes())),
    };
    written.with_context(|| format!("cannot write {}", file.display()))
}

impl Secrets {
    /// Loads the secrets from the file, which a shell can read, too (`set -a; . .spin/dev.env`), or creates new ones.
    /// Only the owner can read the file.
    pub(super) fn kept_in(file: &Path) -> anyhow::Result<Self> {
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file)
        {
            Ok(mut open) => {
                let made = Self::make()?;
                for (name, value) in made.variables() {
                    writeln!(open, "{name}={value}")?;
                }
                Ok(made)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::read(file),
            Err(error) => Err(error).with_context(|| format!("cannot write {}", file.display())),
        }
    }

    /// As environment variables of the host.
    pub(super) fn variables(&self) -> [(&'static str, &str); 2] {
        [
            (SEALING_KEYS, &self.sealing_keys),
            (AUTH_SECRET, &self.auth_secret),
        ]
    }

    fn make() -> anyhow::Result<Self> {
        let mut random = [[0; 32]; 2];
        for bytes in &mut random {
            getrandom::fill(bytes).map_err(|error| {
                anyhow::anyhow!("cannot read random bytes from the system: {error}")
            })?;
        }
        let [key, secret] = random.map(|bytes| STANDARD.encode(bytes));
        Ok(Self {
            sealing_keys: format!("dev:{key}"),
            auth_secret: secret,
        })
    }

    fn read(file: &Path) -> anyhow::Result<Self> {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let value = |name: &str| {
            let found = text
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            found.map(str::to_owned).with_context(|| {
                format!("{0} has no {name}\n  fix it with: rm {0} (stored connections can then no longer be opened)", file.display())
            })
        };
        Ok(Self {
            sealing_keys: value(SEALING_KEYS)?,
            auth_secret: value(AUTH_SECRET)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn secrets_are_made_once_for_their_owner_only() {
        let file = std::env::temp_dir().join(format!("xtask-secrets-{}.env", std::process::id()));
        let first = Secrets::kept_in(&file).ok().unwrap();
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(
            Secrets::kept_in(&file).ok().unwrap() == first,
            "the second time they are read"
        );
        assert!(first.auth_secret.len() >= 32);
        let key = first
            .sealing_keys
            .strip_prefix("dev:")
            .map(|key| STANDARD.decode(key).unwrap().len());
        assert_eq!(key, Some(32));

        fs::write(&file, "SPIN_VARIABLE_AUTH_SECRET=x\n").unwrap();
        let error = Secrets::kept_in(&file).err().unwrap().to_string();
        assert!(
            error.contains("has no SPIN_VARIABLE_SEALING_KEYS"),
            "{error}"
        );
        fs::remove_file(&file).unwrap();
    }
}
