//! Every command. The control socket carries values of the same type.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::accounts::Accounts;
use super::api_url::ApiUrl;
use super::audit::Audit;
use super::backup::{Backup, Restore};
use super::command::Kind;
use super::config::ConfigCommand;
use super::customers::Customers;
use super::db::Db;
use super::doctor::Doctor;
use super::erasure::Erasure;
use super::files::Files;
use super::health::Health;
use super::holds::Holds;
use super::keyring::Keyring;
use super::keys::Keys;
use super::listen::Listen;
use super::members::Members;
use super::requests::Requests;
use super::retention::Retention;
use super::review::Review;
use super::rules::Rules;
use super::sandbox::Sandbox;
use super::webhooks::Webhooks;

/// A command, as it is parsed and as the control socket carries it.
#[derive(Subcommand, Serialize, Deserialize)]
pub enum Command {
    #[serde(skip)]
    Serve(Serve),
    #[command(subcommand)]
    Accounts(Accounts),
    #[command(subcommand)]
    Keys(Keys),
    #[command(subcommand)]
    Members(Members),
    #[command(subcommand)]
    Customers(Customers),
    #[command(subcommand)]
    Files(Files),
    #[command(subcommand)]
    Erasure(Erasure),
    #[command(subcommand)]
    Holds(Holds),
    #[command(subcommand)]
    Retention(Retention),
    #[command(subcommand)]
    Sandbox(Sandbox),
    #[command(subcommand)]
    Review(Review),
    #[command(subcommand)]
    Webhooks(Webhooks),
    #[command(subcommand)]
    Requests(Requests),
    #[command(subcommand)]
    #[serde(skip)]
    Rules(Rules),
    #[serde(skip)]
    Listen(Listen),
    #[serde(skip)]
    Demo(Demo),
    #[command(subcommand)]
    Audit(Audit),
    #[command(subcommand)]
    Keyring(Keyring),
    #[command(subcommand)]
    #[serde(skip)]
    Db(Db),
    #[command(subcommand)]
    Backup(Backup),
    #[serde(skip)]
    Restore(Restore),
    #[command(subcommand)]
    #[serde(skip)]
    Config(ConfigCommand),
    Doctor(Doctor),
    #[serde(skip)]
    Health(Health),
    #[serde(skip)]
    Completions(Completions),
    #[serde(skip)]
    #[command(hide = true)]
    Manual(Manual),
    #[command(skip)]
    ApiUrl(ApiUrl),
}

impl Command {
    /// The command by the process that runs it; `None` for those that `mod.rs` runs.
    pub fn kind(&self) -> Option<Kind<'_>> {
        Some(match self {
            Self::Serve(_) | Self::Rules(_) | Self::Demo(_) | Self::Config(_) => return None,
            Self::Completions(_) | Self::Manual(_) => return None,
            Self::Accounts(group) => group.kind(),
            Self::Keys(group) => group.kind(),
            Self::Members(group) => group.kind(),
            Self::Customers(group) => group.kind(),
            Self::Files(group) => group.kind(),
            Self::Erasure(group) => group.kind(),
            Self::Holds(group) => group.kind(),
            Self::Retention(group) => group.kind(),
            Self::Sandbox(group) => group.kind(),
            Self::Review(group) => group.kind(),
            Self::Webhooks(group) => group.kind(),
            Self::Requests(group) => group.kind(),
            Self::Audit(group) => group.kind(),
            Self::Keyring(group) => group.kind(),
            Self::Db(group) => group.kind(),
            Self::Backup(group) => group.kind(),
            Self::Listen(command) => Kind::Local(command),
            Self::Health(command) => Kind::Local(command),
            Self::Restore(command) => Kind::Local(command),
            Self::Doctor(command) => Kind::Data(command),
            Self::ApiUrl(command) => Kind::Data(command),
        })
    }
}

/// Serve the API
#[derive(Args, Default)]
pub struct Serve {
    /// The address and port of the API [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<String>,
    /// The address and port of metrics and health checks, or off [default: 127.0.0.1:9464]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) metrics_listen: Option<String>,
    /// The URL at which clients reach the API [default: http:// and the address of the API]
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,
}

/// Take one individual and one business from empty to approved, on the running server's sandbox
#[derive(Args)]
pub struct Demo {}

/// Print the completion script for a shell
#[derive(Args)]
pub struct Completions {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}

/// Write the manual pages of all commands into a folder
#[derive(Args)]
pub struct Manual {
    /// The folder, which exists
    pub(super) folder: PathBuf,
}
