//! The sandbox: simulated steps, and its clock.

use serde_json::{Value, json};

use super::parts::{SANDBOX, answer, answer_with, body};

pub(super) fn simulate() -> Value {
    let example = json!({ "action": "kyc.status.approve", "customer_id": "019abc00-0000-7000-8000-000000000000" });
    json!({
        "operationId": "simulate",
        "tags": [SANDBOX],
        "summary": "Make something happen to a sandbox customer",
        "description": "Every transition of the table of states can be reached; the API guide lists them.",
        "requestBody": body("Simulation", true, &example),
        "responses": { "200": answer_with("It happened", "Empty", &["ETag"]) },
    })
}

pub(super) fn read_clock() -> Value {
    json!({
        "operationId": "readSandboxClock",
        "tags": [SANDBOX],
        "summary": "Read the clock of the sandbox",
        "description": "How far it is ahead of the real time.",
        "responses": { "200": answer("The time in the sandbox", "SandboxClock") },
    })
}

pub(super) fn advance_clock() -> Value {
    json!({
        "operationId": "advanceSandboxClock",
        "tags": [SANDBOX],
        "summary": "Advance the clock of the sandbox",
        "description": "Links, deliveries and everything else that waits in this sandbox read it. It cannot be put \
            back.",
        "requestBody": body("Advance", true, &json!({ "advance": "P1D" })),
        "responses": { "200": answer("The time in the sandbox", "SandboxClock") },
    })
}
