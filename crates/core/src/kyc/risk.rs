//! High risk: the rules say for which customers the risk is high, and why.

use serde::Serialize;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::customer::profile::CustomerType;
use crate::customer::record::Customer;
use crate::kyc::facts::{Facts, Prospect, for_each_owner};
use crate::kyc::rules::RuleSet;

/// A reason why the risk of a customer is high.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// The id of the rule.
    pub id: String,
    /// Why the risk is high, in English.
    pub because: String,
    /// The associated person that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<String>,
}

impl RuleSet {
    /// Why the risk of a customer is high, in the order of the rules. It is not high if no rule says so. A rule about
    /// persons gives a reason for each of them.
    #[must_use]
    pub fn risks(&self, customer: &Customer, now: Timestamp) -> Vec<Risk> {
        // Most sets of rules have none.
        if self.risks.is_empty() {
            return Vec::new();
        }
        self.risks_of(customer.profile.kind(), &customer.profile.to_json(), now)
    }

    fn risks_of(&self, kind: CustomerType, profile: &Value, now: Timestamp) -> Vec<Risk> {
        let unknown = Prospect::default();
        let facts = &Facts::of(kind, profile, &unknown, now).with_unreadable_volume(profile);
        let mut risks = Vec::new();
        for rule in &self.risks {
            for_each_owner(&rule.when, facts, profile, |owner, _, person| {
                if self.holds(&rule.when, facts, owner) {
                    let (id, because) = (rule.id.clone(), rule.because.clone());
                    risks.push(Risk { id, because, person_id: person.map(ToOwned::to_owned) });
                }
            });
        }
        risks
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::customer::profile::CustomerType::{Corporate, Individual};

    const RISKS: &str = r#"
        version = "1"
        [groups]
        watched = ["IR", "KP"]
        [[risk]]
        id = "volume"
        when = { volume_from = 100000 }
        because = "A large volume."
        [[risk]]
        id = "country"
        when = { type = "individual", any = [
            { country = ["watched"] }, { field = { pointer = "/nationality", is = ["IR", "KP"] } },
        ] }
        because = "A watched country."
        [[risk]]
        id = "owner"
        when = { role = ["owner"], field = { pointer = "/residential_address/country", is = ["IR"] } }
        because = "An owner in a watched country."
    "#;

    #[test]
    fn the_risk_is_high_for_the_reasons_that_the_rules_give() {
        let rules = RuleSet::read(RISKS).expect("rules");
        let owner = |country: &str, share: &str| {
            let address = json!({ "country": country });
            json!({ "id": "p", "has_ownership": true, "ownership_percentage": share, "residential_address": address })
        };
        let owned = |country: &str, share: &str| json!({ "associated_persons": [owner(country, share)] });
        let cases: [(CustomerType, Value, &[&str]); 10] = [
            (Individual, json!({}), &[]),
            (Individual, json!({ "expected_monthly_volume_usd": "99,999" }), &[]),
            (Individual, json!({ "expected_monthly_volume_usd": "100,000" }), &["volume"]),
            (Individual, json!({ "residential_address": { "country": "KP" } }), &["country"]),
            (Individual, json!({ "nationality": "IR", "expected_monthly_volume_usd": "much" }), &["volume", "country"]),
            (Individual, json!({ "expected_monthly_volume_usd": " " }), &[]),
            (Individual, json!({ "nationality": "FR" }), &[]),
            (Corporate, owned("IR", "25"), &["owner"]),
            (Corporate, owned("IR", "24"), &[]),
            (Corporate, owned("FR", "100"), &[]),
        ];
        for (kind, profile, expected) in cases {
            let found = rules.risks_of(kind, &profile, Timestamp::from_micros(0));
            let ids: Vec<&str> = found.iter().map(|risk| risk.id.as_str()).collect();
            assert_eq!(ids, expected, "{profile}");
            assert!(found.iter().all(|risk| risk.person_id.is_some() == (risk.id == "owner")), "{profile}");
        }
    }

    #[test]
    fn the_baseline_calls_no_risk_high() {
        assert!(RuleSet::baseline().risks.is_empty());
    }
}
