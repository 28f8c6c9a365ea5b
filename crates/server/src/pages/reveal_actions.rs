//! What a device enters to see the answers of others, or to confirm them unseen.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::form::edit::{Edit, PageEdit};
use dossier_core::form::reveal::TryResult;
use dossier_core::parse::Date;
use dossier_core::use_cases::reveal_form;
use dossier_core::use_cases::save_form::save_edit;
use http::header;

use super::changes::typed;
use super::cookies::keep_entered;
use super::posted::fields_of;
use super::reveal::{DATE, NO_DATE, WRONG};
use super::steps::Step;
use super::upload::file_of;
use super::visit::Visit;
use crate::http::body::{Expected, WholeBody};
use crate::http::problem::Problem;
use crate::http::state::App;

/// `POST /form/{session}/reveal`: tries a date and redirects to the page it came from.
pub async fn reveal(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::FORM).await?;
    let fields = fields_of(&body)?;
    let page = if fields.get("page").is_some_and(|page| page == "review") { "/review" } else { "" };
    let back = |error: Option<&str>| {
        let parts = DATE.map(|part| (part, fields.get(part).map_or("", String::as_str)));
        let (to, kept) = match error {
            Some(error) => (format!("{page}?reveal={error}#reveal-date"), &parts[..]),
            None => (page.to_owned(), &[][..]),
        };
        let mut response = Redirect::to(&format!("{}{to}", visit.page.base)).into_response();
        let cookie = keep_entered(&app.form_url, visit.visitor.session, kept);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        Ok(response)
    };
    let entered = typed(&fields, "date");
    // An invalid date is a slip and does not count as a try.
    if Date::new(&entered).is_none() {
        return back(Some(NO_DATE));
    }
    match reveal_form::reveal(&app.services, &visit.visitor, &entered).await {
        Ok((_, TryResult::Wrong(_))) => back(Some(WRONG)),
        Ok((_, TryResult::Opened | TryResult::Refused)) => back(None),
        Err(error) => visit.refused(error),
    }
}

/// `POST /form/{session}/{step}/keep/{file_id}`: confirms a file that the device does not see.
pub async fn keep_file(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let path = request.uri().path();
    let step = path.split('/').nth(3).and_then(Step::parse).ok_or_else(Problem::not_found)?;
    let file = file_of(path)?;
    let kept = PageEdit { kept: vec![(format!("/files/{file}"), true)], ..PageEdit::default() };
    match save_edit(&app.services, &visit.visitor, Edit::Fields(kept)).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/{}#documents", visit.page.base, step.path())).into_response()),
        Err(error) => visit.refused(error),
    }
}
