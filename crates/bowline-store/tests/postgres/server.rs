//! A PostgreSQL server of this process, with a folder of its own. It ends with the process.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::{LazyLock, mpsc},
    thread,
};

/// Where Debian's package puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// How the name of the folder begins; the id of the process ends it.
const FOLDER: &str = "bowline-postgres-";

const INSTALL: &str = "apt-get update && apt-get install -y --no-install-recommends postgresql";

/// The port on loopback of the server, which runs.
pub(crate) fn port() -> u16 {
    static PORT: LazyLock<u16> = LazyLock::new(start);
    *PORT
}

fn start() -> u16 {
    let programs = programs();
    // The server's user may not be let into the project's folder.
    let folder = env::temp_dir().join(format!("{FOLDER}{}", process::id()));
    forget_former(folder.parent().unwrap());
    fs::create_dir_all(&folder).unwrap();
    if let Some(user) = other_user() {
        chown(&folder, Some(user), None).unwrap();
    }
    let data = folder.join("data");
    let made = as_user(&programs.join("initdb"))
        .args([
            "--auth=trust",
            "--username=postgres",
            "--no-sync",
            "--encoding=UTF8",
            "--pgdata",
        ])
        .arg(&data)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    // Another process may take a port that was free a moment ago.
    (0..5)
        .find_map(|_| serve(&programs, &data))
        .expect("the server starts")
}

/// Starts the server on a free port; `None` if it ends before it is ready.
fn serve(programs: &Path, data: &Path) -> Option<u16> {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = free.unwrap().port();
    let mut server = as_user(&programs.join("postgres"));
    server.arg("-D").arg(data).args(["-p", &port.to_string()]);
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        // What a test keeps need not outlive the computer.
        "fsync=off",
        "full_page_writes=off",
        "synchronous_commit=off",
        "wal_level=minimal",
        "max_wal_senders=0",
        "max_wal_size=128MB",
        "deadlock_timeout=50ms",
        // How rows are found must not depend on when it last looked at a table.
        "autovacuum=off",
    ] {
        server.args(["-c", setting]);
    }
    let (ready, is_ready) = mpsc::channel();
    // The server ends with the thread that started it: this one, which lives as long as the process.
    thread::spawn(move || {
        let mut server = server
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let log = BufReader::new(server.stderr.take().unwrap());
        for line in log.lines().map_while(Result::ok) {
            if line.contains("ready to accept connections") {
                _ = ready.send(());
            }
        }
        server.wait()
    });
    is_ready.recv().ok().map(|()| port)
}

/// A command that the server's own user runs, where root runs the tests: PostgreSQL refuses root.
fn as_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if let Some(user) = other_user() {
        command.args(["--reuid", &user.to_string(), "--clear-groups"]);
    }
    command.arg("--").arg(program);
    command
}

/// The id of Debian's user `postgres`, where root runs the tests.
fn other_user() -> Option<u32> {
    let id = |arguments: &[&str]| {
        let told = Command::new("id").args(arguments).output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        told.trim().parse::<u32>().ok()
    };
    (id(&["-u"]) == Some(0)).then(|| {
        id(&["-u", "postgres"])
            .unwrap_or_else(|| panic!("there is no user postgres. Run: {INSTALL}"))
    })
}

/// The programs of the newest version that is installed.
fn programs() -> PathBuf {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let found = versions
        .map(|version| version.path().join("bin"))
        .filter(|programs| programs.join("initdb").is_file());
    found
        .max()
        .unwrap_or_else(|| panic!("PostgreSQL is missing. Run: {INSTALL}"))
}

/// Removes what tests left that have ended.
fn forget_former(folder: &Path) {
    for former in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = former.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(FOLDER));
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            _ = fs::remove_dir_all(former.path());
        }
    }
}
