//! Sends requests with `wasi:http`.

use std::time::Duration;

use bowline_registry::{HttpClient, Request, ResponseBody, SendError};
use bytes::Bytes;
use http::{HeaderValue, header};
use http_body_util::BodyExt;
use wasip3::{
    http::{
        client,
        types::{ErrorCode, Fields, Request as WasiRequest, RequestOptions, Scheme},
    },
    http_compat::{IncomingResponseBody, http_from_wasi_response},
    spawn, wit_future, wit_stream,
};

/// The host's HTTP client. It resolves names, connects, does TLS, and does not follow redirects.
#[derive(Default)]
pub struct WasiClient;

impl HttpClient for WasiClient {
    type Body = WasiBody;

    async fn send(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Result<http::Response<WasiBody>, SendError> {
        let response = client::send(wasi_request(request, timeout)?)
            .await
            .map_err(|code| reason(&code))?;
        let response = http_from_wasi_response(response).map_err(|_| SendError::Malformed)?;
        Ok(response.map(WasiBody))
    }
}

/// A response body. Dropping it closes the stream.
pub struct WasiBody(IncomingResponseBody);

impl ResponseBody for WasiBody {
    async fn chunk(&mut self) -> Result<Option<Bytes>, SendError> {
        loop {
            let Some(frame) = self.0.frame().await else {
                return Ok(None);
            };
            // Trailers say nothing that anyone here reads.
            if let Ok(data) = frame.map_err(|code| reason(&code))?.into_data() {
                return Ok(Some(data));
            }
        }
    }
}

fn wasi_request(request: Request, timeout: Duration) -> Result<WasiRequest, SendError> {
    let Request {
        method,
        url,
        target,
        mut headers,
        body,
    } = request;
    if !body.is_empty() {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    let headers = Fields::try_from(headers).map_err(|_| SendError::Internal)?;
    let options = RequestOptions::new();
    // A host that does not take one of them still has its own limit.
    let nanoseconds = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
    _ = options.set_connect_timeout(Some(nanoseconds));
    _ = options.set_first_byte_timeout(Some(nanoseconds));
    _ = options.set_between_bytes_timeout(Some(nanoseconds));

    let (trailers, no_trailers) = wit_future::new(|| Ok(None));
    let contents = (!body.is_empty()).then(|| {
        let (mut writer, reader) = wit_stream::new();
        spawn(async move {
            // What is not written the host did not want; its answer says why.
            writer.write_all(body.to_vec()).await;
            drop(writer);
            _ = trailers.write(Ok(None)).await;
        });
        reader
    });
    let (request, _sent) = WasiRequest::new(headers, contents, no_trailers, Some(options));
    let scheme = if url.scheme() == "https" {
        Scheme::Https
    } else {
        Scheme::Http
    };
    let set = [
        request.set_method(&method.into()),
        request.set_scheme(Some(&scheme)),
        request.set_authority(Some(url.authority())),
        request.set_path_with_query(Some(&target)),
    ];
    if set.iter().all(Result::is_ok) {
        Ok(request)
    } else {
        Err(SendError::Internal)
    }
}

/// Interprets the host's error. Spin has one TLS error for all causes. It reports "denied" for a host that the manifest
/// does not list, and "prohibited" for an address that `block_networks` lists.
fn reason(code: &ErrorCode) -> SendError {
    match code {
        ErrorCode::DnsTimeout | ErrorCode::DnsError(_) | ErrorCode::DestinationNotFound => {
            SendError::Dns
        }
        ErrorCode::DestinationIpProhibited | ErrorCode::HttpRequestDenied => SendError::Prohibited,
        ErrorCode::ConnectionRefused
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpUnroutable => SendError::Refused,
        ErrorCode::ConnectionTimeout => SendError::ConnectTimeout,
        ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => SendError::ReadTimeout,
        ErrorCode::TlsProtocolError | ErrorCode::TlsAlertReceived(_) => SendError::Tls,
        ErrorCode::TlsCertificateError => SendError::Certificate,
        ErrorCode::ConnectionTerminated | ErrorCode::HttpResponseIncomplete => SendError::Closed,
        ErrorCode::HttpProtocolError
        | ErrorCode::HttpResponseTransferCoding(_)
        | ErrorCode::HttpResponseContentCoding(_)
        | ErrorCode::HttpUpgradeFailed => SendError::Malformed,
        ErrorCode::HttpResponseHeaderSectionSize(_)
        | ErrorCode::HttpResponseHeaderSize(_)
        | ErrorCode::HttpResponseBodySize(_)
        | ErrorCode::HttpResponseTrailerSectionSize(_)
        | ErrorCode::HttpResponseTrailerSize(_) => SendError::TooLarge,
        _ => SendError::Internal,
    }
}
