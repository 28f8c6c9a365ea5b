//! The two kinds of commands. A command is a struct of its arguments, declared in the file of its group, with a method
//! that runs it and one that prints the result. `registry.rs` lists them. Errors are texts for the operator.

use std::path::PathBuf;
use std::process::ExitCode;

use async_trait::async_trait;
use dossier_core::caller::OperatorName;
use serde_json::Value;

use super::context::CommandContext;
use super::output::Output;
use crate::config::Config;

/// The error if the server and the command do not understand each other.
pub(crate) const OTHER_VERSION: &str = "the server is of another version than this command; run the command of the \
    same version, or restart the server";

/// The state of the data folder that a command requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFolder {
    /// The database is as new as its anchor.
    UpToDate,
    /// The same, but a missing folder is created.
    CreatedIfMissing,
    /// The database may be older than its anchor, because the command examines or accepts that.
    MayBeOlder,
}

/// A command that runs in the process that holds the data folder: the server, or its own process if none is running.
#[async_trait]
pub trait DataCommand: Send + Sync {
    fn needs(&self) -> DataFolder {
        DataFolder::UpToDate
    }

    /// The file in which it saves the pieces that it sends, if it sends any.
    fn saves(&self) -> Result<Option<PathBuf>, String> {
        Ok(None)
    }

    /// Runs the command and returns the result as JSON.
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String>;

    /// Prints the result, in the process of the command.
    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.value(&outcome);
        Ok(ExitCode::SUCCESS)
    }
}

/// A command that always runs in its own process.
#[async_trait(?Send)]
pub trait LocalCommand {
    /// Runs the command and prints the result.
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String>;
}

/// The context of a local command.
#[derive(Clone, Copy)]
pub struct Local<'a> {
    pub config: &'a Config,
    pub operator: &'a OperatorName,
    pub output: Output,
}

/// A command, by the process that runs it.
pub enum Kind<'a> {
    Data(&'a dyn DataCommand),
    Local(&'a dyn LocalCommand),
}

/// Declares a group of commands, each a struct of the same file. The doc comment of a group is its help.
macro_rules! group {
    ($(#[$help:meta])* $group:ident { $($(#[$name:meta])? $data:ident),* } $(local { $($local:ident),* })?) => {
        $(#[$help])*
        // A process parses one command, so its size does not matter.
        #[allow(clippy::large_enum_variant)]
        #[derive(clap::Subcommand, serde::Serialize, serde::Deserialize)]
        pub enum $group {
            $($(#[$name])? $data($data),)*
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
