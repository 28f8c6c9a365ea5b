//! The fields of a page, each with its label, hint, value and errors.

use dossier_core::clock::Timestamp;
use dossier_core::customer::CustomerType;
use dossier_core::form::sheet::{Sheet, Shown};
use dossier_core::form::{Input, Kind, Trouble, Wrong, short_hash};
use dossier_core::violation::Code;
use maud::{Markup, html};
use serde_json::json;

use super::language::{AddressOrder, DateOrder, Talk};
use super::layout::Surroundings;
use super::reveal::confirmation;
use super::steps::Step;
use super::wording::{because, field_label, label, one_of_several, subject_of, wrong};

/// The id of the element of a place.
#[must_use]
pub fn element_id(place: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("f{}", place.chars().map(plain).collect::<String>())
}

/// What is asked on one page.
pub struct Asked<'a> {
    sheet: &'a Sheet<'a>,
    around: &'a Surroundings,
    step: &'a Step,
    groups: Vec<Group>,
    /// The errors that the page says.
    troubles: Vec<&'a Trouble>,
}

/// Fields that belong together, or one that stands alone.
struct Group {
    of: Of,
    label: String,
    hint: Option<String>,
    inputs: Vec<Input>,
}

/// What makes fields a group.
enum Of {
    /// Nothing: it is one field.
    Itself,
    /// They are members of the object at this place.
    Object(String),
    /// Any one of them is enough.
    Choice,
}

impl Of {
    /// Whether it is the object at a place.
    fn is_at(&self, place: &str) -> bool {
        matches!(self, Self::Object(own) if own == place)
    }
}

impl<'a> Asked<'a> {
    /// What a step asks. With `strict`, what is missing is an error.
    #[must_use]
    pub fn new(sheet: &'a Sheet<'a>, around: &'a Surroundings, step: &'a Step, strict: bool) -> Self {
        let troubles = step.troubles(sheet).filter(|trouble| strict || is_said(sheet, trouble)).collect();
        Self { sheet, around, step, groups: groups(sheet, &around.talk, step), troubles }
    }

    const fn talk(&self) -> &Talk {
        &self.around.talk
    }

    /// Whether the page says an error.
    #[must_use]
    pub const fn has_errors(&self) -> bool {
        !self.troubles.is_empty()
    }

