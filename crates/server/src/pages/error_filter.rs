//! Which issues a page shows as errors.

use std::collections::BTreeSet;

use dossier_core::form::sheet::Sheet;
use dossier_core::form::{Issue, IssueKind};
use dossier_core::kyc::requirement::Requirement;
use dossier_core::place::Place;
use dossier_core::violation::Code;

/// A missing answer is not shown as an error until the visitor tries to continue. Even then, what their last answers
/// made necessary is shown as a request and not as an error.
#[derive(Debug, Clone, Default)]
pub struct ErrorFilter {
    /// Whether the visitor has tried to continue.
    is_checked: bool,
    /// The rules that became relevant since then.
    new: BTreeSet<String>,
    /// The place where the visitor is typing. A half-typed value is not a mistake.
    typing: Option<String>,
}

impl ErrorFilter {
    /// Reads `check` from a query or a form: the new rules, separated by commas.
    #[must_use]
    pub fn from_query(check: Option<&String>) -> Self {
        let new = check.map(|ids| ids.split(',').filter(|id| !id.is_empty()).map(ToOwned::to_owned).collect());
        Self { is_checked: check.is_some(), new: new.unwrap_or_default(), typing: None }
    }

    /// Shows everything that is missing as an error.
    #[must_use]
    pub fn strict() -> Self {
        Self { is_checked: true, ..Self::default() }
    }

    /// Adds the rules of requirements that are not in `before` as new.
    #[must_use]
    pub fn after(mut self, before: &[String], sheet: &Sheet<'_>) -> Self {
        let asked = sheet.requirements.iter().filter(|one| !before.contains(&one.id));
        self.new.extend(asked.map(|one| one.rule_id().to_owned()));
        self
    }

    /// Sets the place where the visitor is typing.
    #[must_use]
    pub fn while_typing(self, typing: Option<String>) -> Self {
        Self { typing, ..self }
    }

    /// The value of `check` for the next request.
    #[must_use]
    pub fn check(&self, sheet: &Sheet<'_>) -> Option<String> {
        let known: BTreeSet<&str> = sheet.requirements.iter().map(Requirement::rule_id).collect();
        let new: Vec<&str> = self.new.iter().map(String::as_str).filter(|id| known.contains(id)).collect();
        self.is_checked.then(|| new.join(","))
    }

    /// Whether an issue is shown as an error.
    #[must_use]
    pub fn shows(&self, sheet: &Sheet<'_>, issue: &Issue) -> bool {
        let is_typed = self.typing.as_ref() == Some(&issue.place);
        !is_typed && (is_shown_at_once(sheet, issue) || self.is_checked && !self.is_new(sheet, issue))
    }

    fn is_new(&self, sheet: &Sheet<'_>, issue: &Issue) -> bool {
        let is_about =
            |one: &&Requirement| Place::new(&issue.place).is_inside(&one.place()) || one.may_be_at(&issue.place);
        sheet.requirements.iter().find(is_about).is_some_and(|one| self.new.contains(one.rule_id()))
    }
}

/// Whether an issue is shown before the visitor tries to continue. Missing answers and incomplete dates are not.
fn is_shown_at_once(sheet: &Sheet<'_>, issue: &Issue) -> bool {
    let is_incomplete_date = || {
        let text = sheet.text(&issue.place).unwrap_or_default();
        text.splitn(3, '-').any(str::is_empty)
    };
    match issue.kind {
        IssueKind::Missing | IssueKind::NoneGiven | IssueKind::Unconfirmed => false,
        IssueKind::Refused(Code::InvalidDate, _) => !is_incomplete_date(),
        _ => true,
    }
}
