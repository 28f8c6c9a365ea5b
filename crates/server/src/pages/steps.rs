//! The steps of the form: what each asks for, and the list of steps with what is done and what is left.

use axum::extract::Request;
use dossier_core::customer::CustomerType;
use dossier_core::form::Issue;
use dossier_core::form::sheet::{FieldView, Sheet};
use dossier_core::ids::PersonId;
use dossier_core::kyc::requirement::Requirement;
use dossier_core::place::Place;
use maud::{Markup, html};

use super::language::Language;
use super::layout::PageContext;
use crate::http::problem::Problem;

const PERSONS: &str = "/associated_persons";

/// One page of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Names, dates, numbers.
    Details,
    /// The address and its proof.
    Address,
    /// The identity document, the tax number, and their pictures.
    Identity,
    /// What the account is for, and where the money comes from.
    Funds,
    /// The list of persons who own or control a business.
    People,
    /// One of these persons, by id.
    Person(String),
    /// Documents of a business.
    Documents,
}

impl Step {
    /// The last segment of its URL.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Person(id) => format!("person-{id}"),
            other => other.name().to_owned(),
        }
    }

    /// The name in message keys.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Details => "details",
            Self::Address => "address",
            Self::Identity => "identity",
            Self::Funds => "funds",
            Self::People => "people",
            Self::Person(_) => "person",
            Self::Documents => "documents",
        }
    }

    /// Parses the last segment of a URL.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = [Self::Details, Self::Address, Self::Identity, Self::Funds, Self::People, Self::Documents];
        let person = || PersonId::parse(text.strip_prefix("person-")?).map(|id| Self::Person(id.to_string()));
        plain.into_iter().find(|step| step.name() == text).or_else(person)
    }

    /// The step of a place. For a document it depends on the purpose.
    fn of(place: &str, purpose: Option<&str>) -> Self {
        let mut parts = Place::new(place).steps();
        match (parts.next().unwrap_or_default(), parts.next(), purpose) {
            ("associated_persons", Some(person), _) if person != "-" => Self::Person(person.to_owned()),
            ("associated_persons", _, _) => Self::People,
            ("residential_address" | "business_address", _, _) | (_, _, Some("proof_of_address")) => Self::Address,
            ("identifying_information", _, _) | (_, _, Some("id_document")) => Self::Identity,
            (
                "account_purpose"
                | "account_purpose_other"
                | "acting_as_intermediary"
                | "expected_monthly_volume_usd"
                | "source_of_funds_description",
                _,
                _,
            )
            | (_, _, Some("proof_of_source_of_funds")) => Self::Funds,
            ("documents", _, _) => Self::Documents,
            _ => Self::Details,
        }
    }

    /// The step of a requirement.
    #[must_use]
    pub fn of_requirement(requirement: &Requirement) -> Self {
        let purpose = requirement.document.as_ref().and_then(|document| document.purposes.first());
        Self::of(&requirement.place(), purpose.map(String::as_str))
    }

    /// The requirements of the step.
    pub fn requirements<'a>(&self, sheet: &'a Sheet<'_>) -> impl Iterator<Item = &'a Requirement> {
        sheet.requirements.iter().filter(move |requirement| Self::of_requirement(requirement) == *self)
    }

    /// Every step of a form, in order.
    #[must_use]
    pub fn all(sheet: &Sheet<'_>) -> Vec<Self> {
        let mut steps = Vec::new();
        let asked: Vec<_> = sheet.requirements.iter().map(Self::of_requirement).collect();
        for step in [Self::Details, Self::Address, Self::Identity, Self::Funds] {
            if asked.contains(&step) {
                steps.push(step);
            }
        }
        if sheet.customer().profile.kind() == CustomerType::Corporate {
            steps.push(Self::People);
            steps.extend(sheet.persons().into_iter().map(Self::Person));
        }
        if asked.contains(&Self::Documents) {
            steps.push(Self::Documents);
        }
        steps
    }

    /// Whether the form has this step. A person that was just added is in no list yet, but has a page.
    #[must_use]
    pub fn is_in(&self, sheet: &Sheet<'_>) -> bool {
        match self {
            Self::Person(id) => sheet.added_persons().contains(id),
            other => Self::all(sheet).contains(other),
        }
    }

    /// The path of the previous step. Before the first step it is the overview.
    #[must_use]
    pub fn path_back(&self, sheet: &Sheet<'_>) -> String {
        if matches!(self, Self::Person(_)) {
            return format!("/{}", Self::People.name());
        }
        let all = Self::all(sheet);
        let before = all.iter().take_while(|step| *step != self).filter(|step| !matches!(step, Self::Person(_))).last();
        before.map_or_else(String::new, |step| format!("/{}", step.path()))
    }

    /// The path of the next page: the next step with an issue, otherwise any step with one, otherwise the review.
    #[must_use]
    pub fn path_on(&self, sheet: &Sheet<'_>) -> String {
        let all = Self::all(sheet);
        let lacks = |step: &&Self| step.issues(sheet).next().is_some();
        let next = all.iter().skip_while(|step| *step != self).skip(1).find(lacks).or_else(|| all.iter().find(lacks));
        next.map_or_else(|| "/review".to_owned(), |step| format!("/{}", step.path()))
    }

    #[must_use]
    pub fn title(&self, sheet: &Sheet<'_>, page: &PageContext) -> String {
        match self {
            Self::Person(id) => person_name(sheet, page, id),
            Self::Details => match sheet.customer().profile.kind() {
                CustomerType::Individual => page.l10n.say("step-details"),
                CustomerType::Corporate => page.l10n.say("step-business"),
            },
            other => page.l10n.say(&format!("step-{}", other.name())),
        }
    }

    /// The issues of the step.
    pub fn issues<'a>(&'a self, sheet: &'a Sheet<'_>) -> impl Iterator<Item = &'a Issue> {
        sheet.issues.iter().filter(move |issue| Self::of_issue(sheet, issue) == *self)
    }

    fn of_issue(sheet: &Sheet<'_>, issue: &Issue) -> Self {
        let mut asked = sheet.requirements.iter();
        let asked = asked.find(|asked| asked.place() == issue.place || asked.may_be_at(&issue.place));
        asked.map_or_else(|| Self::of(&issue.place, None), Self::of_requirement)
    }
}

