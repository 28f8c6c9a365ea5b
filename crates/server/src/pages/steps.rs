//! The steps of the form: which asks what, and the list that shows what is done and what is left.

use dossier_core::customer::CustomerType;
use dossier_core::form::Trouble;
use dossier_core::form::sheet::{Sheet, Shown};
use dossier_core::ids::PersonId;
use dossier_core::kyc::requirement::Requirement;
use dossier_core::place::Place;
use maud::{Markup, html};

use super::language::Language;
use super::layout::Surroundings;

const PERSONS: &str = "/associated_persons";

/// One page of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Names, dates, numbers.
    Details,
    /// Address and its proof.
    Address,
    /// Id document, tax number, and their pictures.
    Identity,
    /// What the account is for, and where the money comes from.
    Funds,
    /// Who owns and controls a business.
    People,
    /// One of them, by id.
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

    /// The name by which messages know it.
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

    /// From the last segment of a URL.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = [Self::Details, Self::Address, Self::Identity, Self::Funds, Self::People, Self::Documents];
        let person = || PersonId::parse(text.strip_prefix("person-")?).map(|id| Self::Person(id.to_string()));
        plain.into_iter().find(|step| step.name() == text).or_else(person)
    }

    /// Where something is asked for, by its place and, of a document, by what it proves.
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

    /// Where a requirement is asked for.
    #[must_use]
    pub fn of_requirement(requirement: &Requirement) -> Self {
        let purpose = requirement.document.as_ref().and_then(|document| document.purposes.first());
        Self::of(&requirement.place(), purpose.map(String::as_str))
    }

    /// What is asked here.
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

    /// What people call it.
    #[must_use]
    pub fn title(&self, sheet: &Sheet<'_>, around: &Surroundings) -> String {
        match self {
            Self::Person(id) => person_name(sheet, around, id),
            Self::Details => match sheet.customer().profile.kind() {
                CustomerType::Individual => around.talk.say("step-details"),
                CustomerType::Corporate => around.talk.say("step-business"),
            },
            other => around.talk.say(&format!("step-{}", other.name())),
        }
    }

    /// What stands in the way of a submission here.
    pub fn troubles<'a>(&'a self, sheet: &'a Sheet<'_>) -> impl Iterator<Item = &'a Trouble> {
        sheet.troubles.iter().filter(move |trouble| Self::of_trouble(sheet, trouble) == *self)
    }

    fn of_trouble(sheet: &Sheet<'_>, trouble: &Trouble) -> Self {
        let mut asked = sheet.requirements.iter();
        let asked = asked.find(|asked| asked.place() == trouble.place || asked.may_be_at(&trouble.place));
        asked.map_or_else(|| Self::of(&trouble.place, None), Self::of_requirement)
    }
}

/// A person as the visitor knows it: by the name that it gave itself, or by its number.
fn person_name(sheet: &Sheet<'_>, around: &Surroundings, id: &str) -> String {
    let name = |name: &str| match sheet.shown(&format!("{PERSONS}/{id}/{name}")) {
        Shown::Text(text) | Shown::Hidden(text) => Some(text),
        Shown::Empty => None,
    };
    let mut names: Vec<_> = ["first_name", "last_name"].into_iter().filter_map(name).collect();
    if around.talk.language == Language::Chinese {
        names.reverse();
    }
    if names.is_empty() {
        let number = sheet.persons().iter().position(|known| known == id).map_or(0, |at| at + 1);
        around.talk.say_with("person-number", &[("number", number.into())])
    } else {
        names.join(" ")
    }
}

/// The list of steps, with what is done and what is left; out of band, it takes the place of the one on the page.
#[must_use]
pub fn steps(sheet: &Sheet<'_>, around: &Surroundings, now_at: &str, out_of_band: bool) -> Markup {
    let talk = &around.talk;
    let all = Step::all(sheet);
    let left = |step: &Step| step.troubles(sheet).count();
    let done = all.iter().filter(|step| left(step) == 0).count();
    html! {
        nav #steps hx-swap-oob=[out_of_band.then_some("true")] aria-label=(talk.say("steps")) {
            p.progress {
                (talk.say_with("steps-done", &[("done", done.into()), ("all", all.len().into())]))
                progress aria-hidden="true" max=(all.len()) value=(done) {}
            }
            ol {
                @for step in &all {
                    @let path = step.path();
                    @let open = left(step);
                    li.person[matches!(step, Step::Person(_))] {
                        a href={ (around.base) "/" (path) } aria-current=[(path == now_at).then_some("page")] {
                            span.mark.done[open == 0] aria-hidden="true" {}
                            span {
                                bdi { (step.title(sheet, around)) }
                                small {
                                    @if open == 0 { (talk.say("step-done")) }
                                    @else { (talk.say_with("step-left", &[("count", open.into())])) }
                                }
                            }
                        }
                    }
                }
                li {
                    a href={ (around.base) "/review" } aria-current=[(now_at == "review").then_some("page")] {
                        span.mark aria-hidden="true" {}
                        span { (talk.say("step-review")) }
                    }
                }
            }
        }
    }
}
