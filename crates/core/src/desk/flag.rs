//! What a machine finds in a record without guessing. A flag decides nothing; it shows a reviewer where to look.

use serde_json::Value;

use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::file::record::Flaw;
use crate::form::calendars::{OLDEST_FORMATION, OLDEST_YEARS};
use crate::hidden::hiding;
use crate::place::Place;
use crate::words::words;

/// How far shares may be from 100 % because of rounding.
const ROUNDING: f64 = 0.05;

words! {
    /// What a machine found.
    FlagKind {
        InvisibleCharacters = "invisible_characters": "The text contains invisible characters.",
        ImpossibleYear = "impossible_year": "No living person was born, and hardly any business founded, in this year.",
        LockedPdf = "locked_pdf": "The PDF opens only with a password.",
        UnusablePicture = "unusable_picture": "The picture is too small to prove anything.",
        SharesDoNotAddUp = "shares_do_not_add_up": "The shares of the owners do not add up to 100 %.",
        CountryDiffers = "country_differs": "The country that issued the document is not that of the address.",
        SameNumber = "same_number": "Another customer has the same number.",
        SameFile = "same_file": "Another customer gave the same file.",
    }
}

/// Something that a machine found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// What was found.
    pub kind: FlagKind,
    /// Where, as a JSON Pointer into the PUT body.
    pub pointer: String,
}

impl FlagKind {
    /// Whether a reviewer should look into it before approving the customer.
    #[must_use]
    pub const fn is_serious(self) -> bool {
        matches!(self, Self::InvisibleCharacters | Self::ImpossibleYear | Self::LockedPdf | Self::UnusablePicture)
    }
}

impl Customer {
    /// The flags that follow from the record alone.
    #[must_use]
    pub fn desk_flags(&self, now: Timestamp) -> Vec<Flag> {
        let profile = self.profile.to_json();
        let mut flags = Vec::new();
        texts(&profile, &mut String::new(), &mut |pointer, name, text| {
            if hiding(text).iter().any(|(_, hides)| *hides) {
                flags.push(Flag { kind: FlagKind::InvisibleCharacters, pointer: pointer.to_owned() });
            }
            if is_impossible(name, text, now) {
                flags.push(Flag { kind: FlagKind::ImpossibleYear, pointer: pointer.to_owned() });
            }
        });
        for flaw in self.kyc.flaws.values() {
            let kind = match flaw {
                Flaw::NeedsPassword => FlagKind::LockedPdf,
                Flaw::UnusablePicture => FlagKind::UnusablePicture,
            };
            flags.push(Flag { kind, pointer: "/documents".to_owned() });
        }
        if shares(&profile).is_some_and(|sum| (sum - 100.0).abs() > ROUNDING) {
            // This concerns the owners together, not one of them.
            flags.push(Flag { kind: FlagKind::SharesDoNotAddUp, pointer: "/associated_persons/-".to_owned() });
        }
        let persons = profile["associated_persons"].as_array().into_iter().flatten().enumerate();
        let persons = persons.map(|(index, person)| (format!("/associated_persons/{index}"), person));
        for (pointer, person) in [(String::new(), &profile)].into_iter().chain(persons) {
            let issued = &person["identifying_information"]["id_document"]["issuing_country"];
            let lives = &person["residential_address"]["country"];
            if issued.is_string() && lives.is_string() && issued != lives {
                let pointer = format!("{pointer}/identifying_information/id_document");
                flags.push(Flag { kind: FlagKind::CountryDiffers, pointer });
            }
        }
        flags
    }
}

/// Calls `visit` with the place, the name and the value of every text.
fn texts(value: &Value, pointer: &mut String, visit: &mut impl FnMut(&str, &str, &str)) {
    let length = pointer.len();
    match value {
        Value::String(text) => {
            visit(pointer, Place::new(pointer).name(), text);
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                texts(item, pointer, visit);
                pointer.truncate(length);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                pointer.push('/');
                pointer.push_str(name);
                texts(member, pointer, visit);
                pointer.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_impossible(name: &str, text: &str, now: Timestamp) -> bool {
    let Some(year) = text.get(..4).and_then(|year| year.parse::<i16>().ok()) else { return false };
    let today = now.to_string();
    let this_year = today[..4].parse::<i16>().unwrap_or(i16::MAX);
    match name {
        "birth_date" => year < this_year - OLDEST_YEARS || text > today.get(..10).unwrap_or_default(),
        "formation_date" => year < OLDEST_FORMATION || text > today.get(..10).unwrap_or_default(),
        _ => false,
    }
}

/// The sum of the shares of all owners, if there are owners and every share is a number.
fn shares(profile: &Value) -> Option<f64> {
    let persons = profile["associated_persons"].as_array()?;
    let shares: Vec<_> = persons.iter().filter_map(|person| person["ownership_percentage"].as_str()).collect();
    if shares.is_empty() {
        return None;
    }
    shares.iter().map(|share| share.trim().trim_end_matches('%').trim().parse::<f64>().ok()).sum()
}
