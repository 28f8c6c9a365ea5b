//! The audit trail.

use dossier_core::audit::Action;
use serde_json::{Value, json};

use super::parts::{AUDIT, answer, limit, query};

pub(super) fn list() -> Value {
    let cursor = json!({ "type": "string", "pattern": "^A{3}[A-Za-z0-9_-]{7}[AEIMQUYcgkosw048]$" });
    let id = json!({ "type": "string", "format": "uuid" });
    let actions: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
    let actor = json!({ "type": "string", "maxLength": 256, "examples": ["operator", "operator:Ada Lovelace"] });
    let time = json!({ "type": "string", "format": "date-time" });
    json!({
        "operationId": "listAuditEntries",
        "tags": [AUDIT],
        "summary": "List entries of the audit trail, newest first",
        "description": "Entries of this account and environment. Nothing personal is among them: before and after of \
            a change are sealed, and are shown by `dossier audit show` alone. A request looks through a few thousand \
            entries at most, so a page may have few items, or none, although next_cursor leads to more.",
        "parameters": [
            limit(),
            query("cursor", "`next_cursor` of the page before, with the same filters", cursor),
            query("customer_id", "Entries about this customer", id),
            query("action", "Entries of this action", json!({ "type": "string", "enum": actions })),
            query("actor", "Entries of this actor: `system`, `operator:<name>`, `key:<id>` or `session:<id>`; \
                `operator`, `key` or `session` alone for all of a kind", actor),
            query("from", "Entries at this moment or later", time.clone()),
            query("to", "Entries before this moment", time),
        ],
        "responses": { "200": answer("Entries", "AuditList") },
    })
}
