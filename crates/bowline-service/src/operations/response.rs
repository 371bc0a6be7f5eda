//! The responses in an operation's row.

/// An answer to what was done.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "only the document tells all of it")
)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) description: &'static str,
    pub(crate) content: Content,
    pub(crate) headers: &'static [ResponseHeader],
}

/// The media types of an answer.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "only the document tells all of it")
)]
pub(crate) enum Content {
    /// No body.
    None,
    /// `application/json`
    Json(Schema),
    /// `application/json`, or `text/event-stream` to who accepts that.
    JsonOrEvents(Schema),
}

/// A body's schema, by its name in the document.
#[cfg_attr(not(test), expect(dead_code, reason = "only the document tells it"))]
pub(crate) enum Schema {
    /// Any JSON.
    Any,
    /// Any object.
    Object,
    /// The schema of this name.
    Named(&'static str),
    /// A list of it.
    ListOf(&'static str),
    /// An object with the list `items` of it, which has no further pages.
    ItemsOf(&'static str),
    /// One of them.
    OneOf(&'static [&'static str]),
}

/// A header of an answer.
#[cfg_attr(not(test), expect(dead_code, reason = "only the document tells it"))]
pub(crate) struct ResponseHeader {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
}

/// The version of what was read or changed.
pub(super) const ETAG: ResponseHeader = ResponseHeader {
    name: "ETag",
    description: "The version, as `If-Match` accepts it.",
};

/// 200 with this.
pub(super) const fn ok(description: &'static str, schema: Schema) -> Response {
    success(200, description, schema)
}

/// 200 with a connection or settings, and their version.
pub(super) const fn versioned(description: &'static str, schema: Schema) -> Response {
    Response {
        headers: &[ETAG],
        ..ok(description, schema)
    }
}

/// This status with this.
pub(super) const fn success(status: u16, description: &'static str, schema: Schema) -> Response {
    Response {
        status,
        description,
        content: Content::Json(schema),
        headers: &[],
    }
}

/// 204.
pub(super) const fn gone(description: &'static str) -> Response {
    Response {
        status: 204,
        description,
        content: Content::None,
        headers: &[],
    }
}

/// The result of a check, in one piece or as it goes.
pub(super) const CHECKED: Response = Response {
    status: 200,
    description: "The result of the check. As events: a `step` when each step ends, then the `result`.",
    content: Content::JsonOrEvents(Schema::Named("Check")),
    headers: &[],
};

/// The file that a job pulls with.
pub(super) const HANDED_OUT: Response = Response {
    status: 200,
    description: "The file, in the requested `format`.",
    content: Content::Json(Schema::OneOf(&["DockerConfig", "KubernetesSecret"])),
    headers: &[ResponseHeader {
        name: "Bowline-Expires-At",
        description: "When the password expires, if known.",
    }],
};