/// The name of a person, as far as the visitor may see it, or the person's number.
fn person_name(sheet: &Sheet<'_>, page: &PageContext, id: &str) -> String {
    let name = |name: &str| match sheet.shown(&format!("{PERSONS}/{id}/{name}")) {
        FieldView::Text(text) | FieldView::Masked(text) => Some(text),
        FieldView::Empty => None,
    };
    let mut names: Vec<_> = ["first_name", "last_name"].into_iter().filter_map(name).collect();
    if page.l10n.language == Language::Chinese {
        names.reverse();
    }
    if names.is_empty() {
        // A person without any details will be the last of the list.
        let persons = sheet.persons();
        let number = persons.iter().position(|known| known == id).unwrap_or(persons.len()) + 1;
        page.l10n.say_with("person-number", &[("number", number.into())])
    } else {
        names.join(" ")
    }
}

/// The list of steps: where the visitor is, a link back, what is done and what is left. Out of band, it replaces the
/// list on the page. On a phone it is folded.
#[must_use]
pub fn steps(sheet: &Sheet<'_>, page: &PageContext, now_at: &str, out_of_band: bool) -> Markup {
    let l10n = &page.l10n;
    let all = Step::all(sheet);
    let left = |step: &Step| step.issues(sheet).count();
    let is_done: Vec<_> =
        all.iter().filter(|step| !matches!(step, Step::Person(_))).map(|step| left(step) == 0).collect();
    let done = all.iter().filter(|step| left(step) == 0).count();
    let done = l10n.say_with("steps-done", &[("done", done.into()), ("all", all.len().into())]);
    let now = position(&all, now_at);
    let now_of_all =
        now.map(|now| l10n.say_with("step-of", &[("number", now.into()), ("all", (is_done.len() + 1).into())]));
    // A segment for each step, including the review.
    let bar = html! {
        span.bar aria-hidden="true" {
            @for (number, done) in is_done.iter().copied().chain([false]).enumerate() {
                span.done[done].now[Some(number + 1) == now] {}
            }
        }
    };
    html! {
        nav #steps hx-swap-oob=[out_of_band.then_some("true")] aria-label=(l10n.say("steps")) {
            @if let Some(back) = before(&all, now_at) {
                a.back href={ (page.base) (back) } { (l10n.say("back")) }
            }
            p.progress { (done) (bar) }
            details {
                summary { span { (now_of_all.as_deref().unwrap_or(&done)) } (bar) }
                ol {
                    @for step in &all {
                        (item(sheet, page, step, now_at))
                    }
                    li {
                        a href={ (page.base) "/review" } aria-current=[(now_at == "review").then_some("page")] {
                            span.mark aria-hidden="true" {}
                            span {
                                (l10n.say("step-review"))
                                // It never has a tick, because the list disappears with the submission.
                                @if sheet.issues.is_empty() { small { (l10n.say("step-ready")) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn item(sheet: &Sheet<'_>, page: &PageContext, step: &Step, now_at: &str) -> Markup {
    let (l10n, path, open) = (&page.l10n, step.path(), step.issues(sheet).count());
    html! {
        li.person[matches!(step, Step::Person(_))] {
            a href={ (page.base) "/" (path) } aria-current=[(path == now_at).then_some("page")] {
                span.mark.done[open == 0] aria-hidden="true" {}
                span {
                    bdi { (step.title(sheet, page)) }
                    small {
                        @if open == 0 { (l10n.say("step-done")) }
                        @else { (l10n.say_with("step-left", &[("count", open.into())])) }
                    }
                }
            }
        }
    }
}

/// The number of the visitor's page. The page of a person counts as the list of persons.
fn position(all: &[Step], now_at: &str) -> Option<usize> {
    let is_person = now_at.starts_with("person-");
    let mut counted = all.iter().filter(|step| !matches!(step, Step::Person(_)));
    let review = counted.clone().count();
    let known = counted.position(|step| step.path() == now_at || is_person && *step == Step::People);
    known.or((now_at == "review").then_some(review)).map(|at| at + 1)
}

/// The end of the URL of the previous page: the previous step, the list of persons, or the overview.
fn before(all: &[Step], now_at: &str) -> Option<String> {
    if now_at.is_empty() {
        return None;
    }
    if now_at.starts_with("person-") {
        return Some("/people".to_owned());
    }
    let counted = all.iter().filter(|step| !matches!(step, Step::Person(_)));
    let before = counted.take_while(|step| step.path() != now_at).last();
    Some(before.map_or_else(String::new, |step| format!("/{}", step.path())))
}

/// The step in the path of a request.
///
/// # Errors
///
/// 404 for a step that is unknown or not in the form.
pub(super) fn step_of(request: &Request, sheet: &Sheet<'_>) -> Result<Step, Problem> {
    let text = request.uri().path().split('/').nth(3).unwrap_or_default();
    let step = Step::parse(text).ok_or_else(Problem::not_found)?;
    step.is_in(sheet).then_some(step).ok_or_else(Problem::not_found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_a_number_and_a_previous_page() {
        let persons = ["a", "b"].map(|id| Step::Person(id.to_owned()));
        let mut all = vec![Step::Details, Step::Address, Step::People];
        all.extend(persons);
        all.push(Step::Documents);
        for (now_at, number, back) in [
            ("", None, None),
            ("details", Some(1), Some("")),
            ("address", Some(2), Some("/details")),
            ("people", Some(3), Some("/address")),
            ("person-b", Some(3), Some("/people")),
            ("documents", Some(4), Some("/people")),
            ("review", Some(5), Some("/documents")),
        ] {
            assert_eq!(position(&all, now_at), number, "{now_at}");
            assert_eq!(before(&all, now_at).as_deref(), back, "{now_at}");
        }
    }
}
