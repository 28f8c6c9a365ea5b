//! The arguments that select customers of a list.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use dossier_core::clock::Timestamp;
use dossier_core::customer::CustomerType;
use dossier_core::customer::filter::{Filter, Status};
use serde::{Deserialize, Serialize};

#[derive(Default, Args, Serialize, Deserialize)]
pub struct FilterArgs {
    /// Only customers whose verification has this status
    #[arg(long, value_parser = status())]
    #[serde(default)]
    pub status: Option<Status>,
    /// Only individuals, or only businesses
    #[arg(long = "type", value_name = "TYPE", value_parser = kind())]
    #[serde(default)]
    pub kind: Option<CustomerType>,
    /// Only customers who were created at this moment or later, such as 2026-01-05T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    #[serde(default)]
    pub created_from: Option<Timestamp>,
    /// Only customers who were created earlier
    #[arg(long, value_name = "TIME", value_parser = moment)]
    #[serde(default)]
    pub created_before: Option<Timestamp>,
    /// Only customers who were changed at this moment or later
    #[arg(long, value_name = "TIME", value_parser = moment)]
    #[serde(default)]
    pub updated_from: Option<Timestamp>,
    /// Only customers whose last change was earlier
    #[arg(long, value_name = "TIME", value_parser = moment)]
    #[serde(default)]
    pub updated_before: Option<Timestamp>,
}

fn status() -> impl TypedValueParser<Value = Status> {
    let words = Status::ALL.iter().map(|status| status.as_str());
    PossibleValuesParser::new(words).map(|word| Status::parse(&word).expect("it is one of the possible values"))
}

fn kind() -> impl TypedValueParser<Value = CustomerType> {
    let words = CustomerType::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(words).map(|word| CustomerType::parse(&word).expect("it is one of the possible values"))
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "must be a moment as in RFC 3339, such as 2026-01-05T12:00:00Z".to_owned())
}

impl FilterArgs {
    /// The filter, which by default selects every customer.
    pub(super) fn filter(&self) -> Filter {
        let range = |from: Option<Timestamp>, before: Option<Timestamp>| {
            let [least, most] = [i64::MIN, i64::MAX].map(Timestamp::from_micros);
            (from.is_some() || before.is_some()).then(|| from.unwrap_or(least)..before.unwrap_or(most))
        };
        Filter {
            status: self.status,
            kind: self.kind,
            created: range(self.created_from, self.created_before),
            updated: range(self.updated_from, self.updated_before),
        }
    }
}
