//! What commands work with in the process that holds the data folder.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use dossier_core::account::Account;
use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller, Environment, OperatorName, Scope};
use dossier_core::ids::AccountId;
use dossier_core::services::Services;
use dossier_core::store::Progress;
use dossier_core::use_cases::accounts;
use dossier_core::use_cases::write::append_audit;
use dossier_store::Engine;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::Sender;

use crate::anchor::Anchored;
use crate::config::Config;
use crate::errors::text;
use crate::metrics::Metrics;

/// An account and environment, as a person names them.
#[derive(Clone, Args, Serialize, Deserialize)]
pub struct ScopeArgs {
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The environment
    #[arg(long, value_parser = environment(), default_value = "sandbox")]
    pub environment: Environment,
}

/// Reads `sandbox` or `production`.
pub(super) fn environment() -> impl TypedValueParser<Value = Environment> {
    let words = Environment::ALL.iter().map(|environment| environment.as_str());
    PossibleValuesParser::new(words).map(|word| Environment::parse(&word).expect("it is one of the possible values"))
}

/// What commands work with.
#[derive(Clone, Copy)]
pub struct CommandContext<'a> {
    /// What use cases need.
    pub services: &'a Services,
    /// The store, for what is not in the trait.
    pub store: &'a dyn Engine,
    /// The anchor of the process.
    pub anchored: &'a Anchored,
    /// The configuration in force.
    pub config: &'a Config,
    /// The metrics of the server; `None` when it does not run.
    pub metrics: Option<&'a Metrics>,
    /// The person who gave the command.
    pub operator: &'a OperatorName,
    /// Told how far the command has come.
    pub progress: Progress<'a>,
    /// Takes what the command saves in a file, piece by piece.
    pub pieces: &'a Sender<Vec<u8>>,
}

impl CommandContext<'_> {
    pub(super) async fn accounts(&self) -> Result<Vec<Account>, String> {
        self.services.store.accounts().await.map_err(text)
    }

    pub(super) async fn account(&self, named: Option<&str>) -> Result<AccountId, String> {
        let accounts = self.accounts().await?;
        match named {
            Some(id) => {
                let found = accounts.iter().find(|account| account.account_id.to_string() == id);
                found
                    .map(|account| account.account_id)
                    .ok_or_else(|| "there is no such account; see dossier accounts list".to_owned())
            }
            // The account of the first start stays the one that is meant when none is named.
            None => match accounts.first() {
                Some(first) => Ok(first.account_id),
                None => Err("there is no account; see dossier accounts create".to_owned()),
            },
        }
    }

    pub(super) async fn scope(&self, named: &ScopeArgs) -> Result<Scope, String> {
        Ok(Scope { account: self.account(named.account.as_deref()).await?, environment: named.environment })
    }

    /// The person who gave the command, as use cases know a caller.
    pub(super) fn caller(&self, scope: Scope) -> Caller {
        let now = self.services.clock.now();
        let request_id = format!("cli-{}", self.services.random.uuid(now));
        Caller { scope, actor: Actor::Operator(self.operator.clone()), request_id, address: None }
    }

    /// Appends an entry about the installation as a whole.
    pub(super) async fn audit(&self, action: Action, complete: impl FnOnce(&mut AuditEntry)) -> Result<(), String> {
        let Some(scope) = accounts::installation(self.services).await.map_err(text)? else { return Ok(()) };
        let mut entry = AuditEntry::new(&self.caller(scope), self.services.clock.now(), action);
        complete(&mut entry);
        append_audit(self.services, scope, entry).await.map_err(text)
    }
}
