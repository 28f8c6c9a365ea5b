//! What a developer enters about a webhook. It is kept when the form is shown again.

use dossier_core::api_key::{KeyRecord, KeyScope, KeyState};
use dossier_core::clock::Timestamp;
use dossier_core::event::EventType;
use dossier_core::ids::KeyId;
use dossier_core::violation::Violations;
use dossier_core::webhook::Endpoint;
use maud::{Markup, html};

use super::frame::select;
use crate::desk::fields::Fields;
use crate::desk::queue::visible;
use crate::desk::text::say;

/// A new webhook, as it was entered.
pub struct Entered {
    pub url: String,
    pub types: Vec<String>,
    pub key: String,
    /// Whether no key was chosen that may sign.
    pub lacks_key: bool,
    /// What is wrong with it.
    pub violations: Violations,
}

impl Default for Entered {
    fn default() -> Self {
        let types = vec![EventType::KycsUpdated.as_str().to_owned()];
        Self { url: String::new(), types, key: String::new(), lacks_key: false, violations: Violations(Vec::new()) }
    }
}

impl Entered {
    #[must_use]
    pub fn read(fields: &Fields) -> Self {
        Self {
            url: fields.get("url").trim().to_owned(),
            types: fields.all("type").map(ToOwned::to_owned).collect(),
            key: fields.get("key").to_owned(),
            lacks_key: false,
            violations: Violations(Vec::new()),
        }
    }

    /// The body of the API's own request for the same.
    #[must_use]
    pub fn body(&self) -> String {
        serde_json::json!({ "url": self.url, "event_types": self.types }).to_string()
    }

    /// The form for an endpoint as it is.
    #[must_use]
    pub fn of(endpoint: &Endpoint) -> Self {
        let types = endpoint.event_types.iter().map(|kind| kind.as_str().to_owned()).collect();
        Self { url: endpoint.url.clone(), types, ..Self::default() }
    }

    /// The fields, with what is wrong above each of them. Only a new webhook has a key to choose here.
    pub fn fields(&self, signers: Option<&[&KeyRecord]>) -> Markup {
        html! {
            label for="url" { (say("webhook-url")) }
            (self.problem("/url"))
            input #url type="text" name="url" value=(self.url) autocomplete="off" spellcheck="false" required
                aria-describedby=[self.wrong("/url").map(|_| "url-problem")];
            fieldset {
                legend { (say("webhook-types")) }
                (self.problem("/event_types"))
                @for kind in EventType::ALL {
                    label.choice {
                        input type="checkbox" name="type" value=(kind.as_str())
                            checked[self.types.iter().any(|one| one == kind.as_str())];
                        code { (kind.as_str()) }
                    }
                }
            }
            @if let Some(signers) = signers {
                @if self.lacks_key { p.status role="alert" { (say("webhook-key-wrong")) } }
                (signer_field(signers, &self.key))
            }
        }
    }

    fn wrong(&self, pointer: &str) -> Option<&str> {
        let found = self.violations.0.iter().find(|one| one.pointer.starts_with(pointer));
        found.map(|one| &*one.message)
    }

    fn problem(&self, pointer: &str) -> Markup {
        html! {
            @if let Some(text) = self.wrong(pointer) {
                p.status id={ (pointer.trim_start_matches('/')) "-problem" } { (text) }
            }
        }
    }
}

/// The keys that may sign: those that work and may read events, because they deliver them.
#[must_use]
pub fn signers(keys: &[KeyRecord], now: Timestamp) -> Vec<&KeyRecord> {
    let may = |key: &&KeyRecord| key.state(now) == KeyState::Active && key.scopes.contains(&KeyScope::EventsRead);
    keys.iter().filter(may).collect()
}

/// The key that was chosen, if it may sign.
#[must_use]
pub fn chosen(signers: &[&KeyRecord], text: &str) -> Option<KeyId> {
    let id = KeyId::parse(text)?;
    signers.iter().any(|key| key.key_id == id).then_some(id)
}

/// The choice of the key that signs.
pub fn signer_field(signers: &[&KeyRecord], chosen: &str) -> Markup {
    let options: Vec<_> =
        signers.iter().map(|key| (key.key_id.to_string(), format!("{} ({})", visible(&key.name), key.hint))).collect();
    html! {
        (select("key", &say("webhook-key"), &options, chosen))
        p.hint { (say("webhook-key-text")) }
    }
}
