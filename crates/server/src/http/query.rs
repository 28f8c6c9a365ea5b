//! Query parameters. Their violations are collected and reported together.

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dossier_core::violation::{Code, Violation};
use http::Uri;
use http::request::Parts;

use super::problem::Problem;
use super::state::App;

const MAX_LIMIT: usize = 1_000;
const DEFAULT_LIMIT: usize = 100;
/// How many characters of an unknown parameter's name are repeated.
const MAX_NAME: usize = 64;
/// How many unknown parameters are named.
const MAX_UNKNOWN: usize = 16;

/// Decoded query parameters. A `+` is a plus sign: no parameter contains a space, and e-mail addresses may contain a
/// `+`.
pub struct Query(Vec<(String, String)>);

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self::of(&parts.uri))
    }
}

/// Refuses query parameters.
pub struct NoQuery;

impl FromRequestParts<App> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Query::of(&parts.uri).only(&[]).end().map(|()| Self)
    }
}

impl Query {
    fn of(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default().replace('+', "%2B");
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// Begins to read these parameters. Any other one is a violation, because a response that ignored it would answer
    /// another question.
    #[must_use]
    pub fn only(self, known: &[&str]) -> Parameters {
        let names = self.0.iter().map(|(name, _)| name).filter(|name| !known.contains(&name.as_str()));
        let message = || match known {
            [] => Cow::Borrowed("is unknown: this operation takes no parameters"),
            _ => Cow::Owned(format!("is unknown: the parameters are {}", known.join(", "))),
        };
        let pointer = |name: &String| {
            let name: String = name.chars().take(MAX_NAME).collect();
            format!("/{}", name.replace('~', "~0").replace('/', "~1"))
        };
        let unknown = names.map(|name| Violation::new(pointer(name), Code::UnknownProperty, message()));
        Parameters { errors: unknown.take(MAX_UNKNOWN).collect(), given: self.0 }
    }
}

pub struct Parameters {
    given: Vec<(String, String)>,
    errors: Vec<Violation>,
}

impl Parameters {
    /// Takes the text of a parameter, which may appear once.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let at = self.given.iter().position(|(known, _)| known == name)?;
        let (_, text) = self.given.remove(at);
        if self.given.iter().any(|(known, _)| known == name) {
            self.refuse(name, Code::DuplicateKey, "appears twice in the query");
        }
        Some(text)
    }

    /// Takes a parameter, parsed by `read`. Text that `read` does not accept is a violation.
    pub fn read<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
        code: Code,
        message: impl Into<Cow<'static, str>>,
    ) -> Option<T> {
        let value = read(&self.text(name)?);
        if value.is_none() {
            self.refuse(name, code, message);
        }
        value
    }

    /// Takes `limit`, the most items that the page may have.
    pub fn limit(&mut self) -> usize {
        let Some(text) = self.text("limit") else { return DEFAULT_LIMIT };
        let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        limit.unwrap_or_else(|| {
            self.refuse("limit", Code::OutOfRange, format!("must be a whole number from 1 to {MAX_LIMIT}"));
            DEFAULT_LIMIT
        })
    }

    /// Adds a violation.
    pub fn refuse(&mut self, name: &str, code: Code, message: impl Into<Cow<'static, str>>) {
        self.errors.push(Violation::new(format!("/{name}"), code, message));
    }

    /// 400 with every violation.
    #[must_use]
    pub fn refused(self) -> Problem {
        Problem::invalid_parameters(self.errors)
    }

    /// Ends reading. It fails with 400 and every violation, if there are any.
    pub fn end(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.refused()) }
    }
}

/// A position in a list as clients see it, which is opaque.
#[must_use]
pub fn position(position: u64) -> String {
    URL_SAFE_NO_PAD.encode(position.to_be_bytes())
}

/// The position that a client sends back.
#[must_use]
pub fn read_position(text: &str) -> Option<u64> {
    let bytes: [u8; 8] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    Some(u64::from_be_bytes(bytes)).filter(|position| *position <= i64::MAX.unsigned_abs())
}
