//! The query parameters and headers of operations.

/// A parameter of an operation.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) is_required: bool,
    /// The values that it takes, in words, for who sent another.
    pub(crate) takes: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "only the document tells it"))]
    pub(crate) kind: Kind,
    #[cfg_attr(not(test), expect(dead_code, reason = "only the document tells it"))]
    pub(crate) description: &'static str,
}

/// The place of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Query,
    /// The header `If-Match`, the only one that differs from operation to operation.
    IfMatch,
}

/// The values of a parameter. An empty one counts as missing.
#[cfg_attr(not(test), expect(dead_code, reason = "only the document tells it"))]
#[derive(Debug)]
pub(crate) enum Kind {
    Text,
    /// Text of this pattern.
    Pattern(&'static str),
    Boolean,
    Integer {
        least: u32,
        most: u32,
        default: u32,
    },
    /// One of these, the first where nothing is said.
    OneOf(&'static [&'static str]),
    /// One of these; without it, all.
    Filter(&'static [&'static str]),
    /// A number of days up to 3650, or a time.
    DaysOrTime,
}

const fn query(
    name: &'static str,
    kind: Kind,
    takes: &'static str,
    description: &'static str,
) -> Parameter {
    Parameter {
        name,
        place: Place::Query,
        is_required: false,
        takes,
        kind,
        description,
    }
}

/// Any text in the query.
pub(super) const fn text(name: &'static str, description: &'static str) -> Parameter {
    query(name, Kind::Text, "text", description)
}

/// A number of days or a time.
pub(super) const fn days_or_time(name: &'static str, description: &'static str) -> Parameter {
    let takes = "a number of days up to 3650, or a time like 2027-01-31T12:00:00Z";
    query(name, Kind::DaysOrTime, takes, description)
}

/// Only what is in one state.
pub(super) const fn state(states: &'static [&'static str], takes: &'static str) -> Parameter {
    query(
        "state",
        Kind::Filter(states),
        takes,
        "Only those in this state.",
    )
}

pub(super) const LIMIT: Parameter = query(
    "limit",
    Kind::Integer {
        least: 1,
        most: 200,
        default: 50,
    },
    "1 to 200",
    "The number of entries on a page.",
);

pub(super) const CURSOR: Parameter = query(
    "cursor",
    Kind::Pattern("^[A-Za-z0-9_-]*$"),
    "the value of next from an earlier response",
    "Where the page starts: the value of `next` from the previous page.",
);

pub(super) const VERIFY: Parameter = query(
    "verify",
    Kind::OneOf(&["false", "true", "pull"]),
    "true, pull, or false",
    "What a check must prove first: `true` for the login, `pull` for a pull.",
);

pub(super) const FORCE: Parameter = query(
    "force",
    Kind::Boolean,
    "true or false",
    "Delete the connection even if it is in use.",
);

pub(super) const FORMAT: Parameter = query(
    "format",
    Kind::OneOf(&["dockerconfigjson", "kubernetes-secret"]),
    "dockerconfigjson or kubernetes-secret",
    "The format of the file.",
);

pub(super) const IMAGE: Parameter = Parameter {
    name: "image",
    place: Place::Query,
    is_required: true,
    takes: "an image like host/team/app:v1",
    kind: Kind::Text,
    description: "The image, like `host/team/app:v1`.",
};

pub(super) const REPOSITORY: Parameter = Parameter {
    name: "repository",
    place: Place::Query,
    is_required: true,
    takes: "a text",
    kind: Kind::Text,
    description: "The repository.",
};

pub(super) const IF_MATCH: Parameter = if_match(false);

pub(super) const IF_MATCH_REQUIRED: Parameter = if_match(true);

const fn if_match(is_required: bool) -> Parameter {
    Parameter {
        name: "If-Match",
        place: Place::IfMatch,
        is_required,
        takes: "a version",
        kind: Kind::Text,
        description: "The ETag of the version to change, or `*`.",
    }
}
