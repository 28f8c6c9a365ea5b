//! Issues as whole sentences that name the field and say what to do. The summary and the field show the same sentence.
//!
//! A sentence is looked up from the most specific key to the most general: `missing-person_first_name`,
//! `missing-first_name`, `missing`. The general ones contain the field's label, because an operator's own rules may
//! have changed it.

use dossier_core::form::sheet::Sheet;
use dossier_core::form::{Issue, IssueKind};
use dossier_core::kyc::requirement::Fault;
use dossier_core::place::Place;
use dossier_core::violation::Code;
use fluent_bundle::FluentValue;

use super::language::Localization;
use super::wording::{has_baseline_label, one_of_several, owner_of, subject_of};

/// The sentence about an issue.
#[must_use]
pub(super) fn sentence(sheet: &Sheet<'_>, l10n: &Localization, issue: &Issue) -> String {
    let subject = Subject::of(sheet, l10n, issue);
    match issue.kind {
        IssueKind::Missing => subject.say("missing", &[]),
        IssueKind::NoneGiven => subject.say("none_given", &[]),
        IssueKind::Unconfirmed => subject.say("wrong-unconfirmed", &[]),
        IssueKind::OtherCalendar(one, other) => {
            let calendar = other.map_or_else(|| one.as_str(), |_| "either");
            subject.say("wrong-other_calendar", &[("calendar", calendar.into())])
        }
        IssueKind::LongAgo => subject.say("wrong-long_ago", &[]),
        IssueKind::Blank => subject.say("wrong-blank", &[]),
        IssueKind::NoLetter => subject.say("wrong-no_letter", &[]),
        IssueKind::Invisible(at) => subject.say("wrong-unseen", &[("at", at.into())]),
        IssueKind::NotAShare => subject.say("wrong-not_a_share", &[]),
        // The visitor has to choose, as in an empty field.
        IssueKind::Refused(Code::UnknownCountry | Code::UnknownValue | Code::WrongType, _) => {
            subject.say("missing", &[])
        }
        IssueKind::Refused(Code::InvalidDate, _) => subject.invalid_date(),
        IssueKind::Refused(code, limit) => subject
            .find(&format!("wrong-{}", code.as_str()), &[("most", limit.unwrap_or_default().into())])
            .unwrap_or_else(|| subject.say("wrong-other", &[])),
        IssueKind::Fault(fault) => subject.say(&format!("fault-{}", fault.as_str()), &[]),
    }
}

/// Why a file was refused. `field` is the name of its document.
pub(super) fn refusal(l10n: &Localization, key: &str, field: &str) -> String {
    let why = l10n.say_with(key, &[("field", field.into())]);
    // Faults name the document themselves.
    if key.starts_with("fault-") {
        return why;
    }
    l10n.say_with("upload-refused", &[("field", field.into()), ("why", why.into())])
}

/// What a sentence is about.
struct Subject<'a> {
    sheet: &'a Sheet<'a>,
    l10n: &'a Localization,
    place: &'a str,
    /// The names in message keys, the most specific first.
    names: Vec<String>,
    /// The label on the page.
    field: String,
}

impl<'a> Subject<'a> {
    fn of(sheet: &'a Sheet<'a>, l10n: &'a Localization, issue: &'a Issue) -> Self {
        let field = subject_of(sheet, l10n, issue);
        Self { sheet, l10n, place: &issue.place, names: names(sheet, l10n, issue), field }
    }

    fn find(&self, kind: &str, more: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
        let place = Place::new(self.place);
        let country = self.sheet.visible(&format!("{}/country", place.parent().pointer()));
        let mut with = vec![
            ("field", self.field.as_str().into()),
            ("country", country.unwrap_or_default().into()),
            ("document", self.kind_of_document().into()),
        ];
        with.extend(more.iter().cloned());
        let specific = self.names.iter().find_map(|name| self.l10n.find(&format!("{kind}-{name}"), &with));
        specific.or_else(|| self.l10n.find(kind, &with))
    }

    fn say(&self, kind: &str, more: &[(&'static str, FluentValue<'_>)]) -> String {
        self.find(kind, more).unwrap_or_else(|| self.field.clone())
    }

    /// The type of identity document that the owner of the place has, if this device may see it.
    fn kind_of_document(&self) -> String {
        let kind = format!("{}/identifying_information/id_document/type", owner_of(self.place));
        self.sheet.visible(&kind).unwrap_or_default()
    }

    /// What is wrong with a date. The sentence contains the date only on a device that may see it.
    fn invalid_date(&self) -> String {
        let Some(text) = self.sheet.visible(self.place) else { return self.say("wrong-date_unseen", &[]) };
        let parts: Vec<&str> = text.splitn(3, '-').collect();
        let number = |part: &str| part.parse::<u32>().ok();
        let &[year, month, day] = parts.as_slice() else { return self.say("wrong-date_numbers", &[]) };
        let key = match (number(year), number(month), number(day)) {
            _ if parts.contains(&"") => "wrong-date_incomplete",
            (Some(_), Some(1..=12), Some(1..=31)) if year.len() == 4 => {
                return self.say("wrong-invalid_date", &[("date", self.l10n.date(&text).into_owned().into())]);
            }
            (Some(_), Some(1..=12), Some(1..=31)) => "wrong-date_year",
            (Some(_), Some(1..=12), Some(_)) => "wrong-date_day",
            (Some(_), Some(_), Some(_)) => "wrong-date_month",
            _ => "wrong-date_numbers",
        };
        self.say(key, &[])
    }
}

/// The names of an issue's subject in message keys. If the operator has changed a label, our sentences that contain the
/// original label are left out.
fn names(sheet: &Sheet<'_>, l10n: &Localization, issue: &Issue) -> Vec<String> {
    let about_all = matches!(issue.kind, IssueKind::NoneGiven | IssueKind::Fault(Fault::AskedAgain));
    let is_of_person = !owner_of(&issue.place).is_empty();
    let asked = match one_of_several(sheet, &issue.place).filter(|_| about_all) {
        Some(several) => Some(several),
        None => sheet.requirements.iter().find(|asked| asked.one_of.is_empty() && asked.place() == issue.place),
    };
    let mut names = Vec::new();
    let is_ours = asked.is_none_or(|asked| has_baseline_label(sheet, l10n, asked));
    if is_ours {
        names.extend(asked.map(|asked| asked.rule_id().to_owned()));
    }
    if asked.is_some_and(|asked| asked.document.is_some()) {
        names.push("document".to_owned());
    } else if issue.kind == IssueKind::NoneGiven && asked.is_none() && is_of_person {
        // Every person needs a name, even without a rule.
        names.push("person_legal_name".to_owned());
    } else if is_ours && !about_all {
        let place = Place::new(&issue.place);
        let (name, of) = (place.name(), place.parent().name());
        let own = [format!("{of}-{name}"), name.to_owned()];
        if is_of_person {
            names.extend(own.iter().map(|name| format!("person_{name}")));
        }
        names.extend(own);
    }
    names
}
