//! `dossier erasure`.

use std::path::PathBuf;
use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use dossier_core::idempotency;
use dossier_core::ids::{AccountId, CustomerId, PersonId};
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::use_cases::{erase, erase_person};
use dossier_store::certificate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, Local, LocalCommand, group};
use super::context::{CommandContext, ScopeArgs};
use super::output::with_progress;
use super::review::in_words;
use crate::backup::prove::{Sources, prove};
use crate::erasures::ErasureState;
use crate::errors::text;

group! {
    /// Erase customers and associated persons, verify certificates of erasure, and test what a backup reveals
    Erasure { Request, Show, Cancel, Key } local { Verify, Prove }
}

/// Schedule the erasure of a customer or of one associated person, or show what it would do
#[derive(Args, Serialize, Deserialize)]
pub struct Request {
    /// The customer's id
    pub customer_id: String,
    /// Only this associated person
    #[arg(long, value_name = "ID")]
    #[serde(default)]
    pub person: Option<String>,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Why the customer or person is erased
    #[arg(long)]
    pub reason: String,
    /// Who asked for it
    #[arg(long, value_name = "NAME")]
    pub requested_by: String,
    /// Schedule nothing; show what the erasure would destroy and what would remain
    #[arg(long)]
    #[serde(default)]
    pub dry_run: bool,
}

#[async_trait]
impl DataCommand for Request {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let body = json!({ "reason": self.reason, "requested_by": self.requested_by, "dry_run": self.dry_run });
        let (id, body) = (CustomerId::parse(&self.customer_id), body.to_string());
        let request = idempotency::Request::unkeyed(body.as_bytes());
        let answer = match &self.person {
            None => erase::request(context.services, &caller, id, request).await,
            Some(person) => {
                erase_person::request(context.services, &caller, (id, PersonId::parse(person)), request).await
            }
        };
        serde_json::from_slice(answer.map_err(|error| of_person(error, self.person.is_some()))?.body.expose())
            .map_err(text)
    }
}

/// Why a request was refused. A person who is not found may belong to another customer.
fn of_person(error: UpdateError, is_of_person: bool) -> String {
    match error {
        UpdateError::NotFound if is_of_person => "there is no such associated person of such a customer".to_owned(),
        error => in_words(error),
    }
}

/// Show the erasure of a customer or of one associated person, with its certificates
#[derive(Args, Serialize, Deserialize)]
pub struct Show {
    /// The customer's id
    pub customer_id: String,
    /// Only this associated person
    #[arg(long, value_name = "ID")]
    #[serde(default)]
    pub person: Option<String>,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Show {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        const NONE: &str = "no such erasure was requested";
        let scope = context.scope(&self.scope).await?;
        let id = CustomerId::parse(&self.customer_id).ok_or(NONE)?;
        let (settings, now) = (&context.config.erasure, context.services.clock.now());
        let state = match &self.person {
            None => ErasureState::of(context.store, context.services, settings, (scope, id), now).await,
            Some(person) => {
                let person = PersonId::parse(person).ok_or(NONE)?;
                ErasureState::of_person(context.store, context.services, settings, (scope, id, person), now).await
            }
        };
        Ok(json!(state.map_err(text)?.ok_or(NONE)?))
    }
}

/// Cancel the scheduled erasure of a customer or of one associated person
#[derive(Args, Serialize, Deserialize)]
pub struct Cancel {
    /// The customer's id
    pub customer_id: String,
    /// Only this associated person
    #[arg(long, value_name = "ID")]
    #[serde(default)]
    pub person: Option<String>,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Cancel {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let id = CustomerId::parse(&self.customer_id);
        let person = self.person.as_deref().map(PersonId::parse);
        let cancelled = match person {
            None => erase::cancel(context.services, &caller, id).await,
            Some(person) => erase_person::cancel(context.services, &caller, (id, person)).await,
        };
        cancelled.map_err(|error| match error {
            UpdateError::NotFound => "no such erasure is scheduled".to_owned(),
            error => in_words(error),
        })?;
        Ok(json!({ "customer_id": id, "person_id": person.flatten(), "state": "cancelled" }))
    }
}

/// Show the fingerprint of the key that signs certificates
#[derive(Args, Serialize, Deserialize)]
pub struct Key {}

#[async_trait]
impl DataCommand for Key {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let installation = AccountId::from_bytes(context.store.installation());
        Ok(json!({ "installation": installation, "fingerprint": context.store.certifier().fingerprint() }))
    }
}

/// Verify a certificate, without a server and without a data folder
#[derive(Args)]
pub struct Verify {
    /// The file with the certificate
    pub file: PathBuf,
    /// The fingerprint that its key must have, from dossier erasure key
    #[arg(long)]
    pub fingerprint: Option<String>,
}

#[async_trait(?Send)]
impl LocalCommand for Verify {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let file = self.file.display();
        let certificate =
            std::fs::read_to_string(&self.file).map_err(|error| format!("cannot read {file}: {error}"))?;
        let verified = certificate::verify(&certificate).map_err(|error| format!("{file}: {error}"))?;
        let is_one = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if self.fingerprint.as_ref().is_some_and(|text| !is_one(text)) {
            return Err("a fingerprint has 64 hexadecimal digits".to_owned());
        }
        if self.fingerprint.as_ref().is_some_and(|wanted| !wanted.eq_ignore_ascii_case(&verified.fingerprint)) {
            let found = verified.fingerprint;
            return Err(format!("{file}: it was signed by another key, with the fingerprint {found}"));
        }
        local.output.value(&json!({ "statement": verified.statement, "fingerprint": verified.fingerprint }));
        Ok(ExitCode::SUCCESS)
    }
}

/// Try every key at hand on everything that a backup has about erased customers; exit status 1 if a key opens any of it
#[derive(Args)]
pub struct Prove {
    /// A place, for its newest backup, or PLACE/NAME
    #[arg(long, value_name = "BACKUP")]
    backup: String,
    /// Another copy of the keyring, with the key export and the ledger beside it; may be repeated
    #[arg(long, value_name = "FILE")]
    keyring: Vec<PathBuf>,
    /// A key export that is not beside a keyring or the backup; may be repeated
    #[arg(long, value_name = "FILE")]
    keys: Vec<PathBuf>,
    /// A copy of the ledger of erasures that is not beside a keyring
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

#[async_trait(?Send)]
impl LocalCommand for Prove {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let Self { backup, keyring, keys, ledger } = self;
        let (backup, keyrings, exports, ledger) = (backup.clone(), keyring.clone(), keys.clone(), ledger.clone());
        let sources = Sources { backup, keyrings, exports, ledger };
        let proof = with_progress(async |progress| prove(local.config, sources, progress).await).await?;
        local.output.value(&proof);
        Ok(if proof["opened"] == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
