//! The fields of a page, each with its label, hint, value and errors.

use dossier_core::customer::CustomerType;
use dossier_core::form::sheet::{FieldView, Sheet};
use dossier_core::form::{Input, Issue, Kind};
use dossier_core::kyc::requirement::Requirement;
use maud::{Markup, html};

use super::choices::{country_field, options};
use super::dates::{date_parts, parts_of};
use super::error_filter::ErrorFilter;
use super::language::{AddressOrder, Localization};
use super::layout::PageContext;
use super::note::{Below, element_id, meant, render_note};
use super::order::{arrange, is_name, issues_of};
use super::render_mode::SavedPlaces;
use super::resubmission::{CORRECT, is_correct};
use super::reveal::{KEEP, confirmation};
use super::sentences::sentence;
use super::steps::Step;
use super::wording::{because, field_label, label, one_of_several};

/// The fields of one step, with what the page says about them.
pub struct StepFields<'a> {
    sheet: &'a Sheet<'a>,
    page: &'a PageContext,
    step: &'a Step,
    groups: Vec<Group<'a>>,
    error_filter: &'a ErrorFilter,
    saved: &'a SavedPlaces,
    /// The issues that the page shows as errors.
    issues: Vec<&'a Issue>,
}

/// Fields that belong together, or a single one.
struct Group<'a> {
    kind: GroupKind,
    label: String,
    hint: Option<String>,
    inputs: Vec<Input>,
    /// The requirements that the fields answer.
    asked: Vec<&'a Requirement>,
}

impl Group<'_> {
    /// Whether it asks what every person is asked, whatever their role.
    fn is_of_every_person(&self) -> bool {
        self.inputs.iter().any(|input| is_name(input.name()))
    }
}

/// Why fields form a group.
enum GroupKind {
    /// It is a single field.
    Single,
    /// They are the members of the object at this place.
    Object(String),
    /// One of them is enough.
    Choice,
}

impl GroupKind {
    /// Whether it is the object at a place.
    fn is_at(&self, place: &str) -> bool {
        matches!(self, Self::Object(own) if own == place)
    }
}

impl<'a> StepFields<'a> {
    #[must_use]
    pub fn new(
        sheet: &'a Sheet<'a>,
        page: &'a PageContext,
        step: &'a Step,
        error_filter: &'a ErrorFilter,
        saved: &'a SavedPlaces,
    ) -> Self {
        let mut issues = issues_of(sheet, &page.l10n, step);
        issues.retain(|issue| error_filter.shows(sheet, issue));
        Self { sheet, page, step, groups: groups(sheet, &page.l10n, step), error_filter, saved, issues }
    }

    const fn l10n(&self) -> &Localization {
        &self.page.l10n
    }

    /// Whether the page shows an error.
    #[must_use]
    pub const fn has_errors(&self) -> bool {
        !self.issues.is_empty()
    }

