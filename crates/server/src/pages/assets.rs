//! Style, scripts and looks: everything that pages load, all of it in the binary or the store. Names carry a hash of
//! the content, so that browsers keep them for good.

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
use http::{HeaderName, header};

use super::countries;
use crate::http::problem::Problem;
use crate::http::state::App;

const FOR_GOOD: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

struct Asset {
    name: &'static str,
    url: String,
    media_type: &'static str,
    content: Vec<u8>,
}

fn all() -> &'static [Asset] {
    static ALL: OnceLock<Vec<Asset>> = OnceLock::new();
    const CSS: &str = "text/css; charset=utf-8";
    const JS: &str = "text/javascript; charset=utf-8";
    const TEXT: &str = "text/plain; charset=utf-8";
    let asset = |(name, media_type, text): (&'static str, &'static str, &'static str)| {
        let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
        let url = format!("/assets/{stem}-{}.{ending}", short_hash(text));
        // Every browser that shows these pages takes gzip.
        Asset { name, url, media_type, content: gzip(text.as_bytes(), Compression::best()) }
    };
    ALL.get_or_init(|| {
        [
            ("combobox.js", JS, include_str!("../../assets/form/combobox.js")),
            ("countries.txt", TEXT, countries::search_text()),
            ("dates.js", JS, include_str!("../../assets/form/dates.js")),
            ("form.css", CSS, include_str!("../../assets/form/form.css")),
            ("form.js", JS, include_str!("../../assets/form/form.js")),
            ("htmx.js", JS, include_str!("../../assets/vendor/htmx/htmx.min.js")),
        ]
        .map(asset)
        .into()
    })
}

/// Where an asset is.
#[must_use]
pub fn url(name: &str) -> &'static str {
    all().iter().find(|asset| asset.name == name).map_or("", |asset| &asset.url)
}

/// `GET /assets/{asset}`
///
/// # Errors
///
/// 404 for what no page uses.
pub async fn asset(Path(asset): Path<String>) -> Result<Response, Problem> {
    let found =
        all().iter().find(|known| known.url.rsplit('/').next() == Some(&asset)).ok_or_else(Problem::not_found)?;
    let headers = [(header::CONTENT_TYPE, found.media_type), (header::CONTENT_ENCODING, "gzip"), FOR_GOOD];
    Ok((headers, found.content.as_slice()).into_response())
}

/// Where a part of an account's look is: `logo` or `colour.css`.
#[must_use]
pub fn look_url(account: &Account, part: &str) -> String {
    let look = serde_json::to_string(&account.look).unwrap_or_default();
    format!("/looks/{}/{}-{part}", account.account_id, short_hash(&look))
}

/// `GET /looks/{account_id}/{asset}`: the logo and the colour that an account shows its customers.
///
/// # Errors
///
/// 404 when the account has none.
pub async fn look(State(app): State<App>, Path((account, asset)): Path<(String, String)>) -> Result<Response, Problem> {
    let id = AccountId::parse(&account).ok_or_else(Problem::not_found)?;
    let account = app.services.store.account(id).await?.ok_or_else(Problem::not_found)?;
    let part = asset.split_once('-').map_or("", |(_, part)| part);
    let (media_type, content) = match (part, account.look.colour, account.look.logo) {
        ("colour.css", Some(colour), _) => {
            ("text/css; charset=utf-8", format!(":root {{ --accent: {colour}; }}\n").into_bytes())
        }
        ("logo", _, Some(logo)) => (logo.media_type.as_str(), STANDARD.decode(&logo.base64).unwrap_or_default()),
        _ => return Err(Problem::not_found()),
    };
    Ok(([(header::CONTENT_TYPE, media_type), FOR_GOOD], content).into_response())
}

pub(super) fn gzip(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), level);
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes what is written")
}
