//! The frame of every page of the desk, and pages with a message.

use axum::response::{Html, IntoResponse as _, Response};
use dossier_core::caller::Environment;
use dossier_core::desk::{Member, Permission, Role};
use dossier_core::ids::CustomerId;
use dossier_core::use_cases::members::DeskError;
use http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::text::{say, say_with};
use crate::pages::assets;

/// htmx adds no style and stores no history.
const HTMX: &str = r#"{"includeIndicatorCSS":false,"history":false,"defaultTimeout":20000}"#;

/// For whom a page is made.
#[derive(Clone, Copy)]
pub struct Viewer<'a> {
    pub member: &'a Member,
    /// The environment of the page. `None` if the page is about members, who belong to both.
    pub environment: Option<Environment>,
    /// The customer that the page is about, if it is about one.
    pub customer: Option<CustomerId>,
    /// Whether a script asked, which shows pieces of a page.
    pub is_script: bool,
    /// Whether the page is one of the console.
    pub is_console: bool,
}

impl Viewer<'_> {
    /// The environment in which the member may do something: that of the page, or the first.
    fn environment_for(&self, permission: Permission) -> Option<Environment> {
        let mut environments = self.environment.into_iter().chain(Environment::ALL.iter().copied());
        environments.find(|one| self.member.may(permission, *one))
    }

    /// Where the link to another environment leads.
    fn place_in(&self, other: Environment) -> String {
        if self.is_console { format!("/console/{other}") } else { format!("/desk/{other}/queue") }
    }

    /// The other environments that the member has a role in.
    fn others(&self) -> impl Iterator<Item = Environment> {
        let roles = &self.member.details.roles;
        let here = self.environment;
        Environment::ALL.iter().copied().filter(move |one| Some(*one) != here && !roles.of(*one).is_empty())
    }
}

/// A page inside the desk.
pub fn page<'a>(viewer: impl Into<Viewer<'a>>, title: &str, class: &str, content: &Markup) -> Response {
    page_within(viewer, &html! {}, title, class, content)
}

/// A page with a navigation of its own above the title.
pub fn page_within<'a>(
    viewer: impl Into<Viewer<'a>>,
    navigation: &Markup,
    title: &str,
    class: &str,
    content: &Markup,
) -> Response {
    Html(framed(viewer.into(), navigation, (title, class), content).into_string()).into_response()
}

fn framed(viewer: Viewer<'_>, navigation: &Markup, (title, class): (&str, &str), content: &Markup) -> Markup {
    let shortcuts = (!viewer.member.details.no_shortcuts).then_some("on");
    let link = |to: &str, part: &str, key: &str| {
        html! {
            a href=(to) data-key=(key) aria-current=[(part == class).then_some("page")] {
                (say(&format!("nav-{part}")))
            }
        }
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body.desk data-shortcuts=[shortcuts] {
                a.skip href="#main" { (say("skip")) }
                header.top data-environment=[viewer.environment] {
                    nav aria-label=(say("nav")) {
                        strong.brand { "Dossier" }
                        @if let Some(one) = viewer.environment_for(Permission::View) {
                            (link(&format!("/desk/{one}/queue"), "queue", "g q"))
                            (link(&format!("/desk/{one}/search"), "search", "/"))
                        }
                        @if let Some(one) = viewer.environment_for(Permission::ReadTrail) {
                            (link(&format!("/desk/{one}/trail"), "trail", "g t"))
                        }
                        @if let Some(one) = viewer.environment_for(Permission::ManageKeys) {
                            (link(&format!("/console/{one}"), "console", "g k"))
                        }
                        @if viewer.member.details.roles.is_admin() { (link("/desk/members", "members", "g m")) }
                    }
                    @if let Some(environment) = viewer.environment {
                        p.environment { (say(&format!("environment-{environment}"))) }
                    }
                    (menu(viewer))
                }
                main #main tabindex="-1" class=(class) {
                    div #notice role="alert" tabindex="-1" data-offline=(say("offline")) {}
                    (navigation)
                    h1 { (title) }
                    (content)
                }
                (shortcuts_help())
            }
        }
    }
}

/// What a member finds behind their name.
fn menu(viewer: Viewer<'_>) -> Markup {
    let details = &viewer.member.details;
    let (state, switched) = if details.no_shortcuts { ("off", "yes") } else { ("on", "no") };
    html! {
        details.you name="menu" {
            summary { bdi { (details.name.as_str()) } }
            ul {
                @for other in viewer.others() {
                    li { a href=(viewer.place_in(other)) { (say(&format!("go-{other}"))) } }
                }
                li data-needs-script hidden {
                    button.link type="button" data-opens="shortcuts" { (say("shortcuts-title")) } " " kbd { "?" }
                }
                li { a href="/desk/passkeys" { (say("nav-passkeys")) } }
                li { a href="/desk/sessions" { (say("nav-sessions")) } }
                li {
                    form method="post" action="/desk/shortcuts" {
                        button.link type="submit" name="on" value=(switched) {
                            (say(&format!("shortcuts-are-{state}")))
                        }
                    }
                }
                li {
                    form method="post" action="/desk/sign-out" {
                        button.link type="submit" { (say("sign-out")) }
                    }
                }
            }
        }
    }
}

/// A page outside the desk, for those who are not signed in.
pub fn outside(status: StatusCode, title: &str, content: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body.desk.outside {
                header.top { strong.brand { "Dossier" } }
                main #main tabindex="-1" { h1 { (title) } (content) }
            }
        }
    };
    (status, Html(page.into_string())).into_response()
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="htmx-config" content=(HTMX);
            title { (title) " · Dossier" }
            link rel="stylesheet" href=(assets::url("desk.css"));
            link rel="icon" type="image/svg+xml" href=(assets::url("icon.svg"));
            script src=(assets::url("htmx.js")) defer {}
            script src=(assets::url("desk.js")) defer {}
        }
    }
}

