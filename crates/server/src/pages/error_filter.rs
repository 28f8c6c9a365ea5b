//! Which of what stands in the way of a submission a page says as an error.

use std::collections::BTreeSet;

use dossier_core::form::sheet::Sheet;
use dossier_core::form::{Issue, IssueKind};
use dossier_core::kyc::requirement::Requirement;
use dossier_core::place::Place;
use dossier_core::violation::Code;

/// What is missing is no error until the visitor asks to go on. Then it is one, but for what the visitor's last answers
/// made necessary: that is a request.
#[derive(Debug, Clone, Default)]
pub struct ErrorFilter {
    /// Whether the visitor asked to go on.
    is_checked: bool,
    /// The rules that ask for something since then.
    new: BTreeSet<String>,
    /// Where the visitor is typing: half of it may be wrong without being a mistake.
    typing: Option<String>,
}

impl ErrorFilter {
    /// As `check` in the query or in a form says it: the new rules, separated by commas.
    #[must_use]
    pub fn from_query(check: Option<&String>) -> Self {
        let new = check.map(|ids| ids.split(',').filter(|id| !id.is_empty()).map(ToOwned::to_owned).collect());
        Self { is_checked: check.is_some(), new: new.unwrap_or_default(), typing: None }
    }

    /// With all that is missing as errors.
    #[must_use]
    pub fn strict() -> Self {
        Self { is_checked: true, ..Self::default() }
    }

    /// After answers before which only `before` was asked.
    #[must_use]
    pub fn after(mut self, before: &[String], sheet: &Sheet<'_>) -> Self {
        let asked = sheet.requirements.iter().filter(|one| !before.contains(&one.id));
        self.new.extend(asked.map(|one| one.rule_id().to_owned()));
        self
    }

    /// While the visitor types at a place.
    #[must_use]
    pub fn while_typing(self, typing: Option<String>) -> Self {
        Self { typing, ..self }
    }

    /// What `check` is to say, if anything.
    #[must_use]
    pub fn check(&self, sheet: &Sheet<'_>) -> Option<String> {
        let known: BTreeSet<&str> = sheet.requirements.iter().map(Requirement::rule_id).collect();
        let new: Vec<&str> = self.new.iter().map(String::as_str).filter(|id| known.contains(id)).collect();
        self.is_checked.then(|| new.join(","))
    }

    /// Whether something is said as an error.
    #[must_use]
    pub fn shows(&self, sheet: &Sheet<'_>, issue: &Issue) -> bool {
        let is_typed = self.typing.as_ref() == Some(&issue.place);
        !is_typed && (is_said(sheet, issue) || self.is_checked && !self.is_new(sheet, issue))
    }

    fn is_new(&self, sheet: &Sheet<'_>, issue: &Issue) -> bool {
        let is_about =
            |one: &&Requirement| Place::new(&issue.place).is_inside(&one.place()) || one.may_be_at(&issue.place);
        sheet.requirements.iter().find(is_about).is_some_and(|one| self.new.contains(one.rule_id()))
    }
}

/// Whether an error is said before the visitor asks to go on: what is missing is not, nor is a date of which a part is.
fn is_said(sheet: &Sheet<'_>, issue: &Issue) -> bool {
    let is_half_a_date = || {
        let text = sheet.text(&issue.place).unwrap_or_default();
        text.splitn(3, '-').any(str::is_empty)
    };
    match issue.kind {
        IssueKind::Missing | IssueKind::NoneGiven | IssueKind::Unconfirmed => false,
        IssueKind::Refused(Code::InvalidDate, _) => !is_half_a_date(),
        _ => true,
    }
}
