//! What every command is: a struct of its arguments, declared in the file of its group, that says how it is carried
//! out and printed. `registry.rs` lists them. Errors are in words for the person at the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use async_trait::async_trait;
use dossier_core::caller::OperatorName;
use serde_json::Value;

use super::context::CommandContext;
use super::output::Output;
use crate::config::Config;

/// What a command needs of the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFolder {
    /// A folder with a database that is as new as its anchor.
    Complete,
    /// The same; the folder is made when there is none.
    MadeIfMissing,
    /// A folder with a database that may be older than its anchor, because the command looks into that or accepts it.
    PerhapsOlder,
}

/// A command that the process with the data folder carries out: the running server, or else the process of the command.
#[async_trait]
pub trait DataCommand: Send + Sync {
    /// What it needs of the data folder.
    fn needs(&self) -> DataFolder {
        DataFolder::Complete
    }

    /// The file in which it saves the pieces that it sends, if it sends any.
    fn saves(&self) -> Result<Option<PathBuf>, String> {
        Ok(None)
    }

    /// Carries it out and returns the outcome as JSON.
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String>;

    /// Prints the outcome, again in the process of the command.
    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.value(&outcome);
        Ok(ExitCode::SUCCESS)
    }
}

/// A command that its own process carries out.
#[async_trait(?Send)]
pub trait LocalCommand {
    /// Carries it out and prints the outcome.
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String>;
}

/// What the process of a command has.
#[derive(Clone, Copy)]
pub struct Local<'a> {
    /// The configuration in force.
    pub config: &'a Config,
    /// The person who gave the command.
    pub operator: &'a OperatorName,
    /// How to print.
    pub output: Output,
}

/// A command, by what carries it out.
pub enum Kind<'a> {
    /// The process with the data folder.
    Data(&'a dyn DataCommand),
    /// Its own process.
    Local(&'a dyn LocalCommand),
}

/// Declares a group of commands, each a struct of this file. What a group says of itself is its help.
macro_rules! group {
    ($(#[$help:meta])* $group:ident { $($data:ident),* } $(local { $($local:ident),* })?) => {
        $(#[$help])*
        // A process reads one command, so its size is no matter.
        #[allow(clippy::large_enum_variant)]
        #[derive(clap::Subcommand, serde::Serialize, serde::Deserialize)]
        pub enum $group {
            $($data($data),)*
            $($(#[serde(skip)] $local($local),)*)?
        }

        impl $group {
            pub(super) fn kind(&self) -> $crate::cli::command::Kind<'_> {
                match self {
                    $(Self::$data(command) => $crate::cli::command::Kind::Data(command),)*
                    $($(Self::$local(command) => $crate::cli::command::Kind::Local(command),)*)?
                }
            }
        }
    };
}
pub(super) use group;
