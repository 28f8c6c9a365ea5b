//! `dossier keys`.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use dossier_core::account::Account;
use dossier_core::api_key::{ApiKey, KeyRecord, KeyScope, MAX_ADDRESSES, parse_network};
use dossier_core::caller::{Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::ids::KeyId;
use dossier_core::use_cases::api_keys::{self, NewKey};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, DataFolder, group};
use super::context::{CommandContext, ScopeArgs, environment};
use super::output::Output;
use super::read::{checked_name, duration};
use crate::errors::text;

group! {
    /// Manage API keys
    Keys { Create, List, Revoke, Roll, Restrict }
}

/// Create an API key; it is shown only once
#[derive(Args, Serialize, Deserialize)]
pub struct Create {
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The name of the key
    #[arg(long)]
    pub name: String,
    /// What the key may do; repeatable [default: every scope of the contract's endpoints; in the sandbox also
    /// simulate and kyc:decide]
    #[arg(long = "scope", value_parser = key_scope)]
    pub scopes: Vec<KeyScope>,
    /// How long the key is valid, such as 30m, 12h or 90d [default: until it is revoked]
    #[arg(long, value_parser = validity, value_name = "DURATION")]
    pub expires_in: Option<i64>,
    /// An address or network from which the key may be used, such as 10.1.0.0/16; repeatable [default: all]
    #[arg(long = "address", value_name = "NETWORK")]
    pub addresses: Vec<String>,
}

#[async_trait]
impl DataCommand for Create {
    fn needs(&self) -> DataFolder {
        DataFolder::CreatedIfMissing
    }

    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let name = checked_name(&self.name)?;
        let scope = context.scope(&self.scope).await?;
        if context.services.closed.contains(scope.account) {
            return Err("the account is closed; dossier accounts reopen opens it again".to_owned());
        }
        let scopes = if self.scopes.is_empty() { KeyScope::defaults(scope.environment) } else { self.scopes.clone() };
        let expires_at = self.expires_in.map(|seconds| context.services.clock.now().plus_seconds(seconds));
        let addresses = checked(&self.addresses)?;
        let new = NewKey { name, scopes, expires_at, addresses };
        let made = api_keys::create(context.services, &context.caller(scope), new).await;
        let (key, record) = made.map_err(text)?;
        Ok(key_with_secret(&key, &record, context.services.clock.now()))
    }
}

/// List API keys
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The environment [default: both]
    #[arg(long, value_parser = environment())]
    pub environment: Option<Environment>,
}

#[async_trait]
impl DataCommand for List {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let account = context.account(self.account.as_deref()).await?;
        let mut keys = Vec::new();
        for environment in [Environment::Sandbox, Environment::Production]
            .into_iter()
            .filter(|one| self.environment.is_none_or(|wanted| wanted == *one))
        {
            keys.extend(context.services.store.api_keys(Scope { account, environment }).await.map_err(text)?);
        }
        let now = context.services.clock.now();
        Ok(keys.iter().map(|key| key_json(key, now)).collect())
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["key_id", "environment", "name", "hint", "state", "expires_at"]);
        Ok(ExitCode::SUCCESS)
    }
}

/// Revoke an API key; requests with it are refused within a second
#[derive(Args, Serialize, Deserialize)]
pub struct Revoke {
    /// The key's id
    pub key_id: String,
}

#[async_trait]
impl DataCommand for Revoke {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let (scope, id) = find(context, &self.key_id).await?;
        let record = api_keys::revoke(context.services, &context.caller(scope), id).await.map_err(text)?;
        Ok(key_json(&record, context.services.clock.now()))
    }
}

/// Replace an API key with a new one; both work until the overlap ends
#[derive(Args, Serialize, Deserialize)]
pub struct Roll {
    /// The key's id
    pub key_id: String,
    /// How long the old key still works: 0s to 7d
    #[arg(long, value_parser = overlap, default_value = "24h", value_name = "DURATION")]
    pub overlap: i64,
}

