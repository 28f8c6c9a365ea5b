//! The pages of a PDF file, for a frame beside the claims. The server decodes nothing: pdf.js draws the pages in the
//! browser, under a policy that lets it reach this one file.

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use dossier_core::file::{File, MediaType};
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::use_cases::review_case;
use http::{HeaderValue, header};
use maud::{DOCTYPE, Markup, html};

use super::queue::visible;
use super::seat::{Desk, refusal};
use super::text::{say, say_with};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::pages::{assets, pdfjs};

/// The path of the pages of a file.
#[must_use]
pub fn path(desk: &Desk, customer: CustomerId, file: FileId) -> String {
    format!("{}/customers/{customer}/files/{file}/pages", desk.base())
}

/// `GET …/files/{file_id}/pages`: the frame. Its script reads the content of the file, which is what the audit trail
/// records.
///
/// # Errors
///
/// 404 for a file that is no PDF, and when the store fails.
pub async fn page(
    State(app): State<App>,
    desk: Desk,
    Path((_, customer, file)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let (customer, file) = (CustomerId::parse(&customer), FileId::parse(&file));
    let file = match review_case::file(&app.services, &desk.seat, customer, file).await {
        Ok(file) if file.details.media_type == MediaType::Pdf => file,
        Ok(_) => return Err(Problem::not_found()),
        Err(error) => return refusal(&desk, error),
    };
    let customer = customer.ok_or_else(Problem::not_found)?;
    let content = format!("{}/customers/{customer}/files/{}", desk.base(), file.id);
    let policy = HeaderValue::try_from(policy(&app.desk_url, &content)).map_err(|_| Problem::not_found())?;
    let page = frame(&file, &content).into_string();
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response())
}

/// What the frame may do: run our scripts, read this file and the fonts of pdf.js, and be part of a page of the desk.
/// The frame has the origin of the desk, so this confines no script that runs in it. A file is taken apart in the
/// worker, which has a stricter policy and no way to the page.
fn policy(desk_url: &str, content: &str) -> String {
    let fonts = pdfjs::folder();
    format!(
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; \
         connect-src {desk_url}{content} {desk_url}{fonts}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'; sandbox allow-scripts allow-same-origin"
    )
}

fn frame(file: &File, content: &str) -> Markup {
    let name = visible(file.details.name.expose());
    let place = say_with("page-of", &[("page", "{page}".into()), ("pages", "{pages}".into())]);
    let tool = |tool: &str, key: &str, text: &str| {
        html! { button type="button" data-tool=(tool) data-key=(key) { (say(text)) } }
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (say_with("pages-of", &[("name", name.as_str().into())])) }
                link rel="stylesheet" href=(assets::url("viewer.css"));
                script type="module" src=(assets::url("viewer.js")) {}
            }
            body data-file=(content) data-library=(pdfjs::folder()) data-place=(place)
                data-opening=(say("pages-opening")) data-locked=(say("pages-locked"))
                data-damaged=(say("pages-damaged")) data-unread=(say("pages-unread"))
                data-incomplete=(say("pages-incomplete")) {
                main {
                    h1.sr { (say_with("pages-of", &[("name", name.as_str().into())])) }
                    div.tools #tools role="toolbar" aria-label=(say("pages-tools")) hidden {
                        (tool("before", "h", "page-before"))
                        (tool("after", "l", "page-after"))
                        (tool("in", "+", "zoom-in"))
                        (tool("out", "-", "zoom-out"))
                        (tool("turn", "r", "turn"))
                        (tool("full", "f", "full-screen"))
                    }
                    p #status role="status" {}
                    p #fault role="alert" hidden {}
                    noscript { p { (say("pages-need-script")) } }
                    div.page #page tabindex="0" role="group" aria-label=(say("viewer")) hidden {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_reaches_its_own_file_and_runs_nothing_from_elsewhere() {
        let policy = policy("https://desk.example", "/desk/sandbox/customers/c/files/f");
        let connect = policy.split("; ").find(|part| part.starts_with("connect-src")).expect("a part");
        let fonts = pdfjs::folder();
        let expected =
            format!("connect-src https://desk.example/desk/sandbox/customers/c/files/f https://desk.example{fonts}");
        assert_eq!(connect, expected);
        assert!(!policy.contains("unsafe") && !policy.contains("blob:"), "{policy}");
    }
}
