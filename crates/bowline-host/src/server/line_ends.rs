//! A connection that requires CR LF line ends in a request's head.
//!
//! A proxy and a server that disagree about a bare LF disagree about where headers end, and a client can smuggle
//! requests past the proxy (RFC 9112 section 11.2). The HTTP library accepts a bare LF as a line end. Therefore, it
//! gets a NUL in its place, which no head may contain, and answers 400.
//!
//! To find every head, this must distinguish the bytes of a body from those of the next head. The library gets each
//! head alone and parses it. The server then reports the length of the body ([`Framing::body`]).

#![deny(clippy::arithmetic_side_effects)]

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream whose heads are checked.
pub(super) struct CheckedHeads<S> {
    stream: S,
    framing: Framing,
    /// Bytes that have been read but not handed on.
    held: Vec<u8>,
}

/// The part of a request that a connection reads next.
#[derive(Clone, Default)]
pub(super) struct Framing(Arc<Mutex<Part>>);

/// The part of a request that comes next.
#[derive(Clone, Copy)]
enum Part {
    /// The head, and the state of its current line.
    Head(Line),
    /// The head is whole. Its body's length is not known yet.
    Parsed,
    /// A body with this number of bytes left.
    Body(u64),
    /// A body whose end is not known here. No request follows it.
    Unknown,
}

/// The state of a head's current line.
#[derive(Clone, Copy)]
struct Line {
    /// The line before the request line may be empty (RFC 9112 section 2.2).
    is_first: bool,
    is_empty: bool,
    after_cr: bool,
}

impl<S> CheckedHeads<S> {
    /// A stream, and the server's reports about its requests.
    pub(super) fn new(stream: S, framing: Framing) -> Self {
        Self {
            stream,
            framing,
            held: Vec::new(),
        }
    }
}

impl Framing {
    /// The request that has just been parsed has a body of this length; `None`: an unknown one. Then the server must
    /// close the connection after the answer.
    pub(super) fn body(&self, length: Option<u64>) {
        *self.part() = match length {
            Some(0) => Part::default(),
            Some(length) => Part::Body(length),
            None => Part::Unknown,
        };
    }

    /// The number of these bytes that may be handed on: all of one part. A bare LF in a head becomes NUL.
    fn take(&self, bytes: &mut [u8]) -> usize {
        let mut part = self.part();
        match &mut *part {
            Part::Head(line) => {
                let end = line.end_of_head(bytes);
                if end.is_some() {
                    *part = Part::Parsed;
                }
                end.unwrap_or(bytes.len())
            }
            Part::Body(left) => {
                let taken =
                    usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                *left = left.saturating_sub(taken as u64);
                if *left == 0 {
                    *part = Part::default();
                }
                taken
            }
            // The head was refused, and what follows it is of no account.
            Part::Parsed | Part::Unknown => bytes.len(),
        }
    }

    fn part(&self) -> MutexGuard<'_, Part> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Part {
    fn default() -> Self {
        Self::Head(Line {
            is_first: true,
            is_empty: true,
            after_cr: false,
        })
    }
}

