//! `dossier audit`: the audit trail.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::Value;

use super::PlaceArgs;
use super::output::shown;
use crate::admin::{AuditQuery, Command as AdminCommand};

/// The widest line of a list, in characters.
const WIDTH: usize = 120;
/// The width of the first column, which the lines below it leave blank.
const NUMBER: usize = 7;

#[derive(Subcommand)]
pub(super) enum Audit {
    /// List entries, newest first
    List {
        #[command(flatten)]
        place: PlaceArgs,
        /// Those about this customer
        #[arg(long, value_name = "ID")]
        customer: Option<String>,
        /// Those of this action, such as kyc.decided
        #[arg(long, value_name = "ACTION")]
        action: Option<String>,
        /// Those of this actor: system, operator:NAME, key:ID, session:ID, or operator, key or session for all of a
        /// kind
        #[arg(long, value_name = "ACTOR")]
        actor: Option<String>,
        /// Those at this moment or later, such as 2026-01-05 or 2026-01-05T12:00:00Z
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Those before this moment
        #[arg(long, value_name = "TIME")]
        to: Option<String>,
        /// Entries before this number
        #[arg(long, value_name = "SEQ")]
        before: Option<u64>,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show an entry with before and after of each changed place; the audit trail notes it
    Show {
        /// The number of the entry
        seq: u64,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Verify every chain, and that none is older than the anchor; exit status 1 if anything is wrong
    Verify {
        /// Also compare each account, key, customer, file and endpoint with the entry that wrote it
        #[arg(long)]
        records: bool,
        /// An anchor of another process, or checkpoints that were kept elsewhere; may be repeated [default: the anchor
        /// of this process]
        #[arg(long = "anchor", visible_alias = "checkpoint", value_name = "FILE")]
        anchors: Vec<PathBuf>,
    },
    /// Print how far every trail has come, a signed line each, to be kept elsewhere
    Checkpoint,
    /// Note that an older state of the database is meant, after it was restored; every process must be stopped
    AcceptRestore {
        /// The anchor of another process, so that its trails are noted as well; may be repeated
        #[arg(long = "anchor", value_name = "FILE")]
        anchors: Vec<PathBuf>,
    },
}

impl Audit {
    /// The command that the server, or this process, carries out.
    pub(super) fn command(self) -> Result<AdminCommand, String> {
        Ok(match self {
            Self::List { place, customer, action, actor, from, to, before, limit } => {
                let query = AuditQuery { customer_id: customer, action, actor, from, to };
                AdminCommand::AuditList { place: place.into(), query, before, limit }
            }
            Self::Show { seq, place } => AdminCommand::AuditShow { place: place.into(), seq },
            Self::Verify { records, anchors } => {
                AdminCommand::AuditVerify { records, anchors: super::read_anchors(&anchors)? }
            }
            Self::Checkpoint => AdminCommand::AuditCheckpoint,
            Self::AcceptRestore { anchors } => {
                AdminCommand::AuditAcceptRestore { anchors: super::read_anchors(&anchors)? }
            }
        })
    }
}

/// A list for people: a line for each entry, and one more for what it is about.
pub(super) fn list(entries: &Value) -> String {
    let entries = entries.as_array().map_or(&[][..], Vec::as_slice);
    if entries.is_empty() {
        return "nothing".to_owned();
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
    // The place of a decision says nothing more.
    let fields = Some(fields.join(" ")).filter(|fields| !fields.is_empty() && decision.is_none());
    let more: Vec<_> = [customer, decision, fields].into_iter().flatten().collect();
    if more.is_empty() {
        return cut(&line);
    }
    format!("{}\n{}", cut(&line), cut(&format!("{:NUMBER$} {}", "", more.join("  "))))
}

/// `approve (verified) approved: eur/sepa usd/ach`; `None` for an entry that is about no decision.
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
    // Reasons first: they are few, and what does not fit is cut.
    Some([outcome.to_owned()].into_iter().chain(reasons).chain(rails).collect::<Vec<_>>().join(" "))
}

fn cut(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}

/// An entry for people: what is plain, then each changed place.
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
        assert_eq!(list(&json!([])), "nothing");
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
        let text = entry(&whole);
        let (plain, places) = text.split_at(text.find("/kycs").expect("a place"));
        assert!(
            plain.starts_with("number    12\nwhen      2026-01-05T12:00:00.000Z\nwho       operator:Ada Lovelace\n")
        );
        assert!(
            plain.contains("\nfrom      192.0.2.1\n")
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
