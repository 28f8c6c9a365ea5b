//! Audit entries as text for people.

use serde_json::Value;

use super::output::shown;

/// The maximum width of a line, in characters.
const WIDTH: usize = 120;
/// The width of the first column, which is blank in the second line of an entry.
const NUMBER: usize = 7;

/// Lists entries: a line for each, and a second one for the customer, the decision and the changed fields.
pub(super) fn list(entries: &Value) -> String {
    let entries = entries.as_array().map_or(&[][..], Vec::as_slice);
    if entries.is_empty() {
        return "no entries".to_owned();
    }
    entries.iter().map(line_and_more).collect::<Vec<_>>().join("\n")
}

fn line_and_more(entry: &Value) -> String {
    let text = |name: &str| entry[name].as_str().unwrap_or("-");
    let line =
        format!("{:<NUMBER$} {:<26}{:<32}{}", entry["seq"].to_string(), text("at"), text("action"), text("actor"));
    let customer = entry["customer_id"].as_str().map(|id| format!("customer {id}"));
    let fields: Vec<_> = entry["fields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let decision = decision(&entry["decision"]);
    // The changed field of a decision is always the same.
    let fields = Some(fields.join(" ")).filter(|fields| !fields.is_empty() && decision.is_none());
    let more: Vec<_> = [customer, decision, fields].into_iter().flatten().collect();
    if more.is_empty() {
        return cut(&line);
    }
    format!("{}\n{}", cut(&line), cut(&format!("{:NUMBER$} {}", "", more.join("  "))))
}

/// `approve (verified) approved: eur/sepa usd/ach`; `None` for an entry without a decision.
fn decision(decision: &Value) -> Option<String> {
    let outcome = decision["outcome"].as_str()?;
    let list = |name: &str| decision[name].as_array().map_or(&[][..], Vec::as_slice);
    let reasons: Vec<_> = list("reason_codes").iter().filter_map(Value::as_str).collect();
    let reasons = Some(format!("({})", reasons.join(", "))).filter(|_| !reasons.is_empty());
    let mut by_status: Vec<(&str, String)> = Vec::new();
    for rail in list("rails") {
        let part = |name: &str| rail[name].as_str().unwrap_or("-");
        let name = format!(" {}/{}", part("currency"), part("payment_rails"));
        match by_status.iter_mut().find(|(status, _)| *status == part("status")) {
            Some((_, names)) => names.push_str(&name),
            None => by_status.push((part("status"), name)),
        }
    }
    let rails = by_status.into_iter().map(|(status, names)| format!("{status}:{names}"));
    // Reasons come first: they are few, and the end of a long line is cut.
    Some([outcome.to_owned()].into_iter().chain(reasons).chain(rails).collect::<Vec<_>>().join(" "))
}

fn cut(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}

/// An entry: its plain members, then the values of each changed field.
pub(super) fn entry(entry: &Value) -> String {
    let mut lines = Vec::new();
    for (name, label) in [
        ("seq", "number"),
        ("at", "when"),
        ("actor", "who"),
        ("address", "from"),
        ("action", "what"),
        ("customer_id", "customer"),
        ("version", "version"),
        ("note", "note"),
        ("request_id", "request"),
        ("hash", "hash"),
    ] {
        match &entry[name] {
            Value::Null => {}
            Value::String(text) => lines.push(format!("{label:10}{}", shown(text))),
            value => lines.push(format!("{label:10}{value}")),
        }
    }
    if entry["note_erased"] == true {
        lines.push(format!("{:10}erased, if there was one", "note"));
    }
    let erased: Vec<_> = entry["erased"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !erased.is_empty() {
        lines.push(format!("{:10}{}", "erased", erased.join(" ")));
    }
    lines.extend(decision(&entry["decision"]).map(|decision| format!("{:10}{decision}", "decision")));
    for change in entry["changes"].as_array().into_iter().flatten() {
        lines.push(shown(change["pointer"].as_str().unwrap_or("-")));
        if change["erased"] == true {
            lines.push("  erased".to_owned());
            continue;
        }
        for side in ["before", "after"] {
            let json = serde_json::to_string_pretty(&change[side]).expect("JSON has string keys only");
            lines.push(format!("  {side:8}{}", json.lines().map(shown).collect::<Vec<_>>().join("\n          ")));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "019abc00-0000-7000-8000-000000000000";

    fn example() -> Value {
        let rails = ["aed/uaefts", "eur/sepa", "usd/ach", "usd/wire", "usd/swift"].map(|rail| {
            let (currency, rail) = rail.split_once('/').expect("a rail");
            json!({ "currency": currency, "payment_rails": rail, "status": "approved" })
        });
        json!({
            "seq": 12, "at": "2026-01-05T12:00:00.000Z", "actor": "operator:Ada Lovelace", "action": "kyc.decided",
            "customer_id": ID, "version": 3, "fields": ["/kycs"], "request_id": "cli-1", "hash": "00",
            "decision": { "outcome": "approve", "rails": rails, "reason_codes": ["verified"] },
        })
    }

    #[test]
    fn a_list_fits_120_columns() {
        let mut long = example();
        long["actor"] = format!("operator:{}", "é".repeat(128)).into();
        let updated = json!({
            "seq": 1_234_567, "at": "2026-01-05T12:00:00.000Z", "actor": format!("session:{ID}"),
            "action": "customer.updated", "customer_id": ID, "version": 3,
            "fields": vec!["/associated_persons/0/identifying_information"; 20], "decision": null,
        });
        let text = list(&json!([example(), long, updated]));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        let expected = [
            "12      2026-01-05T12:00:00.000Z  kyc.decided                     operator:Ada Lovelace",
            "        customer 019abc00-0000-7000-8000-000000000000  approve (verified) approved: aed/uaefts eur/sepa \
                usd/ach usd/wir…",
            "1234567 2026-01-05T12:00:00.000Z  customer.updated                \
                session:019abc00-0000-7000-8000-000000000000",
            "        customer 019abc00-0000-7000-8000-000000000000  /associated_persons/0/identifying_information \
                /associated_person…",
        ];
        assert_eq!(list(&json!([example(), updated])).lines().collect::<Vec<_>>(), expected);
        assert_eq!(list(&json!([])), "no entries");
    }

    #[test]
    fn an_entry_shows_each_place_before_and_after() {
        let mut whole = example();
        whole["changes"] = json!([
            { "pointer": "/kycs", "before": { "state": "submitted" }, "after": { "state": "approved" } },
            { "pointer": "/first_name", "before": null, "after": "A\u{9b}2J" },
            { "pointer": "/last_name", "erased": true },
        ]);
        whole["address"] = "192.0.2.1".into();
        whole["note_erased"] = true.into();
        whole["erased"] = json!([ID]);
        let text = entry(&whole);
        let (plain, places) = text.split_at(text.find("/kycs").expect("a place"));
        assert!(
            plain.starts_with("number    12\nwhen      2026-01-05T12:00:00.000Z\nwho       operator:Ada Lovelace\n")
        );
        assert!(
            plain.contains("\nfrom      192.0.2.1\n")
                && plain.contains(&format!("\nnote      erased, if there was one\nerased    {ID}\n"))
                && plain.contains("\ndecision  approve (verified) approved: aed/")
        );
        let expected = [
            "/kycs",
            "  before  {",
            r#"            "state": "submitted""#,
            "          }",
            "  after   {",
            r#"            "state": "approved""#,
            "          }",
            "/first_name",
            "  before  null",
            "  after   \"A\u{fffd}2J\"",
            "/last_name",
            "  erased",
        ];
        assert_eq!(places.lines().collect::<Vec<_>>(), expected);
    }
}
