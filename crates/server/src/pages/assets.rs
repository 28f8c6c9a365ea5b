//! The style, scripts and branding that pages load, from the binary or the store. Names contain a hash of the content,
//! so that browsers can cache them forever.

use std::io::Write as _;
use std::sync::OnceLock;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dossier_core::account::Account;
use dossier_core::form::short_hash;
use dossier_core::ids::AccountId;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderName, header};

use super::{accent, countries};
use crate::http::problem::Problem;
use crate::http::state::App;

pub(super) const CACHE_FOREVER: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

pub(super) const JS: &str = "text/javascript; charset=utf-8";

struct Asset {
    name: &'static str,
    url: String,
    media_type: &'static str,
    content: Vec<u8>,
}

fn all() -> &'static [Asset] {
    static ALL: OnceLock<Vec<Asset>> = OnceLock::new();
    const CSS: &str = "text/css; charset=utf-8";
    const SVG: &str = "image/svg+xml";
    const TEXT: &str = "text/plain; charset=utf-8";
    let asset = |(name, media_type, text): (&'static str, &'static str, &'static str)| {
        let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
        let url = format!("/assets/{stem}-{}.{ending}", short_hash(text));
        // Every browser that can show these pages accepts gzip.
        let content = gzip(without_comments(text, media_type == CSS).as_bytes(), Compression::best());
        Asset { name, url, media_type, content }
    };
    ALL.get_or_init(|| {
        [
            ("combobox.js", JS, include_str!("../../assets/form/combobox.js")),
            ("countries.txt", TEXT, countries::search_text()),
            ("dates.js", JS, include_str!("../../assets/form/dates.js")),
            (
                "form.css",
                CSS,
                concat!(include_str!("../../assets/tokens.css"), include_str!("../../assets/form/form.css")),
            ),
            (
                "desk.css",
                CSS,
                concat!(
                    include_str!("../../assets/tokens.css"),
                    include_str!("../../assets/desk/desk.css"),
                    include_str!("../../assets/console/console.css")
                ),
            ),
            ("desk.js", JS, include_str!("../../assets/desk/desk.js")),
            (
                "viewer.css",
                CSS,
                concat!(include_str!("../../assets/tokens.css"), include_str!("../../assets/desk/viewer.css")),
            ),
            ("viewer.js", JS, include_str!("../../assets/desk/viewer.js")),
            ("pdfjs-licences.txt", TEXT, include_str!("../../assets/vendor/pdfjs/LICENSE")),
            ("passkey.js", JS, include_str!("../../assets/desk/passkey.js")),
            ("form.js", JS, include_str!("../../assets/form/form.js")),
            ("upload.js", JS, include_str!("../../assets/form/upload.js")),
            ("icon.svg", SVG, include_str!("../../assets/form/icon.svg")),
            ("htmx.js", JS, include_str!("../../assets/vendor/htmx/htmx.min.js")),
            ("docs.css", CSS, include_str!("../../assets/docs/docs.css")),
            ("docs.js", JS, include_str!("../../assets/docs/docs.js")),
            ("guides.js", JS, include_str!("../../assets/docs/guides.js")),
        ]
        .map(asset)
        .into()
    })
}

/// A style sheet or script without its indentation, and without comments on separate lines. These are a fifth of what a
/// page loads.
fn without_comments(text: &str, is_css: bool) -> String {
    let (mut kept, mut in_comment) = (String::with_capacity(text.len()), false);
    for line in text.lines().map(str::trim) {
        in_comment |= is_css && line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    kept
}

/// The URL of an asset.
#[must_use]
pub fn url(name: &str) -> &'static str {
    all().iter().find(|asset| asset.name == name).map_or("", |asset| &asset.url)
}

/// `GET /assets/{asset}`
///
/// # Errors
///
/// 404 for an asset that no page uses.
pub async fn asset(Path(asset): Path<String>) -> Result<Response, Problem> {
    let found =
        all().iter().find(|known| known.url.rsplit('/').next() == Some(&asset)).ok_or_else(Problem::not_found)?;
    let headers = [(header::CONTENT_TYPE, found.media_type), (header::CONTENT_ENCODING, "gzip"), CACHE_FOREVER];
    Ok((headers, found.content.as_slice()).into_response())
}

/// The URL of a part of an account's branding: `logo`, `logo-dark`, `colour.css` or `icon.svg`.
#[must_use]
pub fn branding_url(account: &Account, part: &str) -> String {
    let mut content = serde_json::to_string(&account.form).unwrap_or_default();
    // Browsers cache forever, and another version of this program may make other shades of the same colour.
    content.extend(account.form.colour.map(|colour| accent::style(colour) + &accent::icon(colour)));
    format!("/looks/{}/{}-{part}", account.account_id, short_hash(&content))
}

/// `GET /looks/{account_id}/{asset}`: the logos and the colour of an account.
///
/// # Errors
///
/// 404 when the account has none.
pub async fn branding(
    State(app): State<App>,
    Path((account, asset)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = AccountId::parse(&account).ok_or_else(Problem::not_found)?;
    let account = app.services.store.account(id).await?.ok_or_else(Problem::not_found)?;
    let part = asset.split_once('-').map_or("", |(_, part)| part);
    let logo = if part == "logo-dark" { account.form.logo_dark } else { account.form.logo };
    let (media_type, content) = match (part, account.form.colour, logo) {
        ("colour.css", Some(colour), _) => ("text/css; charset=utf-8", accent::style(colour).into_bytes()),
        ("icon.svg", Some(colour), _) => ("image/svg+xml", accent::icon(colour).into_bytes()),
        ("logo" | "logo-dark", _, Some(logo)) => {
            (logo.media_type.as_str(), STANDARD.decode(&logo.base64).unwrap_or_default())
        }
        _ => return Err(Problem::not_found()),
    };
    Ok(([(header::CONTENT_TYPE, media_type), CACHE_FOREVER], content).into_response())
}

/// Whether a client accepts gzip.
pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|codings| codings.split(',').any(|one| one.trim().starts_with("gzip")))
}

pub(crate) fn gzip(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), level);
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes what is written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_lose_only_their_comments() {
        let css = "/* One\n   two. */\na {\n    color: red; /* kept */\n}\n\n/* three */\nb { }\n";
        assert_eq!(without_comments(css, true), "a {\ncolor: red; /* kept */\n}\nb { }\n");
        let js = "// One\nconst url = \"https://a\"; // kept\n    // two\n    f();\n";
        assert_eq!(without_comments(js, false), "const url = \"https://a\"; // kept\nf();\n");
    }
}
