//! `expand`: what a read of customers returns besides the customer object.

use dossier_core::caller::Caller;
use dossier_core::customer::{Customer, CustomerView};
use dossier_core::store::StoreError;
use dossier_core::violation::Code;
use serde_json::{Value, json};

use crate::http::openapi::parts::query;
use crate::http::problem::Problem;
use crate::http::query::{Parameters, Query};
use crate::http::state::App;

#[derive(Debug, Clone, Copy, Default)]
pub struct Expand {
    /// Every KYC field as stored.
    pub profile: bool,
    /// The documents, with the details of their files.
    pub documents: bool,
    /// The requirements, each with its state.
    pub requirements: bool,
}

impl Expand {
    /// Reads `expand` where it is the only parameter.
    pub fn only(query: Query) -> Result<Self, Problem> {
        let mut parameters = query.only(&["expand"]);
        let expand = Self::read(&mut parameters);
        parameters.end().map(|()| expand)
    }

    /// Reads `expand` among others.
    pub fn read(parameters: &mut Parameters) -> Self {
        let parse = |list: &str| {
            let mut expand = Self::default();
            for name in list.split(',') {
                match name {
                    "profile" => expand.profile = true,
                    "documents" => expand.documents = true,
                    "requirements" => expand.requirements = true,
                    _ => return None,
                }
            }
            Some(expand)
        };
        let message = "must be one or more of: profile, documents, requirements";
        parameters.read("expand", parse, Code::UnknownValue, message).unwrap_or_default()
    }

    /// Its description in the OpenAPI document.
    #[must_use]
    pub fn parameter() -> Value {
        query(
            "expand",
            "What else to return, separated by commas: `profile`, `documents`, `requirements`",
            json!({
                "type": "string",
                "pattern": "^(profile|documents|requirements)(,(profile|documents|requirements))*$",
                "examples": ["profile,documents,requirements"],
            }),
        )
    }

    /// Whether the whole record is needed.
    #[must_use]
    pub const fn whole(self) -> bool {
        self.profile || self.documents || self.requirements
    }

    /// Appends the JSON of a customer with the requested parts.
    pub async fn write(
        self,
        app: &App,
        caller: &Caller,
        customer: &Customer,
        json: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let summary = customer.summary();
        let mut view = CustomerView::new(&summary, self.profile.then_some(&customer.profile));
        if self.documents {
            let files = app.services.store.files(caller.scope, &customer.profile.files(), Some(customer.id)).await?;
            view = view.with_documents(customer.profile.documents_view(customer.id, &files));
        }
        if self.requirements {
            let requirements = app.services.policy.rules.of(customer, app.services.now(caller.scope));
            view.with_requirements(&requirements).write(json);
        } else {
            view.write(json);
        }
        Ok(())
    }

    /// The same parameter for the link to the next page.
    pub fn query(self) -> String {
        let parts = [("profile", self.profile), ("documents", self.documents), ("requirements", self.requirements)];
        let names: Vec<_> = parts.iter().filter(|(_, is_wanted)| *is_wanted).map(|(name, _)| *name).collect();
        if names.is_empty() { String::new() } else { format!("&expand={}", names.join(",")) }
    }
}
