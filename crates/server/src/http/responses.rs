//! Responses that handlers put together. Their schemas in the OpenAPI document are made from these types.

use dossier_core::clock::Timestamp;
use dossier_core::file::MediaType;
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::kyc::requirement::Requirement;
use dossier_core::retention::HoldView;
use dossier_core::use_cases::due_deletions::Deletion;
use dossier_core::webhook::Delivery;
use dossier_core::words;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
pub(crate) struct CustomerReference {
    pub(crate) customer_id: CustomerId,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct UploadedFile<'a> {
    pub(crate) id: FileId,
    /// The name that it was uploaded with, without folders and hidden characters.
    pub(crate) name: &'a str,
    pub(crate) r#type: MediaType,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct RequirementList<'a> {
    /// The version of the rules.
    pub(crate) rule_set: &'a str,
    pub(crate) items: Vec<Requirement>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct SandboxClock {
    pub(crate) now: Timestamp,
    /// How far it is ahead of real time.
    pub(crate) ahead_seconds: i64,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct DeliveryList {
    pub(crate) items: Vec<Delivery>,
    /// Pass it as `cursor` to get the next page; `null` on the last page.
    pub(crate) next_cursor: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct DeletionList {
    pub(crate) items: Vec<Deletion>,
    /// Pass it as `cursor` to get the next page; `null` on the last page.
    pub(crate) next_cursor: Option<CustomerId>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct HoldList<'a> {
    pub(crate) items: Vec<HoldView<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct ServiceStatus {
    pub(crate) status: Health,
}

words! {
    /// What a probe is told.
    Health { Ok = "ok", Ready = "ready" }
}
