//! The check digits of a machine-readable zone that a reviewer typed. Nothing of it is stored.

use axum::response::{Html, IntoResponse as _, Response};
use dossier_core::desk::{Permission, mrz};
use http::StatusCode;
use maud::html;

use super::fields::Fields;
use super::pages;
use super::seat::Desk;
use super::text::say;

/// `POST …/mrz`
pub async fn check(desk: Desk, fields: Fields) -> Response {
    if let Err(refused) = desk.require(Permission::View) {
        return refused;
    }
    let checked = mrz::check(fields.get("zone"));
    let result = html! {
        @match &checked {
            None => p { (say("mrz-unknown")) },
            Some(parts) => ul.mrz-parts {
                @for part in parts {
                    li data-right=(part.is_right) {
                        (say(&format!("mrz-{}", part.part))) ": "
                        (say(if part.is_right { "mrz-right" } else { "mrz-wrong" }))
                    }
                }
            },
        }
    };
    if desk.signed_in.is_script {
        return Html(result.into_string()).into_response();
    }
    pages::message(&desk, StatusCode::OK, &say("mrz"), &result)
}
