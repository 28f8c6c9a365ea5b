//! The derived schema equals the published one, member by member.

use dossier_core::schema;
use serde_json::Value;

/// Everything that our schema adds to the published one.
const ADDED: &[&str] = &[
    "/oneOf/0/properties/email",
    "/oneOf/1/properties/email",
    "/oneOf/1/properties/associated_persons/items/properties/id",
];

fn published() -> Value {
    let document: Value = serde_json::from_str(include_str!("../../contract/update-customer.openapi.json"))
        .expect("the published document");
    document
        .pointer("/paths/~1v0~1customers~1{customer_id}/put/requestBody/content/application~1json/schema")
        .expect("the body of PUT")
        .clone()
}

/// Collects the place of every difference.
fn differences(ours: &Value, theirs: &Value, at: &str, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for name in ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name))) {
                let place = format!("{at}/{name}");
                match (ours.get(name), theirs.get(name)) {
                    (Some(ours), Some(theirs)) => differences(ours, theirs, &place, found),
                    _ => found.push(place),
                }
            }
        }
        // The orders of required members and of choices have no meaning, but we keep them as they are published.
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                differences(ours, theirs, &format!("{at}/{index}"), found);
            }
        }
        _ if ours != theirs => found.push(at.to_owned()),
        _ => {}
    }
}

#[test]
fn the_schema_of_put_is_the_published_one_except_for_documented_additions() {
    let mut found = Vec::new();
    differences(&schema::update_body(), &published(), "", &mut found);
    assert_eq!(found, ADDED);
}

#[test]
fn members_are_in_the_order_of_the_contract() {
    let published = published();
    for (branch, members) in
        [(0, dossier_core::customer::Individual::MEMBERS), (1, dossier_core::customer::Business::MEMBERS)]
    {
        let properties = published["oneOf"][branch]["properties"].as_object().expect("properties");
        // The e-mail is our addition: in the published contract it cannot be changed.
        assert_eq!(members[0], "email");
        assert_eq!(properties.keys().collect::<Vec<_>>(), members[1..]);
    }
}
