//! What a member entered into the form of a decision. It is kept when the form is shown again.

use dossier_core::kyc::Reasons;
use dossier_core::kyc::decision::NewDecision;
use dossier_core::services::Services;
use dossier_core::use_cases::decide::read;
use dossier_core::use_cases::write_customer::UpdateError;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::fields::Fields;

/// The fields of the form.
#[derive(Default)]
pub struct Entered {
    /// The version of the record that the member looked at.
    pub version: u64,
    /// An outcome, or `escalate`.
    pub outcome: String,
    pub requirements: Vec<String>,
    pub rails: Vec<String>,
    pub reasons: Vec<String>,
    pub comment: String,
    pub note: String,
    /// `preview`, `confirm` or `edit`.
    pub step: String,
    /// Whether a form was sent, so that boxes which are not checked were unchecked.
    pub is_sent: bool,
}

impl Entered {
    /// A form in which nothing is entered yet.
    #[must_use]
    pub fn new(version: u64) -> Self {
        Self { version, ..Self::default() }
    }

    /// Reads a form.
    #[must_use]
    pub fn read(fields: &Fields) -> Self {
        let mut entered = Self { is_sent: true, ..Self::default() };
        for (name, value) in fields.iter() {
            // Browsers send line breaks as CR LF.
            let value = value.replace("\r\n", "\n");
            match name {
                "version" => entered.version = value.parse().unwrap_or(0),
                "outcome" => entered.outcome = value,
                "requirement" => entered.requirements.push(value),
                "rail" => entered.rails.push(value),
                "reason" => entered.reasons.push(value),
                "comment" => entered.comment = value,
                "note" => entered.note = value,
                "step" => entered.step = value,
                _ => {}
            }
        }
        entered
    }

    /// Takes what the reasons say to the customer, if the member wrote nothing.
    pub fn fill_comment(&mut self, reasons: &Reasons, language: &str) {
        if self.comment.trim().is_empty() && self.step == "preview" {
            let texts = self.reasons.iter().filter_map(|code| reasons.get(code)?.text(language));
            self.comment = texts.collect::<Vec<_>>().join("\n\n");
        }
    }

    /// The body of a decision.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut body = json!({ "outcome": self.outcome });
        match self.outcome.as_str() {
            "request_resubmission" => body["requirements"] = json!(self.requirements),
            "approve" if !self.rails.is_empty() => {
                let rail = |rail: &String| {
                    let (currency, name) = rail.split_once('/').unwrap_or((rail, ""));
                    json!({ "currency": currency, "payment_rails": name })
                };
                body["rails"] = self.rails.iter().map(rail).collect();
            }
            _ => {}
        }
        if !self.reasons.is_empty() {
            body["reason_codes"] = json!(self.reasons);
        }
        for (name, text) in [("comment", &self.comment), ("note", &self.note)] {
            if !text.trim().is_empty() {
                body[name] = json!(text.trim());
            }
        }
        body
    }

    /// The decision, checked as the API checks it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn decision(&self, services: &Services) -> Result<NewDecision, UpdateError> {
        read(services, self.json().to_string().as_bytes())
    }

    /// The fields once more, for the form that confirms.
    #[must_use]
    pub fn hidden(&self) -> Markup {
        let lists = [("requirement", &self.requirements), ("rail", &self.rails), ("reason", &self.reasons)];
        html! {
            input type="hidden" name="version" value=(self.version);
            input type="hidden" name="outcome" value=(self.outcome);
            @for (name, values) in lists {
                @for value in values { input type="hidden" name=(name) value=(value); }
            }
            textarea name="comment" hidden { (self.comment) }
            textarea name="note" hidden { (self.note) }
        }
    }
}
