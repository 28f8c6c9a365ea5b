//! The fields of a short form, as a browser sends them.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use hyper::body::Body as _;

use crate::http::body::{Expected, WholeBody};
use crate::http::problem::Problem;
use crate::http::state::App;

pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a body, or a query. Browsers send a line break as two characters, and count it as one.
    #[must_use]
    pub fn read(text: &[u8]) -> Self {
        let fields = form_urlencoded::parse(text).into_owned();
        Self(fields.map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect())
    }

    /// A field. Empty if it was not sent.
    #[must_use]
    pub fn get<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    /// Every field, in the order in which they were sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every field with a name, such as the boxes that are checked.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request<Body>, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        // A button alone sends a form without fields, and programs then leave out its type.
        if body.size_hint().exact() == Some(0) {
            return Ok(Self(Vec::new()));
        }
        let body = WholeBody::read(app, &parts, body, Expected::SHORT_FORM).await?;
        Ok(Self::read(&body))
    }
}
