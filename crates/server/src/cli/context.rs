//! The context of commands that run in the process that holds the data folder.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use dossier_core::account::Account;
use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller, Environment, OperatorName, Scope};
use dossier_core::ids::AccountId;
use dossier_core::services::Services;
use dossier_core::store::Progress;
use dossier_store::Engine;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::Sender;

use crate::anchor::ProcessAnchor;
use crate::config::{Config, Urls};
use crate::errors::text;
use crate::installation::audit::audit_installation;
use crate::metrics::Metrics;

/// The arguments that select an account and environment.
#[derive(Clone, Args, Serialize, Deserialize)]
pub struct ScopeArgs {
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The environment
    #[arg(long, value_parser = environment(), default_value = "sandbox")]
    pub environment: Environment,
}

/// Parses `sandbox` or `production`.
pub(super) fn environment() -> impl TypedValueParser<Value = Environment> {
    let words = Environment::ALL.iter().map(|environment| environment.as_str());
    PossibleValuesParser::new(words).map(|word| Environment::parse(&word).expect("it is one of the possible values"))
}

#[derive(Clone, Copy)]
pub struct CommandContext<'a> {
    pub services: &'a Services,
    /// The store as an engine, for operations that its port lacks.
    pub store: &'a dyn Engine,
    pub anchor: &'a ProcessAnchor,
    pub config: &'a Config,
    /// The URLs of the server; those of the settings if it is not running.
    pub urls: &'a Urls,
    /// The metrics of the server; `None` if it is not running.
    pub metrics: Option<&'a Metrics>,
    pub operator: &'a OperatorName,
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
                    .ok_or_else(|| "no such account; dossier accounts list shows them all".to_owned())
            }
            // The account that the first start created remains the default.
            None => match accounts.first() {
                Some(first) => Ok(first.account_id),
                None => Err("there is no account yet; create one with dossier accounts create".to_owned()),
            },
        }
    }

    pub(super) async fn scope(&self, named: &ScopeArgs) -> Result<Scope, String> {
        Ok(Scope { account: self.account(named.account.as_deref()).await?, environment: named.environment })
    }

    /// The operator, as the caller of a use case.
    pub(super) fn caller(&self, scope: Scope) -> Caller {
        let request_id = format!("cli-{}", self.services.random.uuid());
        Caller { scope, actor: Actor::Operator(self.operator.clone()), request_id, address: None }
    }

    /// Appends an audit entry about the whole installation.
    pub(super) async fn audit(&self, action: Action, complete: impl FnOnce(&mut AuditEntry)) -> Result<(), String> {
        audit_installation(self.services, |scope| self.caller(scope), action, complete).await.map_err(text)
    }
}
