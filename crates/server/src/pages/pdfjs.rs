//! pdf.js, with which browsers draw the pages of PDF files. It is in the binary as it was compressed when it was taken
//! over. Its files name each other, so they keep their names, in a folder whose name contains a hash of them all.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use dossier_core::form::short_hash;
use http::header;

use super::assets::{CACHE_FOREVER, JS};
use crate::http::problem::Problem;

/// The version of the package, and the SHA-256 of each file.
const VERSION: &str = include_str!("../../assets/vendor/pdfjs/VERSION");
/// What the worker may load, since a worker does not inherit the policy of the page. It takes files apart, so it may
/// load scripts and request nothing, not even from the desk.
const CSP: &str = "default-src 'none'; script-src 'self'";
const FONT: &str = "application/octet-stream";

macro_rules! files {
    ($($name:literal: $media_type:expr,)*) => {
        [$(($name, $media_type, include_bytes!(concat!("../../assets/vendor/pdfjs/", $name, ".gz")))),*]
    };
}

/// Each with its name, its media type, and its compressed content.
const FILES: [(&str, &str, &[u8]); 6] = files! {
    "pdf.min.mjs": JS,
    "pdf.worker.min.mjs": JS,
    "jbig2_nowasm_fallback.js": JS,
    "openjpeg_nowasm_fallback.js": JS,
    "FoxitDingbats.pfb": FONT,
    "FoxitSymbol.pfb": FONT,
};

/// The path of the folder, with a slash at the end.
#[must_use]
pub fn folder() -> &'static str {
    static FOLDER: LazyLock<String> = LazyLock::new(|| format!("/assets/pdfjs-{}/", short_hash(VERSION)));
    &FOLDER
}

/// `GET /assets/{folder}/{file}`
///
/// # Errors
///
/// 404 for a file that is not part of this version of pdf.js.
pub async fn file(Path((parent, file)): Path<(String, String)>) -> Result<Response, Problem> {
    let is_here = folder().strip_prefix("/assets/").and_then(|path| path.strip_suffix('/')) == Some(&parent);
    let found = FILES.iter().find(|(name, ..)| is_here && *name == file);
    let (_, media_type, content) = *found.ok_or_else(Problem::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_ENCODING, "gzip"),
        (header::CONTENT_SECURITY_POLICY, CSP),
        CACHE_FOREVER,
    ];
    Ok((headers, content).into_response())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use dossier_core::hexadecimal::hexadecimal;
    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn the_files_are_those_of_the_package() {
        let listed: Vec<_> = VERSION.lines().skip(1).collect();
        assert_eq!(listed.len(), FILES.len());
        for ((name, _, content), line) in FILES.iter().zip(listed) {
            let mut plain = Vec::new();
            GzDecoder::new(*content).read_to_end(&mut plain).expect("gzip");
            let hash = hexadecimal(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &plain).as_ref());
            let (listed, path) = line.split_once("  ").expect("a hash and a path");
            assert!(hash == listed && path.ends_with(&format!("/{name}")), "{line}");
        }
        let kept: usize = FILES.iter().map(|(.., content)| content.len()).sum();
        assert!(kept < 750_000, "{kept} bytes in the binary");
    }
}
