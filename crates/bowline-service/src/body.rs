//! Reads request bodies within limits, and writes bodies with secrets.

#![deny(clippy::arithmetic_side_effects)]

use std::{io, pin::pin};

use bowline::secret::Secret;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body::Body;
use http_body_util::BodyExt;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _},
};
use zeroize::{Zeroize, Zeroizing};

use crate::problem::{Problem, ProblemType};

/// The most bytes that a caller's body may have: those of the largest form, though JSON may write a byte as six.
pub(crate) const LARGEST: usize = 1024 * 1024;

/// The room for a body whose length is not announced. A form with a service account's key takes 3 KiB.
const USUAL: usize = 64 * 1024;

/// All of a body, erased when it is dropped: a form holds secrets.
///
/// Errors: `body.too_large`, before more than `largest` bytes are read; `body.malformed` if the body ends early.
pub(crate) async fn read<B>(
    headers: &HeaderMap,
    body: B,
    largest: usize,
) -> Result<Zeroizing<Vec<u8>>, Problem>
where
    B: Body<Data = Bytes>,
{
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let expected = match announced.map(usize::try_from) {
        None => USUAL.min(largest),
        Some(Ok(length)) if length <= largest => length,
        // Here `usize` may have 32 bits.
        Some(_) => return Err(ProblemType::BodyTooLarge.into()),
    };
    let mut whole = Zeroizing::new(Vec::with_capacity(expected));
    let mut body = pin!(body);
    while let Some(frame) = body.frame().await {
        let broken_off =
            |_| Problem::from(ProblemType::BodyMalformed).detail("The body was cut off.");
        let Ok(chunk) = frame.map_err(broken_off)?.into_data() else {
            continue;
        };
        let length = whole.len().saturating_add(chunk.len());
        if length > largest {
            return Err(ProblemType::BodyTooLarge.into());
        }
        if length > whole.capacity() {
            // Grown by itself it would leave a copy behind.
            let room = length.saturating_mul(2).min(largest);
            let mut larger = Zeroizing::new(Vec::with_capacity(room));
            larger.extend_from_slice(&whole);
            whole = larger;
        }
        whole.extend_from_slice(&chunk);
        if let Ok(mut chunk) = chunk.try_into_mut() {
            chunk.zeroize();
        }
    }
    Ok(whole)
}

/// A body with secrets in it, erased when dropped.
pub(crate) fn secret_json(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Problem> {
    // Room for all of it from the start: grown later it would leave a copy behind.
    let mut length = Length(0);
    serde_json::to_writer(&mut length, value).map_err(Problem::internal)?;
    let mut body = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *body, value).map_err(Problem::internal)?;
    Ok(body)
}

/// Writes a secret into such a body.
pub(crate) fn expose<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// A writer that counts bytes.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a body says: a JSON object.
///
/// Errors: `body.malformed`, with the place but nothing of the text.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // A list would pass for the fields of a struct, in order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(
            Problem::from(ProblemType::BodyMalformed).detail("The body isn't a JSON object.")
        );
    }
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::from(ProblemType::BodyMalformed).detail(match error.classify() {
            // A form that is none names its member.
            serde_json::error::Category::Data if line == 0 => {
                format!("The JSON isn't what this route accepts: {error}.")
            }
            serde_json::error::Category::Data => {
                format!("The JSON at line {line}, column {column} isn't what this route accepts.")
            }
            _ => format!("The body isn't valid JSON: line {line}, column {column}."),
        })
    })
}

/// A whole number or `null`. JSON Schema takes 279.0 for an integer (2020-12, validation section 6.1.1), and so do we.
pub(crate) fn whole_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u32>, D::Error> {
    let whole = |number: f64| {
        let fits = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        fits.then_some(number as u32)
            .ok_or_else(|| D::Error::custom("no whole number"))
    };
    Option::<f64>::deserialize(deserializer)?
        .map(whole)
        .transpose()
}

/// A member that is there, be it `null`.
pub(crate) fn sent<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
