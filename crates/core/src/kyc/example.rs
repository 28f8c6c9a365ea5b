//! Examples of requirements: those of the rules, adapted to the country of the customer or person.

use serde_json::Value;

use crate::customer::postal_code::AddressFormat;
use crate::parse::leaf::Country;
use crate::place::Place;

/// The country in the address of the customer or person.
pub(super) fn home(owner: &Value) -> Option<Country> {
    let addresses = ["residential_address", "business_address"].into_iter();
    addresses.filter_map(|name| owner.get(name)?.get("country")?.as_str()).find_map(Country::new)
}

/// Adapts an example to a country. Numbers stay as they are, because no table says what they look like elsewhere.
pub(super) fn localize(example: &mut Value, pointer: &str, country: Country) {
    let format = AddressFormat::of(country);
    let code = country.expose();
    match example {
        // An example that was written for this country needs no change.
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
            // Every country issues passports. That is true of no other document.
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
