//! Files and folders that only their owner can read: databases, logs, and compiled components.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// The suffixes of SQLite's files beside a database. SQLite gives them the database's permissions.
const BESIDE_DATABASE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Makes a folder, and those above it that are missing. One that exists keeps its permissions.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Opens a file to append, creates it if it is missing, and lets only its owner read it.
pub(crate) fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.create(true).append(true).open(path)?;
    restrict(path)?;
    Ok(file)
}

/// Creates a database file if it is missing, and lets only its owner read it and SQLite's files beside it.
pub(crate) fn make_database(path: &Path) -> io::Result<()> {
    append(path)?;
    for suffix in BESIDE_DATABASE {
        let mut beside = OsString::from(path);
        beside.push(suffix);
        match restrict(&PathBuf::from(beside)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Takes the permissions of everybody but the owner away.
#[cfg(unix)]
pub(crate) fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = fs::metadata(path)?.permissions();
    let owner = permissions.mode() & 0o7700;
    if permissions.mode() & 0o7777 != owner {
        permissions.set_mode(owner);
        fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn restrict(path: &Path) -> io::Result<()> {
    fs::metadata(path).map(drop)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    /// Makes a file that everybody may read.
    fn open_file(path: &Path) {
        fs::write(path, "").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }

    #[test]
    fn what_is_made_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("state/logs");
        make_folder(&inner).unwrap();
        make_folder(&inner).unwrap();
        append(&inner.join("log")).unwrap();
        make_database(&inner.join("db")).unwrap();
        let database = rusqlite::Connection::open(inner.join("db")).unwrap();
        database
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a)")
            .unwrap();
        let modes = ["..", ".", "log", "db", "db-wal", "db-shm"].map(|it| mode(&inner.join(it)));
        assert_eq!(modes, [0o700, 0o700, 0o600, 0o600, 0o600, 0o600]);
    }

    #[test]
    fn files_that_others_could_read_are_taken_from_them() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["log", "db", "db-wal", "db-shm"].map(|name| folder.path().join(name));
        files.iter().for_each(|file| open_file(file));
        append(&files[0]).unwrap();
        make_database(&files[1]).unwrap();
        assert_eq!(files.each_ref().map(|file| mode(file)), [0o600; 4]);
    }
}
