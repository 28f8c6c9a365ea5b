//! What to have ready before starting, and how long the form takes. This names only kinds of documents and nothing that
//! the customer gave, because programs that preview links read it too.

use dossier_core::customer::CustomerType;
use dossier_core::form::sheet::Sheet;
use dossier_core::kyc::State;
use dossier_core::kyc::requirement::{Requirement, Status};
use dossier_core::kyc::rules::Rule;

use super::language::Localization;
use super::wording::label;

/// How long a field or a document takes, in seconds, when typed on a phone or photographed.
const FIELD: usize = 12;
const DOCUMENT: usize = 60;
/// The number of owners and directors to assume, until a business has named more.
const OWNERS: usize = 2;
/// The estimate is rounded to this many minutes.
const MINUTES: usize = 5;

/// The kinds of documents to have ready.
pub(super) fn documents(sheet: &Sheet<'_>, l10n: &Localization) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    let mut add = |kind: String| {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    };
    for asked in open(sheet) {
        let Some(document) = &asked.document else { continue };
        add(match (purpose(&document.purposes), asked.person_id.is_some()) {
            ("id_document", false) => l10n.say("ready-id_document"),
            (purpose, true) => of_persons(l10n, purpose).unwrap_or_else(|| label(sheet, l10n, asked)),
            _ => label(sheet, l10n, asked),
        });
    }
    for rule in of_each_person(sheet) {
        if let Some(kind) = rule.needs.document.as_deref().and_then(|purposes| of_persons(l10n, purpose(purposes))) {
            add(kind);
        }
    }
    kinds
}

/// The estimated number of minutes.
pub(super) fn minutes(sheet: &Sheet<'_>) -> usize {
    let mut seconds = 0;
    for asked in open(sheet) {
        seconds += if asked.document.is_some() { DOCUMENT } else { FIELD * sheet.inputs(asked).len().max(1) };
    }
    let missing = OWNERS.saturating_sub(sheet.persons().len());
    for rule in of_each_person(sheet) {
        // Each rule counts as four fields, since some are about an address or another object.
        seconds += missing * if rule.needs.document.is_some() { DOCUMENT } else { 4 * FIELD };
    }
    let step = 60 * MINUTES;
    ((seconds + step / 2) / step).max(1) * MINUTES
}

/// The requirements that are still open.
fn open<'a>(sheet: &'a Sheet<'_>) -> impl Iterator<Item = &'a Requirement> {
    sheet.requirements.iter().filter(|asked| matches!(asked.status, Status::Due | Status::Error))
}

/// The rules about owners and directors that a business may still have to name. In a resubmission, only what reviewers
/// want again counts.
fn of_each_person<'a>(sheet: &'a Sheet<'_>) -> impl Iterator<Item = &'a Rule> {
    let customer = sheet.customer();
    let names_persons =
        customer.profile.kind() == CustomerType::Corporate && customer.kyc.state != State::ResubmissionRequired;
    let is_asked = move |rule: &&Rule| names_persons && rule.when.role.is_some() && rule.when.field.is_none();
    sheet.rules().iter().filter(is_asked)
}

fn purpose(purposes: &[String]) -> &str {
    purposes.first().map_or("", String::as_str)
}

fn of_persons(l10n: &Localization, purpose: &str) -> Option<String> {
    l10n.find(&format!("ready-person_{purpose}"), &[])
}
