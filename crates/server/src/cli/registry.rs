//! Every command. What is sent to the process with the data folder is a value of the same type.

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
use super::keyring::Keyring;
use super::keys::Keys;
use super::listen::Listen;
use super::review::Review;
use super::rules::Rules;
use super::webhooks::Webhooks;

/// A command, as a person gives it and as it is sent.
#[derive(Subcommand, Serialize, Deserialize)]
pub enum Command {
    #[serde(skip)]
    Serve(Serve),
    #[command(subcommand)]
    Accounts(Accounts),
    #[command(subcommand)]
    Keys(Keys),
    #[command(subcommand)]
    Customers(Customers),
    #[command(subcommand)]
    Files(Files),
    #[command(subcommand)]
    Erasure(Erasure),
    #[command(subcommand)]
    Review(Review),
    #[command(subcommand)]
    Webhooks(Webhooks),
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
    Completions(Completions),
    #[command(skip)]
    ApiUrl(ApiUrl),
}

impl Command {
    /// What carries the command out; `None` for those that `mod.rs` does itself.
    pub fn kind(&self) -> Option<Kind<'_>> {
        Some(match self {
            Self::Serve(_) | Self::Rules(_) | Self::Demo(_) | Self::Config(_) | Self::Completions(_) => return None,
            Self::Accounts(group) => group.kind(),
            Self::Keys(group) => group.kind(),
            Self::Customers(group) => group.kind(),
            Self::Files(group) => group.kind(),
            Self::Erasure(group) => group.kind(),
            Self::Review(group) => group.kind(),
            Self::Webhooks(group) => group.kind(),
            Self::Audit(group) => group.kind(),
            Self::Keyring(group) => group.kind(),
            Self::Db(group) => group.kind(),
            Self::Backup(group) => group.kind(),
            Self::Listen(command) => Kind::Local(command),
            Self::Restore(command) => Kind::Local(command),
            Self::Doctor(command) => Kind::Data(command),
            Self::ApiUrl(command) => Kind::Data(command),
        })
    }
}

/// Serve the API
#[derive(Args, Default)]
pub struct Serve {
    /// Address and port of the API [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<String>,
    /// Address and port of metrics and health, or off [default: 127.0.0.1:9464]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) metrics_listen: Option<String>,
    /// The URL under which clients reach the API
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,
}

/// See one person and one company go from empty to approved, on the running server
#[derive(Args)]
pub struct Demo {}

/// Print what completes these commands in a shell
#[derive(Args)]
pub struct Completions {
    /// Which shell
    pub(super) shell: clap_complete::Shell,
}
