//! The conditions of rules, as data.

use serde::Deserialize;

use crate::customer::profile::CustomerType;

/// Conditions, all of which must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// The type of the customer.
    pub r#type: Option<CustomerType>,
    /// The country of the address is one of these codes, or in one of these groups.
    pub country: Option<Vec<String>>,
    /// The purpose of the account is one of these.
    pub purpose: Option<Vec<String>>,
    /// The expected monthly volume is at least this, in US dollars.
    pub volume_from: Option<f64>,
    /// Applies the rule to every associated person with one of these roles. Pointers then start at that person.
    pub role: Option<Vec<Role>>,
    /// Another field has one of certain values.
    pub field: Option<FieldSays>,
    /// At least one of these holds.
    pub any: Option<Vec<When>>,
}

/// A condition on another field. It does not hold when the field is absent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldSays {
    /// The field, as a JSON Pointer.
    pub pointer: String,
    /// Its value is one of these.
    #[serde(default)]
    pub is: Option<Vec<String>>,
    /// Its value is none of these.
    #[serde(default)]
    pub not: Option<Vec<String>>,
}

/// The role of a person in a business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owns 25 % or more.
    Owner,
    /// Has control over the business.
    Controller,
}

impl When {
    /// The types of customers for whom the conditions can hold.
    pub(super) fn types(&self) -> Vec<CustomerType> {
        match (self.r#type, &self.role) {
            (Some(kind), _) => vec![kind],
            (None, Some(_)) => vec![CustomerType::Corporate],
            (None, None) => vec![CustomerType::Individual, CustomerType::Corporate],
        }
    }

    /// Where the pointers of a rule with these conditions start.
    pub(super) const fn base(&self) -> &'static str {
        if self.role.is_some() { "/associated_persons/0" } else { "" }
    }
}
