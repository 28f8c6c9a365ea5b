//! The fields of a page, each with its label, hint, value and errors.

use dossier_core::clock::Timestamp;
use dossier_core::customer::CustomerType;
use dossier_core::form::sheet::{Sheet, Shown};
use dossier_core::form::{Input, Kind, Trouble, Wrong, short_hash};
use dossier_core::violation::Code;
use maud::{Markup, html};
use serde_json::json;

use super::choices::{country_field, options};
use super::language::{AddressOrder, DateOrder, Talk};
use super::layout::Surroundings;
use super::order::{arrange, is_name};
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
    /// What was saved just now, and over what another device had saved then.
    saved: Option<(&'a str, Option<Timestamp>)>,
}

/// Fields that belong together, or one that stands alone.
struct Group {
    /// The id of its element.
    id: String,
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
    /// It is not asked now, and the answer to another field can change that.
    Nothing,
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
        Self { sheet, around, step, groups: groups(sheet, &around.talk, step), troubles, saved: None }
    }

    /// The same, and it says that a field was saved just now.
    #[must_use]
    pub fn with_saved(self, place: &'a str, over: Option<Timestamp>) -> Self {
        Self { saved: Some((place, over)), ..self }
    }

    /// The ids of its groups, in the order of the page.
    pub fn group_ids(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(|group| group.id.as_str())
    }

    /// The id of the group in which a place is asked.
    #[must_use]
    pub fn group_of(&self, place: &str) -> Option<&str> {
        let asks = |group: &&Group| group.inputs.iter().any(|input| input.place == place);
        self.groups.iter().find(asks).map(|group| group.id.as_str())
    }

    /// One group by its id: to take the place of the element on the page that has this id.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<Markup> {
        self.groups.iter().find(|group| group.id == id).map(|group| self.group_markup(group))
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
            // The Enter key presses the first button of a form: without this one, that of a suggestion.
            button type="submit" hidden {}
            @for group in &self.groups { (self.group_markup(group)) }
        }
    }

    fn group_markup(&self, group: &Group) -> Markup {
        html! {
            @match &group.of {
                Of::Itself => (self.field(&group.inputs[0], &group.label, group.hint.as_deref())),
                Of::Nothing => div id=(group.id) {},
                of => fieldset.group id=(group.id) {
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
        let saved = self.saved.filter(|(place, _)| *place == input.place);
        let below = match (trouble, saved, self.sheet.saved_elsewhere(&input.place)) {
            (Some(trouble), ..) => Below::Wrong(trouble),
            (None, Some((_, over)), _) => Below::Saved(over),
            (None, None, Some(at)) => Below::SavedElsewhere(at),
            (None, None, None) => Below::Nothing,
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
            Kind::Country | Kind::Choice(_) => {
                let select = html! {
                    select id=(id) name=(name) autocomplete=(autocomplete) aria-describedby=(described)
                        aria-invalid=[invalid] {
                        option value="" { (talk.say(if mask.is_some() { "choose-kept" } else { "choose" })) }
                        (options(self.sheet, talk, input, value))
                    }
                };
                html! {
                    label for=(id) { (label) (optional) } (hint)
                    @if input.kind == Kind::Country { (country_field(talk, &select)) } @else { (select) }
                }
            }
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
            div.field id={ "g-" (id) } data-field hx-post={ (self.around.base) "/" (self.step.path()) }
                hx-trigger="change" hx-sync="queue last" hx-vals=(json!({ "field": input.place }))
                hx-target={ "#n-" (id) } hx-swap="innerHTML" {
                (control) (note)
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
            let id = id_of_choice(&names);
            arrange(sheet, talk, &mut names, AddressOrder::asked);
            groups.push(Group { id, of: Of::Choice, label, hint: Some(hint), inputs: std::mem::take(&mut names) });
        }
        arrange(sheet, talk, &mut names, AddressOrder::asked);
        for input in names.into_iter().chain(others) {
            let label = talk.say(&format!("field-{}", input.name()));
            let id = group_id(&input.place);
            groups.push(Group { id, of: Of::Itself, label, hint: None, inputs: vec![input] });
        }
        let share = group_id(&format!("/associated_persons/{person}/ownership_percentage"));
        if !groups.iter().any(|group| group.id == share) {
            groups.push(Group { id: share, of: Of::Nothing, label: String::new(), hint: None, inputs: Vec::new() });
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
        let (id, of) = match is_choice {
            true => (id_of_choice(&inputs), Of::Choice),
            false if first.place == place => (group_id(&place), Of::Itself),
            false => (group_id(&place), Of::Object(place)),
        };
        arrange(sheet, talk, &mut inputs, AddressOrder::asked);
        let (label, hint) = (label(sheet, talk, requirement), because(sheet, talk, requirement));
        groups.push(Group { id, of, label, hint: Some(hint), inputs });
    }
    groups
}

/// The id of the group of what is at a place; of the field, when it stands alone.
fn group_id(place: &str) -> String {
    format!("g-{}", element_id(place))
}

/// The id of a group of fields of which any one is enough.
fn id_of_choice(inputs: &[Input]) -> String {
    group_id(inputs.first().map_or("", |input| &input.place)) + "-any"
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
        Wrong::Missing | Wrong::NoneGiven => false,
        Wrong::Refused(Code::InvalidDate, _) => !is_half_a_date(),
        _ => true,
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
            Below::Wrong(trouble) => {
                p.error data-invalid { (wrong(talk, trouble)) }
                (meant(talk, place, value, trouble))
            },
            Below::Saved(None) => p.saved { (talk.say("saved")) },
            Below::Saved(Some(over)) => p.saved { (talk.say("saved")) " " (at("saved-over", over)) },
            Below::SavedElsewhere(then) => p.saved { (at("saved-elsewhere", then)) },
        }
    }
}

/// The dates that may have been meant, each with a button that gives it instead.
fn meant(talk: &Talk, place: &str, value: &str, wrong: Wrong) -> Markup {
    let Wrong::OtherCalendar(one, other) = wrong else { return html! {} };
    html! {
        @for date in [Some(one), other].into_iter().flatten().filter_map(|calendar| calendar.gregorian(value)) {
            @let with = [("date", talk.date(&date).into_owned().into())];
            p.meant {
                span { (talk.say_with("date-meant", &with)) } " "
                button type="submit" name={ "use:" (place) } value=(date) data-date=(date) {
                    (talk.say_with("date-use", &with))
                }
            }
        }
    }
}

/// A moment as people read it, in UTC: where the visitor is, nobody knows.
#[must_use]
pub fn clock(talk: &Talk, at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}, {} UTC", talk.date(&text), &text[11..16])
}
