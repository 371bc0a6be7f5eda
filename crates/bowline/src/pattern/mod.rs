//! `name:tag` patterns: which images a list of patterns takes.
//!
//! A pattern has a name part, a tag part or both, parted by the last `:` that follows the last `/`. A part is
//!
//! - a literal, which the image's part must contain: `alpine`, `:4`;
//! - a glob over the whole part, where `*` (and `**`) is any text, `/` too, `?` one character and `{a,b}` either:
//!   `team/*:v{1,2}.*`;
//! - a regular expression between slashes, found anywhere in the part: `/^team\/(api|web)$/:/^v\d+$/`.
//!
//! Matching is case-sensitive. [`PatternSet`] matches an image's text as it is given.

mod cost;
mod engine;
mod explanation;
mod expression;
mod glob;
mod image;
mod json;
mod never;
mod parse;
mod part;
mod set;
mod tokens;

#[cfg(test)]
mod tests;

pub(crate) use self::cost::Budget;
pub use self::{
    explanation::{Explanation, MissedPart},
    glob::Glob,
    image::split_image,
    parse::Pattern,
    part::Part,
    set::PatternSet,
};