    /// All errors, with links to their fields. A new page announces them to screen readers.
    #[must_use]
    pub fn summary(&self, is_page: bool) -> Markup {
        let l10n = self.l10n();
        let role = if is_page { "alert" } else { "group" };
        html! {
            div #summary {
                @if self.has_errors() {
                    div.summary role=(role) tabindex="-1" autofocus[is_page] aria-labelledby="summary-title" {
                        h2 #summary-title { (l10n.say_with("errors", &[("count", self.issues.len().into())])) }
                        ul {
                            @for issue in &self.issues {
                                li {
                                    a href={ "#" (self.target(&issue.place)) } {
                                        (sentence(self.sheet, l10n, issue))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The id of the element that an error links to: the input, the first input of a group, or the list of persons.
    fn target(&self, place: &str) -> String {
        if *self.step == Step::People {
            return "people".to_owned();
        }
        let inside = |input: &Input| input.place == place || input.place.starts_with(&format!("{place}/"));
        let mut inputs = self.groups.iter().flat_map(|group| &group.inputs);
        element_id(inputs.find(|input| inside(input)).map_or(place, |input| &input.place))
    }

    /// The fields of the page. After a save, a script updates the page to match: it adds, removes and reorders fields,
    /// and does not touch those that stay.
    #[must_use]
    pub fn fields(&self, back: bool) -> Markup {
        let first_needed = self.groups.iter().position(|group| !group.asked.is_empty() && !group.is_of_every_person());
        html! {
            div #fields {
                @if let Some(check) = self.error_filter.check(self.sheet) {
                    input type="hidden" name="check" value=(check);
                }
                @if back { input type="hidden" name="back" value="review"; }
                @for (index, group) in self.groups.iter().enumerate() {
                    @if first_needed == Some(index) { (self.why_needed()) }
                    @match &group.kind {
                        GroupKind::Single => {
                            (self.field(&group.inputs[0], &group.label, group.hint.as_deref()))
                            (self.is_correct(group))
                        }
                        kind => (self.object(kind, group)),
                    }
                }
            }
        }
    }

    fn object(&self, kind: &GroupKind, group: &Group<'_>) -> Markup {
        let id = group.inputs.first().map(|first| element_id(&first.place)).unwrap_or_default();
        html! {
            fieldset.group id={ "g-" (id) } {
                legend { (group.label) }
                @if let Some(hint) = &group.hint { p.hint { (hint) } }
                @for issue in self.issues.iter().filter(|issue| kind.is_at(&issue.place)) {
                    p.error { (sentence(self.sheet, self.l10n(), issue)) }
                }
                @for input in &group.inputs {
                    (self.field(input, &field_label(self.sheet, self.l10n(), &input.place), None))
                }
                (self.is_correct(group))
            }
        }
    }

    /// The heading above what a person is asked because of their role, with the reason.
    fn why_needed(&self) -> Markup {
        let Step::Person(person) = self.step else { return html! {} };
        let key = match self.sheet.roles(person) {
            [true, true] => "needed-both",
            [true, false] => "needed-owner",
            [false, true] => "needed-controller",
            [false, false] => "needed",
        };
        let name = self.step.title(self.sheet, self.page);
        html! { h2 #needed .needed { (self.l10n().say_with(key, &[("name", name.into())])) } }
    }

    fn is_correct(&self, group: &Group<'_>) -> Markup {
        html! {
            @for asked in &group.asked {
                @let is_saved = self.saved.contains_key(&format!("{CORRECT}{}", asked.id));
                (is_correct(self.sheet, self.page, asked, is_saved))
            }
        }
    }

    fn field(&self, input: &Input, label: &str, hint: Option<&str>) -> Markup {
        let l10n = self.l10n();
        let id = element_id(&input.place);
        let shown = self.sheet.shown(&input.place);
        let (value, mask) = match &shown {
            FieldView::Empty => ("", None),
            FieldView::Text(text) => (text.as_str(), None),
            FieldView::Masked(mask) => ("", Some(mask.as_str())),
        };
        let kept = mask.map(|mask| l10n.say_with("kept", &[("mask", mask.into())]));
        let hints: Vec<&str> = hint.into_iter().chain(kept.as_deref()).collect();
        let described = format!("{}n-{id}", if hints.is_empty() { String::new() } else { format!("h-{id} ") });
        let below = self.below(input, value);
        let invalid = matches!(below, Below::Wrong(..)).then_some("true");
        let optional = html! { @if !input.needed { " " span.optional { (l10n.say("optional")) } } };
        let hint = html! {
            @if !hints.is_empty() { p.hint id={ "h-" (id) } { (hints.join(" ")) } }
        };
        let note = render_note(l10n, &input.place, value, below);
        let (name, autocomplete) = (input.place.as_str(), self.autocomplete(input));
        let control = match &input.kind {
            Kind::Text(most) if *most > 300 && !is_number(input.name()) => html! {
                label for=(id) { (label) (optional) } (hint)
                textarea id=(id) name=(name) rows="4" maxlength=(most) dir="auto" aria-describedby=(described)
                    aria-invalid=[invalid] { (value) }
            },
            Kind::Text(most) => {
                let suggested = suggestions(&input.place);
                let list = (!suggested.is_empty()).then(|| format!("s-{id}"));
                html! {
                    label for=(id) { (label) (optional) } (hint)
                    input type="text" id=(id) name=(name) value=(value) maxlength=(most) dir="auto"
                        list=[list.as_deref()] autocomplete=(autocomplete) aria-describedby=(described)
                        aria-invalid=[invalid] spellcheck="false";
                    @if let Some(list) = &list {
                        datalist id=(list) { @for (value, name) in suggested { option value=(value) label=(name) {} } }
                    }
                }
            }
            Kind::Country | Kind::Choice(_) => {
                let select = html! {
                    select id=(id) name=(name) autocomplete=(autocomplete) aria-describedby=(described)
                        aria-invalid=[invalid] {
                        option value="" { (l10n.say(if mask.is_some() { "choose-kept" } else { "choose" })) }
                        (options(self.sheet, l10n, input, value))
                    }
                };
                html! {
                    label for=(id) { (label) (optional) } (hint)
                    @if input.kind == Kind::Country { (country_field(l10n, &select, mask.is_some())) }
                    @else { (select) }
                }
            }
            Kind::YesNo => html! {
                fieldset.choice aria-describedby=(described) {
                    legend { (label) (optional) } (hint)
                    @for answer in ["yes", "no"] {
                        label {
                            input type="radio" id=[(answer == "yes").then_some(&id)] name=(name) value=(answer)
                                checked[answer == value];
                            span { (l10n.say(answer)) }
                        }
                    }
                }
            },
            Kind::Date => html! {
                fieldset.date aria-describedby=(described) {
                    legend { (label) (optional) }
                    (hint)
                    div.parts { (date_parts(l10n, name, &id, parts_of(value), self.is_own_birth(name), invalid)) }
                }
            },
        };
        // The page's script replaces label, hint and note itself, and never the input.
        html! {
            div.field data-field=(input.place) id={ "d-" (id) } hx-morph-skip {
                (control) (confirmation(self.sheet, l10n, &input.place, label)) (note)
            }
        }
    }

    /// What is shown below a field.
    fn below(&self, input: &Input, value: &str) -> Below {
        let issue = self.issues.iter().find(|issue| issue.place == input.place);
        let saved = self.saved.get(&input.place).or_else(|| self.saved.get(&format!("{KEEP}{}", input.place)));
        match (issue, saved, self.sheet.saved_elsewhere(&input.place)) {
            (Some(issue), _, _) => Below::Wrong(sentence(self.sheet, self.l10n(), issue), meant(issue.kind, value)),
            (None, Some(over), _) => Below::Saved(*over),
            (None, None, Some(at)) => Below::SavedElsewhere(at),
            (None, None, None) => Below::Nothing,
        }
    }

    /// Whether a date is the visitor's own date of birth, which browsers may fill in.
    fn is_own_birth(&self, place: &str) -> bool {
        place.ends_with("/birth_date") && !matches!(self.step, Step::Person(_))
    }

    fn autocomplete(&self, input: &Input) -> &'static str {
        // Browsers must not fill in the data of other people.
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

/// The fields of a step, in groups.
fn groups<'a>(sheet: &'a Sheet<'_>, l10n: &Localization, step: &Step) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    if let Step::Person(person) = step {
        let inputs = sheet.inputs_of_person(person).into_iter();
        let (mut names, others): (Vec<_>, Vec<_>) = inputs.partition(|input| is_name(input.name()));
        if sheet.takes_one_name(person) {
            // There may be no rule about the names of this person.
            let asked = names.iter().find_map(|input| one_of_several(sheet, &input.place));
            let (label, hint) = asked.map_or_else(
                || (l10n.say("label-person_legal_name"), l10n.say("because-person_legal_name")),
                |asked| (label(sheet, l10n, asked), because(sheet, l10n, asked)),
            );
            arrange(sheet, l10n, &mut names, AddressOrder::asked);
            let inputs = std::mem::take(&mut names);
            groups.push(Group { kind: GroupKind::Choice, label, hint: Some(hint), inputs, asked: Vec::new() });
        }
        arrange(sheet, l10n, &mut names, AddressOrder::asked);
        for input in names.into_iter().chain(others) {
            let label = l10n.say(&format!("field-{}", input.name()));
            groups.push(Group { kind: GroupKind::Single, label, hint: None, inputs: vec![input], asked: Vec::new() });
        }
    }
    for requirement in step.requirements(sheet) {
        let mut inputs = sheet.inputs(requirement);
        let known = |place: &str| groups.iter().flat_map(|group| &group.inputs).any(|input| input.place == place);
        let is_choice = !requirement.one_of.is_empty();
        if is_choice {
            // Each field appears once on a page.
            inputs.retain(|input| !known(&input.place));
        }
        let Some(first) = inputs.first() else {
            let asks = |group: &&mut Group<'_>| group.inputs.iter().any(|input| requirement.may_be_at(&input.place));
            groups.iter_mut().find(asks).into_iter().for_each(|group| group.asked.push(requirement));
            continue;
        };
        let place = requirement.place();
        if first.place == place && !is_choice {
            // The field is on the page already, as part of an object or of a person. It becomes mandatory there.
            let asks = |group: &&mut Group<'_>| group.inputs.iter().any(|input| input.place == place);
            if let Some(group) = groups.iter_mut().find(asks) {
                group.inputs.iter_mut().filter(|input| input.place == place).for_each(|input| input.needed = true);
                group.asked.push(requirement);
                continue;
            }
        }
        let kind = match is_choice {
            true => GroupKind::Choice,
            false if first.place == place => GroupKind::Single,
            false => GroupKind::Object(place),
        };
        arrange(sheet, l10n, &mut inputs, AddressOrder::asked);
        let (label, hint) = (label(sheet, l10n, requirement), because(sheet, l10n, requirement));
        groups.push(Group { kind, label, hint: Some(hint), inputs, asked: vec![requirement] });
    }
    groups
}

/// Suggestions for a place where the contract accepts any text. Only residents of the United States are asked for tax
/// numbers.
fn suggestions(place: &str) -> &'static [(&'static str, &'static str)] {
    if place.ends_with("/tax_number/type") { &[("ssn", "SSN"), ("itin", "ITIN")] } else { &[] }
}

fn is_number(name: &str) -> bool {
    name.ends_with("number")
}
