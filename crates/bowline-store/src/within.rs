//! The projects over which work goes that names no connection.

/// All projects, or some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within<'a> {
    /// Every project.
    All,
    /// These projects only.
    Projects(&'a [String]),
}
