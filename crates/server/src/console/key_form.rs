//! What a developer enters about a new key.

use dossier_core::account::MAX_NAME;
use dossier_core::api_key::{KeyScope, MAX_ADDRESSES, parse_network};
use dossier_core::caller::Environment;
use dossier_core::hidden::is_hidden;
use ipnet::IpNet;
use maud::{Markup, html};

use super::frame::select;
use crate::desk::fields::Fields;
use crate::desk::text::{say, say_with};

/// How long a key may be valid, in days, as the form offers it. The first is for ever.
const DAYS: [&str; 5] = ["", "1", "30", "90", "365"];
/// How long the old key works after a roll, in hours.
const OVERLAPS: [&str; 4] = ["0", "1", "24", "168"];

/// A new key, as it was entered.
pub struct Entered {
    pub name: String,
    pub scopes: Vec<KeyScope>,
    pub days: String,
    /// Addresses, separated by spaces, commas or lines.
    pub addresses: String,
    /// The fields that are wrong. Each has a text of its own.
    pub wrong: Vec<&'static str>,
}

impl Entered {
    /// The form at first: the scopes that a key has by default.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        let scopes = KeyScope::defaults(environment);
        Self { name: String::new(), scopes, days: String::new(), addresses: String::new(), wrong: Vec::new() }
    }

    #[must_use]
    pub fn read(fields: &Fields) -> Self {
        let name = fields.get("name").trim().to_owned();
        let mut scopes = Vec::new();
        for scope in fields.all("scope").filter_map(KeyScope::parse) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        let (days, addresses) = (fields.get("days").to_owned(), fields.get("addresses").to_owned());
        let wrong = [
            ("name", name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(is_hidden)),
            ("scopes", scopes.is_empty()),
            ("days", !DAYS.contains(&&*days)),
            ("addresses", read_addresses(&addresses).is_none()),
        ];
        let wrong = wrong.into_iter().filter(|(_, is_wrong)| *is_wrong).map(|(field, _)| field).collect();
        Self { name, scopes, days, addresses, wrong }
    }

    fn problem(&self, field: &str) -> Markup {
        html! { @if self.wrong.contains(&field) { (problem(field)) } }
    }

    /// What describes a field, if it is wrong.
    fn described(&self, field: &str) -> Option<String> {
        self.wrong.contains(&field).then(|| format!("{field}-problem"))
    }

    /// For how many days the key is valid, if not for ever.
    #[must_use]
    pub fn days(&self) -> Option<i64> {
        self.days.parse().ok()
    }

    pub fn fields(&self) -> Markup {
        let days: Vec<_> = DAYS.iter().map(|days| ((*days).to_owned(), say(&format!("key-days-{days}")))).collect();
        html! {
            label for="name" { (say("key-name")) }
            (self.problem("name"))
            input #name type="text" name="name" value=(self.name) autocomplete="off" maxlength=(MAX_NAME) required
                aria-describedby=[self.described("name")];
            fieldset aria-describedby=[self.described("scopes")] {
                legend { (say("key-scopes")) }
                (self.problem("scopes"))
                @for scope in KeyScope::ALL {
                    label.choice {
                        input type="checkbox" name="scope" value=(scope.as_str()) checked[self.scopes.contains(scope)];
                        span { code { (scope.as_str()) } " " small { (scope.help()) } }
                    }
                }
            }
            (self.problem("days"))
            (select("days", &say("key-days"), &days, &self.days))
            (addresses_field(&self.addresses, self.wrong.contains(&"addresses")))
        }
    }
}

/// What is wrong with a field, beside it.
fn problem(field: &str) -> Markup {
    let text = say_with(&format!("key-{field}-wrong"), &[("most", MAX_NAME.into())]);
    html! { p.status id={ (field) "-problem" } role="alert" { (text) } }
}

/// The addresses from which a key may be used.
pub fn addresses_field(entered: &str, is_wrong: bool) -> Markup {
    let described = if is_wrong { "addresses-problem addresses-hint" } else { "addresses-hint" };
    html! {
        label for="addresses" { (say("key-addresses")) }
        @if is_wrong { (problem("addresses")) }
        textarea #addresses name="addresses" rows="3" spellcheck="false" aria-describedby=(described) { (entered) }
        p.hint #addresses-hint { (say("key-addresses-text")) }
    }
}

/// Reads addresses. `None` if one is wrong, or there are too many.
#[must_use]
pub fn read_addresses(text: &str) -> Option<Vec<IpNet>> {
    let words = text.split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty());
    let addresses: Option<Vec<_>> = words.map(parse_network).collect();
    addresses.filter(|addresses| addresses.len() <= MAX_ADDRESSES)
}

/// The choice of an overlap, with a message if what was sent is none.
pub fn overlap_field(label: &str, is_wrong: bool) -> Markup {
    let hours: Vec<_> = OVERLAPS.iter().map(|one| ((*one).to_owned(), say(&format!("overlap-{one}")))).collect();
    html! {
        @if is_wrong { (problem("overlap")) }
        (select("overlap", label, &hours, "24"))
    }
}

/// The overlap that was chosen, in seconds.
#[must_use]
pub fn overlap(fields: &Fields) -> Option<i64> {
    let chosen = OVERLAPS.iter().find(|one| **one == fields.get("overlap"))?;
    chosen.parse::<i64>().ok().map(|hours| hours * 60 * 60)
}
