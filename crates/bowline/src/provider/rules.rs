//! What only one product has, beside its fields: hosts, secret shapes, how a found login fills its form.

use crate::{
    detect::{Found, Invocation},
    document::Document,
    endpoint::{Endpoint, Split},
    finding::Issue,
    form::ConnectionForm,
    message::Code,
    text::span,
};

/// The functions and data of one product. [`Rules::ANY_HOST`] is that of a product that can be anywhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Whether a host is this product's own. Look-alikes are not.
    pub(crate) owns: fn(host: &str) -> bool,
    /// Every name of the registry at a host, its usual one first; empty where it has only this one.
    pub(crate) names: fn(host: &str) -> Vec<String>,
    /// The hosts that mistyped ones are told from: `example.com`; `.example.com` for all that end so; `*.example.com` where
    /// there is nothing below `example.com`.
    pub(crate) hosts: &'static [&'static str],
    /// Whether a URL is a web page of this product; if so, the registry's address to have instead, where it is known.
    pub(crate) console: fn(&Split<'_>) -> Option<Console>,
    /// The image that a web page of this product is about.
    pub(crate) page_image: fn(&Split<'_>) -> Option<String>,
    /// Tells whether the host of such a page is a registry too, so that forms of other products may have it.
    pub(crate) page_is_registry: fn(&Split<'_>) -> bool,
    /// The issue with a URL on a host of this product before it is read, where only this product can tell.
    pub(crate) misread: fn(&Split<'_>) -> Option<Issue>,
    /// Judges a sound endpoint that was typed for this product.
    pub(crate) endpoint: fn(&Split<'_>, &Endpoint, &mut Vec<Issue>),
    /// What this product's namespaces are, where they are less than any path.
    pub(crate) namespaces: Option<Namespaces>,
    /// Fills in the form for a registry (and a login) that was found in a pasted text and is this product's.
    pub(crate) fill: fn(&Found<'_>, &mut ConnectionForm),
    /// The forms for a command of the product's own that logs in to its registries: `az acr login`.
    pub(crate) command: fn(&Invocation<'_>) -> Vec<ConnectionForm>,
    /// The forms for a JSON document of the product's own that holds a login: a key file, what its tool prints. The text is
    /// that of the document; empty where it is a part of another one.
    pub(crate) document: fn(&Document, text: &str) -> Vec<ConnectionForm>,
    /// Judges a username that was typed for its host in the form of any registry, where it has no login with one.
    pub(crate) username: fn(&mut Judge<'_>),
    /// What its secrets look like.
    pub(crate) shapes: &'static [Shape],
    /// Whether it may hold other products' registries, so that their tokens are no surprise.
    pub(crate) any_secret: bool,
    /// Whether it limits how often its listings may be read.
    pub(crate) listing_is_limited: bool,
    /// The field with the address at which image streams are watched, where that is another than the registry's.
    pub(crate) streams_address: Option<&'static str>,
}

/// What a web page's URL should have been.
#[derive(Debug)]
pub(crate) struct Console {
    /// The registry's address, where it is known.
    pub(crate) registry: Option<String>,
}

impl Rules {
    pub(crate) const ANY_HOST: Self = Self {
        owns: |_| false,
        names: |_| Vec::new(),
        hosts: &[],
        console: |_| None,
        page_image: |_| None,
        page_is_registry: |_| false,
        misread: |_| None,
        endpoint: |_, _, _| {},
        namespaces: None,
        fill: crate::detect::fill_usual,
        command: |_| Vec::new(),
        document: |_, _| Vec::new(),
        username: |_| {},
        shapes: &[],
        any_secret: false,
        listing_is_limited: false,
        streams_address: None,
    };
}

/// What the namespaces of a product are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Namespaces {
    /// Whether a namespace that is a path can be one of this product. Its first part is offered if that can.
    pub(crate) fits: fn(&str) -> bool,
    /// One that can.
    pub(crate) example: &'static str,
}

/// What one kind of secret looks like. Formats change, so a shape warns and never blocks.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What it is, within a sentence: `a Docker access token`.
    pub(crate) title: &'static str,
    /// What it starts with. Without a prefix it says nothing about other products' secrets.
    pub(crate) prefix: &'static str,
    /// How many characters follow the prefix.
    pub(crate) length: std::ops::RangeInclusive<usize>,
    /// Which characters follow it.
    pub(crate) alphabet: Alphabet,
}

/// Some of the characters of ASCII: a bit for each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alphabet([u64; 2]);

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";

impl Alphabet {
    pub(crate) const ALPHANUMERIC: Self = Self([0; 2]).and(UPPER).and(LOWER).and(DIGITS);
    /// Capitals and digits.
    pub(crate) const UPPER: Self = Self([0; 2]).and(UPPER).and(DIGITS);
    /// Small letters and digits.
    pub(crate) const LOWER: Self = Self([0; 2]).and(LOWER).and(DIGITS);
    pub(crate) const HEXADECIMAL: Self = Self([0; 2]).and("ABCDEFabcdef").and(DIGITS);
    /// Letters, digits, `_` and `-`.
    pub(crate) const WORD: Self = Self::ALPHANUMERIC.and("_-");
    /// As they are in JSON Web Tokens: those of words, and dots.
    pub(crate) const TOKEN: Self = Self::WORD.and(".");
    /// The digits of base64.
    pub(crate) const BASE64: Self = Self::ALPHANUMERIC.and("+/");

    /// These too.
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "the compiler evaluates it"
    )]
    pub(crate) const fn and(mut self, characters: &str) -> Self {
        let mut rest = characters.as_bytes();
        while let [byte, after @ ..] = rest {
            self.0[*byte as usize / 64] |= 1 << (*byte % 64);
            rest = after;
        }
        self
    }

    /// Whether a text is of these characters alone.
    pub(crate) fn spells(self, text: &str) -> bool {
        let Self([low, high]) = self;
        text.bytes().all(|byte| {
            let bits = match byte {
                0..64 => low,
                64..128 => high,
                128.. => 0,
            };
            bits.wrapping_shr(byte.into()) & 1 == 1
        })
    }
}

/// How well a text fits a [`Shape`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It is something else.
    No,
    /// It has the prefix, but does not go on like one.
    Broken,
    /// It is one.
    Yes,
}

impl Shape {
    /// How well `text` fits.
    pub(crate) fn fit(&self, text: &str) -> Fit {
        let Some(rest) = text.strip_prefix(self.prefix) else {
            return Fit::No;
        };
        if self.length.contains(&rest.len()) && self.alphabet.spells(rest) {
            return Fit::Yes;
        }
        if self.prefix.is_empty() {
            Fit::No
        } else {
            Fit::Broken
        }
    }
}

/// Whether a text is small letters and digits, with single `.`, `_` or `-` between them.
pub(crate) fn is_slug(text: &str) -> bool {
    let is_letter = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut parts = text.as_bytes().split(|b| matches!(b, b'.' | b'_' | b'-'));
    parts.all(|part| !part.is_empty() && part.iter().all(is_letter))
}

/// Reports an endpoint that is not at the product's only host.
pub(crate) fn report_other_host(
    url: &Split<'_>,
    title: &str,
    expected: &str,
    fix: Option<&str>,
    issues: &mut Vec<Issue>,
) {
    let issue = Issue::new(Code::UrlOtherHost)
        .at(span(url.text, url.host))
        .with("title", title);
    issues.push(
        issue
            .with("expected", expected)
            .suggest_some(fix.map(str::to_owned)),
    );
}

/// The text that a base64 text stands for.
pub(crate) use crate::encoded::decoded;

pub(crate) use super::judge::Judge;