#[async_trait]
impl DataCommand for Roll {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let (scope, id) = find(context, &self.key_id).await?;
        let rolled = api_keys::roll(context.services, &context.caller(scope), id, self.overlap).await;
        let (key, record) = rolled.map_err(text)?;
        Ok(key_with_secret(&key, &record, context.services.clock.now()))
    }
}

/// Set the addresses from which an API key may be used
#[derive(Args, Serialize, Deserialize)]
pub struct Restrict {
    /// The key's id
    pub key_id: String,
    /// An address or network, such as 10.1.0.0/16; repeatable
    #[arg(long = "address", value_name = "NETWORK", required_unless_present = "anywhere")]
    pub addresses: Vec<String>,
    /// From everywhere again
    #[arg(long, conflicts_with = "addresses")]
    pub anywhere: bool,
}

#[async_trait]
impl DataCommand for Restrict {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let (scope, id) = find(context, &self.key_id).await?;
        let addresses = checked(&self.addresses)?;
        let restricted = api_keys::restrict(context.services, &context.caller(scope), id, addresses).await;
        Ok(key_json(&restricted.map_err(text)?, context.services.clock.now()))
    }
}

fn checked(addresses: &[String]) -> Result<Vec<IpNet>, String> {
    if addresses.len() > MAX_ADDRESSES {
        return Err(format!("a key has at most {MAX_ADDRESSES} addresses"));
    }
    let network = |text: &String| {
        parse_network(text).ok_or_else(|| {
            format!("{text} is neither an address nor a network whose last bits are zero, such as 10.1.0.0/16")
        })
    };
    addresses.iter().map(network).collect()
}

fn key_scope(text: &str) -> Result<KeyScope, String> {
    KeyScope::parse(text).ok_or_else(|| {
        let known: Vec<_> = KeyScope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("must be one of {}", known.join(", "))
    })
}

/// How long a key is valid. One that has expired at once is a mistake.
fn validity(text: &str) -> Result<i64, String> {
    duration(text).and_then(|seconds| if seconds > 0 { Ok(seconds) } else { Err("must be at least 1s".to_owned()) })
}

pub(super) fn overlap(text: &str) -> Result<i64, String> {
    duration(text).and_then(|seconds| {
        if seconds <= 7 * 24 * 60 * 60 { Ok(seconds) } else { Err("must be at most 7d".to_owned()) }
    })
}

/// The scope of a key. Key ids are unique across scopes.
async fn find(context: &CommandContext<'_>, key_id: &str) -> Result<(Scope, KeyId), String> {
    let unknown = || "no such key; dossier keys list shows them all".to_owned();
    let id = KeyId::parse(key_id).ok_or_else(unknown)?;
    for scope in context.accounts().await?.iter().flat_map(Account::scopes) {
        let keys = context.services.store.api_keys(scope).await.map_err(text)?;
        if keys.iter().any(|key| key.key_id == id) {
            return Ok((scope, id));
        }
    }
    Err(unknown())
}

fn key_json(record: &KeyRecord, now: Timestamp) -> Value {
    let KeyRecord { key_id, scope, name, hint, scopes, created_at, expires_at, revoked_at, .. } = record;
    json!({
        "key_id": key_id,
        "account_id": scope.account,
        "environment": scope.environment,
        "name": name,
        "hint": hint,
        "state": record.state(now),
        "scopes": scopes,
        "created_at": created_at,
        "expires_at": expires_at,
        "revoked_at": revoked_at,
        "predecessor": record.predecessor,
        "last_used_at": record.last_used_at,
        "addresses": record.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn key_with_secret(key: &ApiKey, record: &KeyRecord, now: Timestamp) -> Value {
    let mut json = key_json(record, now);
    json["key"] = key.expose().into();
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_lasts_at_most_a_week() {
        assert_eq!(overlap("7d").ok(), Some(604_800));
        assert!(overlap("8d").is_err());
    }
}