    /// All errors with links to their fields.
    #[must_use]
    pub fn summary(&self) -> Markup {
        let talk = self.talk();
        html! {
            @if self.has_errors() {
                div.summary role="alert" tabindex="-1" autofocus aria-labelledby="summary-title" {
                    h2 #summary-title { (talk.say_with("errors", &[("count", self.troubles.len().into())])) }
                    ul {
                        @for trouble in &self.troubles {
                            li {
                                a href={ "#" (self.target(&trouble.place)) } {
                                    (subject_of(self.sheet, talk, trouble)) ": " (wrong(talk, trouble.wrong))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The element that an error is about: the input, or the first one of a group; the list, when it is about all
    /// persons.
    fn target(&self, place: &str) -> String {
        if *self.step == Step::People {
            return "people".to_owned();
        }
        let inside = |input: &Input| input.place == place || input.place.starts_with(&format!("{place}/"));
        let mut inputs = self.groups.iter().flat_map(|group| &group.inputs);
        element_id(inputs.find(|input| inside(input)).map_or(place, |input| &input.place))
    }

    /// The fields of the page.
    #[must_use]
    pub fn fields(&self) -> Markup {
        html! {
            @for group in &self.groups {
                @match &group.of {
                    Of::Itself => (self.field(&group.inputs[0], &group.label, group.hint.as_deref())),
                    of => fieldset.group {
                        legend { (group.label) }
                        @if let Some(hint) = &group.hint { p.hint { (hint) } }
                        @for trouble in self.troubles.iter().filter(|trouble| of.is_at(&trouble.place)) {
                            p.error { (wrong(self.talk(), trouble.wrong)) }
                        }
                        @for input in &group.inputs {
                            (self.field(input, &field_label(self.sheet, self.talk(), &input.place), None))
                        }
                    },
                }
            }
        }
    }

    fn field(&self, input: &Input, label: &str, hint: Option<&str>) -> Markup {
        let talk = self.talk();
        let id = element_id(&input.place);
        let shown = self.sheet.shown(&input.place);
        let (value, mask) = match &shown {
            Shown::Empty => ("", None),
            Shown::Text(text) => (text.as_str(), None),
            Shown::Hidden(mask) => ("", Some(mask.as_str())),
        };
        let kept = mask.map(|mask| talk.say_with("kept", &[("mask", mask.into())]));
        let hints: Vec<&str> = hint.into_iter().chain(kept.as_deref()).collect();
        let described = format!("{}n-{id}", if hints.is_empty() { String::new() } else { format!("h-{id} ") });
        let trouble = self.troubles.iter().find(|trouble| trouble.place == input.place).map(|trouble| trouble.wrong);
        let below = match (trouble, self.sheet.saved_elsewhere(&input.place)) {
            (Some(trouble), _) => Below::Wrong(trouble),
            (None, Some(at)) => Below::SavedElsewhere(at),
            (None, None) => Below::Nothing,
        };
        let invalid = trouble.is_some().then_some("true");
        let optional = html! { @if !input.needed { " " span.optional { (talk.say("optional")) } } };
        let hint = html! {
            @if !hints.is_empty() { p.hint id={ "h-" (id) } { (hints.join(" ")) } }
        };
        let note = html! {
            div.note id={ "n-" (id) } aria-live="polite" {
                (note(talk, &input.place, value, below))
            }
        };
        let (name, autocomplete) = (input.place.as_str(), self.autocomplete(input));
        let control = match &input.kind {
            Kind::Text(most) if *most > 300 && !is_number(input.name()) => html! {
                label for=(id) { (label) (optional) } (hint)
                textarea id=(id) name=(name) rows="4" maxlength=(most) dir="auto" aria-describedby=(described)
                    aria-invalid=[invalid] { (value) }
            },
            Kind::Text(most) => html! {
                label for=(id) { (label) (optional) } (hint)
                input type="text" id=(id) name=(name) value=(value) maxlength=(most) dir="auto"
                    autocomplete=(autocomplete) aria-describedby=(described) aria-invalid=[invalid] spellcheck="false";
            },
            Kind::Country | Kind::Choice(_) => html! {
                label for=(id) { (label) (optional) } (hint)
                select id=(id) name=(name) autocomplete=(autocomplete) aria-describedby=(described)
                    aria-invalid=[invalid] {
                    option value="" { (talk.say(if mask.is_some() { "choose-kept" } else { "choose" })) }
                    (options(talk, &input.kind, value))
                }
            },
            Kind::YesNo => html! {
                fieldset.choice aria-describedby=(described) {
                    legend { (label) (optional) } (hint)
                    @for answer in ["yes", "no"] {
                        label {
                            input type="radio" id=[(answer == "yes").then_some(&id)] name=(name) value=(answer)
                                checked[answer == value];
                            span { (talk.say(answer)) }
                        }
                    }
                }
            },
            Kind::Date => html! {
                fieldset.date aria-describedby=(described) {
                    legend { (label) (optional) }
                    (hint)
                    div.parts { (self.date_parts(name, &id, value, invalid)) }
                }
            },
        };
        // Of saves that are made while one is under way, the last counts: it has everything that was typed. (Of itself,
        // htmx keeps the first and drops the others.)
        html! {
            div.field data-field hx-post={ (self.around.base) "/" (self.step.path()) } hx-trigger="change"
                hx-encoding="application/x-www-form-urlencoded"
                hx-sync="queue last" hx-vals=(json!({ "field": input.place }))
                hx-target={ "#n-" (id) } hx-swap="innerHTML" {
                (control) (confirmation(self.sheet, talk, &input.place, label)) (note)
            }
        }
    }

    /// Day, month and year, in the order of the language. The first has the id to which errors lead.
    fn date_parts(&self, name: &str, id: &str, value: &str, invalid: Option<&str>) -> Markup {
        let talk = self.talk();
        let mut parts = value.splitn(3, '-');
        let (year, month, day) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let day = (".d", "day", day, 2, "bday-day");
        let month = (".m", "month", month, 2, "bday-month");
        let year = (".y", "year", year, 4, "bday-year");
        let order = match talk.date_order() {
            DateOrder::DayFirst => [day, month, year],
            DateOrder::MonthFirst => [month, day, year],
            DateOrder::YearFirst => [year, month, day],
        };
        let is_birth = name.ends_with("/birth_date") && !matches!(self.step, Step::Person(_));
        html! {
            @for (index, (suffix, key, value, length, autocomplete)) in order.into_iter().enumerate() {
                label {
                    span { (talk.say(key)) }
                    input type="text" inputmode="numeric" id=[(index == 0).then_some(id)] name={ (name) (suffix) }
                        value=(value) class=(key) maxlength=(length)
                        autocomplete=(if is_birth { autocomplete } else { "off" }) aria-invalid=[invalid];
                }
            }
        }
    }

    fn autocomplete(&self, input: &Input) -> &'static str {
        // What is somebody else's, browsers should not fill in.
        if matches!(self.step, Step::Person(_))
            || input.place.contains("/id_document/")
            || input.place.contains("/tax_number/")
        {
            return "off";
        }
        let business = self.sheet.customer().profile.kind() == CustomerType::Corporate;
        match input.name() {
            "first_name" => "given-name",
            "last_name" => "family-name",
            "middle_name" => "additional-name",
            "business_legal_name" => "organization",
            "primary_website" => "url",
            "street_line_1" if !business => "address-line1",
            "street_line_2" if !business => "address-line2",
            "city" if !business => "address-level2",
            "state" if !business => "address-level1",
            "postal_code" if !business => "postal-code",
            "country" if !business => "country",
            _ => "off",
        }
    }
}

/// The fields of a step, as they belong together.
fn groups(sheet: &Sheet<'_>, talk: &Talk, step: &Step) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    if let Step::Person(person) = step {
        let inputs = sheet.inputs_of_person(person).into_iter();
        let (mut names, others): (Vec<_>, Vec<_>) = inputs.partition(|input| is_name(input.name()));
        if sheet.takes_one_name(person) {
            // No rule may ask for the names of this person.
            let asked = names.iter().find_map(|input| one_of_several(sheet, &input.place));
            let (label, hint) = asked.map_or_else(
                || (talk.say("label-person_legal_name"), talk.say("because-person_legal_name")),
                |asked| (label(sheet, talk, asked), because(sheet, talk, asked)),
            );
            groups.push(Group { of: Of::Choice, label, hint: Some(hint), inputs: std::mem::take(&mut names) });
        }
        for input in names.into_iter().chain(others) {
            let label = talk.say(&format!("field-{}", input.name()));
            groups.push(Group { of: Of::Itself, label, hint: None, inputs: vec![input] });
        }
    }
    for requirement in step.requirements(sheet) {
        let mut inputs = sheet.inputs(requirement);
        let known = |place: &str| groups.iter().flat_map(|group| &group.inputs).any(|input| input.place == place);
        let is_choice = !requirement.one_of.is_empty();
        if is_choice {
            // Each field stands on a page once.
            inputs.retain(|input| !known(&input.place));
        }
        let Some(first) = inputs.first() else { continue };
        let place = requirement.place();
        if first.place == place && !is_choice {
            // A field that an object asks for already is only needed the more; one of a person, known by name.
            let known = groups.iter_mut().flat_map(|group| &mut group.inputs).find(|known| known.place == place);
            if let Some(known) = known {
                known.needed = true;
                continue;
            }
        }
        let of = match is_choice {
            true => Of::Choice,
            false if first.place == place => Of::Itself,
            false => Of::Object(place),
        };
        order_address(sheet, talk, &mut inputs, AddressOrder::asked);
        let (label, hint) = (label(sheet, talk, requirement), because(sheet, talk, requirement));
        groups.push(Group { of, label, hint: Some(hint), inputs });
    }
    groups
}

fn is_name(member: &str) -> bool {
    matches!(member, "first_name" | "last_name")
}

/// Puts the members of an address into the order of its country; other inputs stay as they are.
pub fn order_address(
    sheet: &Sheet<'_>,
    talk: &Talk,
    inputs: &mut [Input],
    order: impl Fn(AddressOrder) -> [&'static str; 6],
) {
    let Some((place, _)) = inputs.first().and_then(|input| input.place.rsplit_once('/')) else { return };
    if place.ends_with("_address") && inputs.len() > 1 {
        let order = order(talk.address_order(sheet.text(&format!("{place}/country")).as_deref()));
        inputs.sort_by_key(|input| order.iter().position(|member| *member == input.name()));
    }
}

/// What there is to choose from: the words of the contract, or all countries.
fn options(talk: &Talk, kind: &Kind, chosen: &str) -> Markup {
    html! {
        @if let Kind::Choice(choices) = kind {
            @for choice in choices {
                option value=(choice) selected[choice == chosen] { (talk.say(&format!("choice-{choice}"))) }
            }
        } @else {
            @for (code, name) in talk.language.countries() {
                option value=(code) selected[code == chosen] { (name) }
            }
        }
    }
}

fn is_number(name: &str) -> bool {
    name.ends_with("number")
}

/// Whether an error is said before the visitor asks to go on: what is missing is not, nor is a date of which a part is.
#[must_use]
pub fn is_said(sheet: &Sheet<'_>, trouble: &Trouble) -> bool {
    let is_half_a_date = || {
        let text = sheet.text(&trouble.place).unwrap_or_default();
        text.splitn(3, '-').any(str::is_empty)
    };
    match trouble.wrong {
        Wrong::Missing | Wrong::NoneGiven | Wrong::Unconfirmed => false,
        Wrong::Refused(Code::InvalidDate, _) => !is_half_a_date(),
        Wrong::Refused(..) | Wrong::Faulty(_) => true,
    }
}

/// What stands below a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Below {
    /// Nothing that is said.
    Nothing,
    /// An error.
    Wrong(Wrong),
    /// It is saved now; over what another device had saved then.
    Saved(Option<Timestamp>),
    /// Another device saved it then.
    SavedElsewhere(Timestamp),
}

/// The content below a field; with a hash of what the page shows, so that a save knows what the visitor changed.
#[must_use]
pub fn note(talk: &Talk, place: &str, value: &str, below: Below) -> Markup {
    let at = |key: &str, at: Timestamp| talk.say_with(key, &[("time", clock(talk, at).into())]);
    html! {
        input type="hidden" name={ "was:" (place) } value=(short_hash(value));
        @match below {
            Below::Nothing => {},
            Below::Wrong(trouble) => p.error data-invalid { (wrong(talk, trouble)) },
            Below::Saved(None) => p.saved { (talk.say("saved")) },
            Below::Saved(Some(over)) => p.saved { (talk.say("saved")) " " (at("saved-over", over)) },
            Below::SavedElsewhere(then) => p.saved { (at("saved-elsewhere", then)) },
        }
    }
}

/// A moment as people read it, in UTC: where the visitor is, nobody knows.
#[must_use]
pub fn clock(talk: &Talk, at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}, {} UTC", talk.date(&text), &text[11..16])
}
