//! Drawings of good and bad pictures of a document. The text below each drawing says the same.

use dossier_core::form::sheet::Sheet;
use dossier_core::kyc::requirement::Requirement;
use maud::{Markup, html};

use super::language::Localization;

/// A drawing, and the message that describes it.
struct Example {
    message: &'static str,
    drawing: Markup,
    /// Whether it shows a good picture, or a mistake.
    good: bool,
}

/// Examples of good pictures of a document. Nothing for documents that are rarely photographed.
pub(super) fn examples(sheet: &Sheet<'_>, l10n: &Localization, requirement: &Requirement) -> Markup {
    let purposes = requirement.document.iter().flat_map(|document| &document.purposes);
    let examples = match purposes.map(String::as_str).find(|purpose| purpose.ends_with("id_document")) {
        Some(_) => of_identity(is_passport(sheet, requirement)),
        None if proves_an_address(requirement) => {
            vec![Example { message: "example-letter", drawing: letter(), good: true }]
        }
        None => return html! {},
    };
    html! {
        ul.examples {
            @for Example { message, drawing, good } in examples {
                li {
                    svg.drawing.wrong[!good] viewBox="0 0 96 68" width="96" height="68" aria-hidden="true" { (drawing) }
                    span { (l10n.say(message)) }
                }
            }
        }
    }
}

fn proves_an_address(requirement: &Requirement) -> bool {
    requirement.document.iter().flat_map(|document| &document.purposes).any(|purpose| purpose == "proof_of_address")
}

fn is_passport(sheet: &Sheet<'_>, requirement: &Requirement) -> bool {
    let of = requirement.person_id.as_ref().map(|person| format!("/associated_persons/{person}")).unwrap_or_default();
    sheet.visible(&format!("{of}/identifying_information/id_document/type")).as_deref() == Some("passport")
}

fn of_identity(passport: bool) -> Vec<Example> {
    let (message, whole) =
        if passport { ("example-page", passport_page()) } else { ("example-whole", card_in_frame()) };
    vec![
        Example { message, drawing: whole, good: true },
        Example { message: "example-sharp", drawing: blurred(), good: false },
        Example { message: "example-glare", drawing: with_glare(), good: false },
    ]
}

/// Three corners of a viewfinder. The fourth has the tick or the cross.
fn frame() -> Markup {
    html! { path.frame d="M4 16V4h12M80 4h12v12M16 64H4V52" {} }
}

/// A card: a portrait and lines of text.
fn card() -> Markup {
    html! {
        rect.sheet x="14" y="14" width="68" height="40" rx="4" {}
        rect.shade x="20" y="21" width="17" height="21" rx="2" {}
        path.face d="M28.5 24.5a4 4 0 1 1 0 8a4 4 0 1 1 0-8M21.5 42a7 6.5 0 0 1 14 0z" {}
        path.text d="M43 24h31M43 31h22M43 38h27M20 48h54" {}
    }
}

fn card_in_frame() -> Markup {
    html! { (frame()) (card()) (tick()) }
}

/// The photo page, with the two machine-readable lines.
fn passport_page() -> Markup {
    html! {
        (frame())
        rect.sheet x="18" y="9" width="60" height="50" rx="3" {}
        rect.shade x="23" y="15" width="16" height="20" rx="2" {}
        path.face d="M31 18a4 4 0 1 1 0 8a4 4 0 1 1 0-8M24.5 35a6.5 6 0 0 1 13 0z" {}
        path.text d="M45 18h27M45 25h19M45 32h23" {}
        path.lines d="M23 45h50M23 52h50" {}
        (tick())
    }
}

fn blurred() -> Markup {
    html! {
        (frame())
        g.faint { (card()) g transform="translate(4 3)" { (card()) } }
        (cross())
    }
}

fn with_glare() -> Markup {
    html! {
        (frame()) (card())
        circle.glare cx="52" cy="32" r="13" {}
        path.rays d="M52 14v5M52 45v5M34 32h5M65 32h5M39 19l4 4M61 41l4 4M65 19l-4 4M43 41l-4 4" {}
        (cross())
    }
}

/// A letter with a name, an address and a date.
fn letter() -> Markup {
    html! {
        (frame())
        rect.sheet x="24" y="6" width="48" height="56" rx="3" {}
        path.lines d="M30 15h19M30 21h15M57 15h9" {}
        path.text d="M30 31h36M30 37h36M30 43h30M30 49h34" {}
        (tick())
    }
}

fn tick() -> Markup {
    html! { circle.yes cx="82" cy="54" r="10" {} path.sign d="M77.5 54.2l3.2 3.3 6-6.8" {} }
}

fn cross() -> Markup {
    html! { circle.no cx="82" cy="54" r="10" {} path.sign d="M78.3 50.3l7.4 7.4M85.7 50.3l-7.4 7.4" {} }
}
