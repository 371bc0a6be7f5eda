//! The components' output. Complete lines go to the host's standard error, marked with the component's id, and to
//! `logs/<component>_<stream>.txt` in the state directory, as on Spin. Any caller can cause log lines, so a full file
//! is renamed to `<component>_<stream>.1.txt` and replaces the previous one.

use crate::{component_id::ComponentId, owner_only};
use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

/// A line longer than this is written in pieces, so that a component cannot fill the host's memory.
const LINE_LIMIT: usize = 8 * 1024;

/// The size of a file that is full.
const FILE_LIMIT: u64 = 64 * 1024 * 1024;

/// The log file of one output stream of a component.
#[derive(Clone)]
pub struct LogFile {
    component: ComponentId,
    file: Arc<Mutex<BoundedFile>>,
}

/// A file with a maximum size.
struct BoundedFile {
    path: PathBuf,
    file: File,
    size: u64,
    limit: u64,
}

impl BoundedFile {
    /// Opens it to append.
    fn open(path: PathBuf, limit: u64) -> io::Result<Self> {
        let file = owner_only::append(&path)?;
        let size = file.metadata()?.len();
        Ok(Self {
            path,
            file,
            size,
            limit,
        })
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let length = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        if self.size > 0 && self.size.saturating_add(length) > self.limit {
            self.begin_anew()?;
        }
        self.size = self.size.saturating_add(length);
        self.file.write_all(lines)
    }

    /// Sets the file aside. Where that cannot be done, what is in it goes.
    fn begin_anew(&mut self) -> io::Result<()> {
        match std::fs::rename(&self.path, self.path.with_extension("1.txt")) {
            Ok(()) => self.file = owner_only::append(&self.path)?,
            Err(_) => self.file.set_len(0)?,
        }
        self.size = 0;
        Ok(())
    }
}

/// An instance's output stream, which passes on complete lines.
#[derive(Clone)]
pub struct LogStream {
    log: LogFile,
    line: Arc<Mutex<Vec<u8>>>,
}

impl LogFile {
    /// Opens `<folder>/<component>_<stream>.txt` to append.
    pub fn open(folder: &Path, component: &ComponentId, stream: &str) -> io::Result<Self> {
        let path = folder.join(format!("{component}_{stream}.txt"));
        let file = BoundedFile::open(path, FILE_LIMIT)?;
        Ok(Self {
            component: component.clone(),
            file: Arc::new(Mutex::new(file)),
        })
    }

    /// Returns a stream for one instance.
    pub fn stream(&self) -> LogStream {
        LogStream {
            log: self.clone(),
            line: Arc::default(),
        }
    }

    /// Writes whole lines. Logging must not stop the component: a full disk loses lines.
    fn write(&self, lines: &[u8]) {
        let mut marked = Vec::new();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            marked.extend_from_slice(format!("[{}] ", self.component).as_bytes());
            marked.extend_from_slice(line);
        }
        let _ = io::stderr().write_all(&marked);
        let _ = self
            .file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .append(lines);
    }
}

impl LogStream {
    fn push(&self, bytes: &[u8]) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.extend_from_slice(bytes);
        let whole = line
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end.saturating_add(1));
        let ready: Vec<u8> = line.drain(..whole).collect();
        if !ready.is_empty() {
            self.log.write(&ready);
        }
        if line.len() > LINE_LIMIT {
            line.push(b'\n');
            self.log.write(&line);
            line.clear();
        }
    }
}

impl Drop for LogStream {
    fn drop(&mut self) {
        if Arc::strong_count(&self.line) == 1 {
            let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
            if !line.is_empty() {
                line.push(b'\n');
                self.log.write(&line);
                line.clear();
            }
        }
    }
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for LogStream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_file_makes_room_and_the_one_before_it_goes() {
        let folder = tempfile::tempdir().unwrap();
        let (path, before) = (folder.path().join("a.txt"), folder.path().join("a.1.txt"));
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let open = || BoundedFile::open(path.clone(), 10).unwrap();
        let mut file = open();
        for (line, now, then) in [
            ("one 1\n", "one 1\n", ""),
            ("two\n", "one 1\ntwo\n", ""),
            ("3\n", "3\n", "one 1\ntwo\n"),
            ("longer than a file\n", "longer than a file\n", "3\n"),
            ("5\n", "5\n", "longer than a file\n"),
        ] {
            file.append(line.as_bytes()).unwrap();
            assert_eq!((read(&path), read(&before)), (now.into(), then.into()));
        }
        // After a restart, what is there counts.
        drop(file);
        open().append(b"123456789\n").unwrap();
        assert_eq!(
            (read(&path).as_str(), read(&before).as_str()),
            ("123456789\n", "5\n")
        );
    }
}
