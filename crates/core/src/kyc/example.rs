//! Examples of requirements: what is written in the rules, as it looks in the country of whom it is for.

use serde_json::Value;

use crate::customer::postal_code::AddressFormat;
use crate::parse::leaf::Country;
use crate::place::Place;

/// Where the customer or a person is, by its own address.
pub(super) fn home(owner: &Value) -> Option<Country> {
    let addresses = ["residential_address", "business_address"].into_iter();
    addresses.filter_map(|name| owner.get(name)?.get("country")?.as_str()).find_map(Country::new)
}

/// Makes an example of a country. Numbers are made up everywhere: there is no table of what they look like.
pub(super) fn localize(example: &mut Value, pointer: &str, country: Country) {
    let format = AddressFormat::of(country);
    let code = country.expose();
    match example {
        // What was written for this very country is as good.
        Value::Object(address) if address.get("country").is_some_and(|written| written == code) => {}
        Value::Object(address) if address.contains_key("country") => {
            address.insert("country".to_owned(), code.into());
            address.insert("postal_code".to_owned(), format.postal_code.into());
            address.remove("state");
            if !format.state.is_empty() {
                address.insert("state".to_owned(), format.state.into());
            }
        }
        Value::Object(members) => {
            // Passports are the one kind of document that every country issues.
            if members.get("type").is_some_and(|kind| kind == "passport") && members.contains_key("issuing_country") {
                members.insert("issuing_country".to_owned(), code.into());
            }
            members.iter_mut().for_each(|(name, value)| localize(value, name, country));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| localize(item, pointer, country)),
        Value::String(text) => {
            let fitting = match Place::new(pointer).name() {
                "country" | "nationality" | "birth_country" => code,
                "postal_code" => format.postal_code,
                "state" => format.state,
                _ => "",
            };
            if !fitting.is_empty() {
                fitting.clone_into(text);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
