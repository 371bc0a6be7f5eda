//! A peer of the benchmark: a Spin component that does nothing but the statement that reads a connection, on one
//! connection to the database for each instance, and answers how many rows there were.
//!
//! It takes the project and the id from the path: `/bench/select/{project}/{id}`.

use std::{rc::Rc, sync::Arc};

use bowline_service::once_cell::OnceCell;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use spin_sdk::{
    http::{FullBody, Request},
    http_service,
    sqlite::{Connection, Error, Value},
    time::sleep,
};

thread_local! {
    static DATABASE: Rc<OnceCell<Connection>> = Rc::default();
}

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    let (status, body) = match rows(request.uri().path()).await {
        Ok(rows) => (StatusCode::OK, rows.to_string()),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    let length = HeaderValue::from(body.len());
    let mut response = Response::new(FullBody::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length);
    response
}

async fn rows(path: &str) -> Result<usize, Error> {
    let mut segments = path.rsplit('/');
    let mut text = || Value::Text(segments.next().unwrap_or_default().to_owned());
    let (id, project) = (text(), text());
    let parameters = [Value::Integer(0), id, project];
    let found = database()
        .await?
        .execute(bowline_store::READ_CONNECTION, parameters)
        .await?;
    Ok(found.collect().await?.len())
}

async fn database() -> Result<Arc<Connection>, Error> {
    let database = DATABASE.with(Rc::clone);
    database.get(sleep, Connection::open_default()).await
}