/// The shortcuts, each with the text that explains it, by where they work.
const SHORTCUTS: [(&str, &[(&str, &str)]); 3] = [
    (
        "anywhere",
        &[
            ("n", "next"),
            ("j k", "move"),
            ("/", "search"),
            ("g q", "queue"),
            ("g t", "trail"),
            ("g k", "console"),
            ("g 1…4", "view"),
            ("u", "back"),
            ("?", "list"),
        ],
    ),
    (
        "customer",
        &[
            ("y", "matches"),
            ("x", "differs"),
            ("o", "unsure"),
            ("1…9", "file"),
            ("+ −", "zoom"),
            ("r", "turn"),
            ("h l", "page"),
            ("f", "full-screen"),
            ("c", "take"),
            ("m", "note"),
            ("d", "decide"),
        ],
    ),
    (
        "decision",
        &[
            ("a", "approve"),
            ("s", "ask"),
            ("r", "reject"),
            ("e", "escalate"),
            ("w", "offboard"),
            ("i", "reinstate"),
            ("t", "text"),
            ("m", "note"),
            ("p", "preview"),
            ("y", "confirm"),
        ],
    ),
];

/// The list of shortcuts, which `?` opens.
fn shortcuts_help() -> Markup {
    html! {
        dialog #shortcuts aria-labelledby="shortcuts-title" {
            h2 #shortcuts-title tabindex="-1" autofocus { (say("shortcuts-title")) }
            div.shortcuts {
                @for (place, keys) in SHORTCUTS {
                    section {
                        h3 { (say(&format!("shortcuts-{place}"))) }
                        dl.keys {
                            @for (key, what) in keys {
                                dt { @for one in key.split(' ') { kbd { (one) } " " } }
                                dd { (say(&format!("shortcut-{what}"))) }
                            }
                        }
                    }
                }
            }
            p { (say("shortcuts-off-text")) }
            div.actions {
                form method="dialog" { button.primary type="submit" { (say("close")) } }
                form method="post" action="/desk/shortcuts" {
                    button type="submit" name="on" value="no" { (say("shortcuts-off")) }
                }
            }
        }
    }
}

/// A page that says what happened, inside the desk.
pub fn message<'a>(viewer: impl Into<Viewer<'a>>, status: StatusCode, title: &str, content: &Markup) -> Response {
    let mut response = page(viewer, title, "message", content);
    *response.status_mut() = status;
    response
}

/// The page for what a member may not do, or what others prevent.
pub fn refused<'a>(viewer: impl Into<Viewer<'a>>, error: &DeskError) -> Response {
    let viewer = viewer.into();
    let (status, title, text) = explained(error);
    if viewer.is_script {
        return notice(status, &title, &text);
    }
    let back = viewer.environment_for(Permission::View).filter(|_| viewer.environment.is_some());
    // A page about a customer that was not found, or that the member may not see, would only refuse again.
    let customer = viewer.customer.filter(|_| !matches!(error, DeskError::NotFound | DeskError::Forbidden(..)));
    let content = html! {
        p { (text) }
        p.actions {
            @if let Some(environment) = back {
                @if let Some(id) = customer {
                    a.button href={ "/desk/" (environment) "/customers/" (id) } { (say("back-to-customer")) }
                }
                a.button href={ "/desk/" (environment) "/queue" } { (say("back-to-queue")) }
            } @else {
                a.button href="/desk" { (say("to-the-desk")) }
            }
        }
    };
    message(viewer, status, &title, &content)
}

/// What a script shows above the page instead of the piece that it asked for, so that the page and its focus stay.
pub fn notice(status: StatusCode, title: &str, text: &str) -> Response {
    let piece = html! { div #refused { p { strong { (title) "." } " " (text) } } };
    let headers = [("hx-retarget", "#notice"), ("hx-reswap", "innerHTML"), ("hx-reselect", "#refused")];
    (status, headers, Html(piece.into_string())).into_response()
}

fn explained(error: &DeskError) -> (StatusCode, String, String) {
    match error {
        DeskError::Forbidden(permission, environment) => {
            let roles: Vec<_> = permission.roles(*environment).map(Role::as_str).collect();
            let values = [
                ("roles", roles.join(say("or").as_str()).into()),
                ("environment", environment.as_str().into()),
                ("permission", say(&format!("permission-{permission}")).into()),
            ];
            (StatusCode::FORBIDDEN, say("forbidden-title"), say_with("forbidden-text", &values))
        }
        DeskError::Held(name) => {
            (StatusCode::CONFLICT, say("held-title"), say_with("held-text", &[("name", name.as_str().into())]))
        }
        DeskError::NotFound => (StatusCode::NOT_FOUND, say("not-found-title"), say("not-found-text")),
        DeskError::AnswerChanged => {
            (StatusCode::PRECONDITION_FAILED, say("answer-changed-title"), say("answer-changed-text"))
        }
        DeskError::LastAdmin => (StatusCode::CONFLICT, say("last-admin-title"), say("last-admin-text")),
        DeskError::LinkEnded => (StatusCode::GONE, say("link-ended-title"), say("link-ended-text")),
        DeskError::Invalid(violations) => {
            let texts: Vec<_> = violations.0.iter().map(|one| one.message.to_string()).collect();
            (StatusCode::BAD_REQUEST, say("invalid-title"), texts.join(" · "))
        }
        DeskError::Store(_) => (StatusCode::INTERNAL_SERVER_ERROR, say("failed-title"), say("failed-text")),
    }
}
