//! Values of a record in the form in which people write them, in English.

use std::borrow::Cow;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::pages::language::Language;

/// The label of a member of a record.
#[must_use]
pub fn label(member: &str) -> Cow<'_, str> {
    Cow::Borrowed(match member {
        "account_purpose_other" => "Other account purpose",
        "address" => "Verified address",
        "at" => "Date",
        "associated_persons" => "Owners and controllers",
        "attached_at" => "Added to the record",
        "created_at" => "Created",
        "customer_id" => "Customer ID",
        "doc_side" => "Side",
        "email" => "Email",
        "expected_monthly_volume_usd" => "Expected monthly volume (USD)",
        "exported_at" => "Exported",
        "file_id" => "File ID",
        "id" => "ID",
        "id_document" => "ID document",
        "in_record" => "Still in the record",
        "person_id" => "Person",
        "sha256" => "SHA-256 of the text",
        "status_breakdown" | "rails" => "Payment rails",
        "sub_status" => "Detail",
        "updated_at" => "Last changed",
        "uploaded_at" => "Uploaded",
        member => return Cow::Owned(words(member)),
    })
}

/// A word of the API as people write it: `self_employed` becomes "Self employed".
#[must_use]
pub fn words(word: &str) -> String {
    let text = word.replace('_', " ");
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let text: String = first.into_iter().chain(letters).collect();
    if text.starts_with("Kyc ") { text.replacen("Kyc", "KYC", 1) } else { text }
}

/// `29 November 2026, 23:48:03`, in UTC.
#[must_use]
pub fn moment(text: &str) -> Option<String> {
    let moment: jiff::Timestamp = text.parse().ok()?;
    Some(moment.to_zoned(TimeZone::UTC).strftime("%-d %B %Y, %H:%M:%S").to_string())
}

/// `29 November 2026`
#[must_use]
pub fn date(text: &str) -> Option<String> {
    Some(text.parse::<Date>().ok()?.strftime("%-d %B %Y").to_string())
}

/// `United Kingdom (GB)`
#[must_use]
pub fn country(code: &str) -> Option<String> {
    Language::English.country(code).map(|name| format!("{name} ({code})"))
}
