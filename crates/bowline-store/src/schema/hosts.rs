//! The host by which connections are searched: with its port, as the endpoint has it.

/// The host and port of an endpoint, between its scheme, if any, and its path.
macro_rules! authority {
    ($endpoint:literal) => {
        concat!(
            "(SELECT substr(rest, 1, instr(rest || '/', '/') - 1) FROM
                (SELECT substr(",
            $endpoint,
            ", IIF(instr(",
            $endpoint,
            ", '://'), instr(",
            $endpoint,
            ", '://') + 3, 1)) AS rest))"
        )
    };
}

/// An older instance writes the host without its port.
pub(super) const MADE_BEFORE: &str = concat!(
    "CREATE TRIGGER IF NOT EXISTS connections_host_made_before AFTER INSERT ON connections
    WHEN NEW.host <> ",
    authority!("NEW.endpoint"),
    "
    BEGIN
        UPDATE connections SET host = ",
    authority!("NEW.endpoint"),
    " WHERE id = NEW.id;
    END"
);

pub(super) const OF_BEFORE: &str = concat!(
    "UPDATE connections SET host = ",
    authority!("endpoint"),
    " WHERE deleted_at IS NULL"
);