impl Line {
    /// Reads on in a head. Gives the number of bytes up to its end, if they hold it.
    fn end_of_head(&mut self, bytes: &mut [u8]) -> Option<usize> {
        for (place, byte) in bytes.iter_mut().enumerate() {
            match *byte {
                b'\n' if !self.after_cr => *byte = 0,
                b'\n' if self.is_empty && !self.is_first => return Some(place.saturating_add(1)),
                b'\n' => self.is_empty = true,
                b'\r' => {}
                _ => {
                    self.is_first = false;
                    self.is_empty = false;
                }
            }
            self.after_cr = *byte == b'\r';
        }
        None
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for CheckedHeads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.held.is_empty() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
            let (_, new) = buffer.filled_mut().split_at_mut(before);
            let taken = this.framing.take(new);
            let (_, rest) = new.split_at(taken);
            this.held.extend_from_slice(rest);
            buffer.set_filled(before.saturating_add(taken));
        } else {
            let room = this.held.len().min(buffer.remaining());
            let (next, _) = this.held.split_at_mut(room);
            let taken = this.framing.take(next);
            let (next, _) = next.split_at(taken);
            buffer.put_slice(next);
            this.held.drain(..taken);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CheckedHeads<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokio::io::AsyncReadExt as _;

    /// The parts that the library gets of `text`, when it arrives in pieces of `piece` bytes and each head is followed
    /// by a body of the next of `lengths`.
    fn parts(text: &[u8], piece: usize, lengths: &[Option<u64>]) -> Vec<String> {
        let framing = Framing::default();
        let pieces = tokio_pieces(text, piece);
        let mut stream = CheckedHeads::new(pieces, framing.clone());
        let mut lengths = lengths.iter();
        let mut found = vec![String::new()];
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let mut buffer = [0; 7];
            loop {
                let count = stream.read(&mut buffer).await.unwrap();
                if count == 0 {
                    break;
                }
                let last = found.last_mut().unwrap();
                last.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
                if matches!(*framing.part(), Part::Parsed) {
                    framing.body(*lengths.next().unwrap());
                    found.push(String::new());
                }
            }
        });
        found
    }

    fn tokio_pieces(text: &[u8], piece: usize) -> impl AsyncRead + Unpin + use<> {
        let pieces: Vec<_> = text.chunks(piece).map(<[u8]>::to_vec).collect();
        Pieces(pieces.into_iter())
    }

    struct Pieces(std::vec::IntoIter<Vec<u8>>);

    impl AsyncRead for Pieces {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            if let Some(mut piece) = self.0.next() {
                let rest = piece.split_off(piece.len().min(buffer.remaining()));
                buffer.put_slice(&piece);
                if !rest.is_empty() {
                    let mut all = vec![rest];
                    all.extend(self.0.by_ref());
                    self.0 = all.into_iter();
                }
            }
            Poll::Ready(Ok(()))
        }
    }

    /// What it is, the text, the lengths of the bodies, and the parts that the library gets.
    type Case = (
        &'static str,
        &'static str,
        &'static [Option<u64>],
        &'static [&'static str],
    );

    const CASES: &[Case] = &[
        (
            "a request",
            "GET / H\r\na: b\r\n\r\n",
            &[Some(0)],
            &["GET / H\r\na: b\r\n\r\n", ""],
        ),
        (
            "a bare LF",
            "GET / H\na: b\r\n\r\n",
            &[Some(0)],
            &["GET / H\0a: b\r\n\r\n", ""],
        ),
        (
            "bare LFs at the end",
            "GET / H\r\na: b\n\n",
            &[],
            &["GET / H\r\na: b\0\0"],
        ),
        (
            "a bare LF first",
            "\nGET / H\r\n\r\n",
            &[Some(0)],
            &["\0GET / H\r\n\r\n", ""],
        ),
        (
            "an empty line first",
            "\r\nGET / H\r\n\r\n",
            &[Some(0)],
            &["\r\nGET / H\r\n\r\n", ""],
        ),
        (
            "a body with LF",
            "P\r\n\r\n{\n}\n",
            &[Some(4)],
            &["P\r\n\r\n", "{\n}\n"],
        ),
        (
            "a request after a body",
            "P\r\n\r\n\n\nG\r\nb\n\r\n\r\n",
            &[Some(2), Some(0)],
            &["P\r\n\r\n", "\n\nG\r\nb\0\r\n\r\n", ""],
        ),
        (
            "a request after one without a body",
            "G\r\n\r\nG\r\n\na: b\r\n\r\n",
            &[Some(0), Some(0)],
            &["G\r\n\r\n", "G\r\n\0a: b\r\n\r\n", ""],
        ),
        (
            "a body of unknown length",
            "P\r\n\r\n2\r\n\n\n\r\n",
            &[None],
            &["P\r\n\r\n", "2\r\n\n\n\r\n"],
        ),
    ];

    #[test]
    fn a_bare_lf_in_a_head_becomes_nul_and_bodies_stay() {
        for (name, text, lengths, expected) in CASES {
            for piece in 1..=text.len() {
                assert_eq!(
                    parts(text.as_bytes(), piece, lengths),
                    *expected,
                    "{name}, {piece} bytes at a time"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[GP /\r\n:a]{0,60}", piece in 1_usize..20) {
            let found = parts(text.as_bytes(), piece, &[Some(3); 60]).concat();
            prop_assert_eq!(found.replace('\0', "\n"), text);
        }
    }
}
