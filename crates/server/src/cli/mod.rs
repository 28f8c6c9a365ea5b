//! The command line. Commands work with or without a running server: the process that holds the data folder carries
//! them out.

// The doc comments of commands and arguments are their help.
#![allow(missing_docs)]

pub mod accounts;
pub mod api_url;
pub mod audit;
mod audit_text;
pub mod backup;
pub mod command;
pub mod config;
pub mod context;
pub mod customers;
pub mod db;
pub mod demo;
pub mod doctor;
pub mod files;
pub mod keyring;
pub mod keys;
pub mod listen;
mod operator;
pub mod output;
mod read;
pub mod registry;
pub mod review;
pub mod rules;
pub mod saving;
mod secrets;
mod serve;
pub mod webhooks;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, Parser};
use dossier_core::caller::OperatorName;
use dossier_core::store::Progress;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::anchor::Anchoring;
use crate::config::sources::Sources;
use crate::config::{Config, Settings};
use crate::errors::text;
use crate::installation::error::InstallationError;
use crate::installation::lock::Lock;
use crate::installation::open::Installation;
use crate::{control, hardening, logs, memory};
use command::{DataCommand, DataFolder, Kind, Local};
use config::ConfigCommand;
use context::CommandContext;
use output::{Output, with_progress};
use registry::{Command, Completions, Serve};
use saving::Saving;

/// The KYC/KYB record of your customers. Without a command: serve.
#[derive(Parser)]
#[command(name = "dossier", version, about)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Common {
    /// The folder with root key, keyring and database [default: ./dossier-data]
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// The PostgreSQL database, postgres://user:password@host/name [default: the embedded one in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// The TOML file with settings [default: dossier.toml in the data folder, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How to print what comes out
    #[arg(long, global = true, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// Who gives the command, as the audit trail names the person [default: the login name]
    #[arg(long = "as", global = true, value_name = "NAME", value_parser = operator::name)]
    operator: Option<OperatorName>,
    /// How to write logs: auto, json or text
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
    /// What to log: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    // Until the settings are read.
    memory::follow(None);
    let cli = Cli::parse();
    let output = cli.common.output;
    let ended = hardening::apply().and_then(|()| run(cli));
    logs::finish();
    ended.unwrap_or_else(|text| {
        output.error(&text);
        ExitCode::FAILURE
    })
}

fn run(cli: Cli) -> Result<ExitCode, String> {
    let Cli { common, command } = cli;
    let command = command.unwrap_or_else(|| Command::Serve(Serve::default()));
    if let Command::Completions(Completions { shell }) = command {
        clap_complete::generate(shell, &mut Cli::command(), "dossier", &mut std::io::stdout());
        return Ok(ExitCode::SUCCESS);
    }
    let settings = gather(&common, &command)?;
    let output = common.output;
    let mut warnings: Vec<String> =
        settings.warning().into_iter().chain(secrets::warning(std::env::args_os())).collect();
    if !matches!(command, Command::Config(ConfigCommand::Check(_))) {
        // A variable may be set for another program, so an unknown one stops no start.
        warnings.extend(settings.unknown_variables());
    }
    match &command {
        Command::Config(command) => {
            warnings.iter().for_each(|warning| output.warning(warning));
            return command.run(&settings, output);
        }
        Command::Rules(command) => return command.run(&settings, output),
        _ => {}
    }
    let config = settings.config().map_err(|errors| errors.join("\n"))?;
    start_process(&config, &warnings);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    let operator = &common.operator.unwrap_or_else(operator::login);
    let local = Local { config: &config, operator, output };
    runtime.block_on(async {
        match command.kind() {
            Some(Kind::Local(command)) => command.run(&local).await,
            Some(Kind::Data(data_command)) => administer(&local, &command, data_command).await,
            None if matches!(command, Command::Demo(_)) => demo::demo(&local).await,
            None => serve::serve(&config, output).await,
        }
    })
}

/// Applies the settings that hold for the whole process.
fn start_process(config: &Config, warnings: &[String]) {
    logs::start(config.logging.format, config.logging.level);
    warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    memory::follow(config.storage.cache);
    std::panic::set_hook(Box::new(|panic| {
        // The place only: the message could hold a value.
        tracing::error!(location = panic.location().map(tracing::field::display), "a panic");
    }));
}

fn gather(common: &Common, command: &Command) -> Result<Settings, String> {
    let mut flags = BTreeMap::new();
    let mut flag = |name, value: Option<String>| {
        if let Some(value) = value {
            flags.insert(name, value);
        }
    };
    flag("data_dir", common.data_dir.as_ref().map(|path| path.to_string_lossy().into_owned()));
    flag("database", common.database.clone());
    flag("log_format", common.log_format.clone());
    flag("log_level", common.log_level.clone());
    if let Command::Serve(serve) = command {
        flag("listen", serve.listen.clone());
        flag("metrics_listen", serve.metrics_listen.clone());
        flag("public_url", serve.public_url.clone());
    }
    let variable = |name: &str| std::env::var(name).ok();
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let names = names.filter(|name| name.starts_with("DOSSIER_")).collect();
    Settings::gather(&Sources { flags, variable: &variable, names, file: common.config.clone() })
}

/// Has the process with the data folder carry out a command, and prints the outcome.
async fn administer(local: &Local<'_>, message: &Command, command: &dyn DataCommand) -> Result<ExitCode, String> {
    let Local { config, operator, output } = *local;
    if command.needs() != DataFolder::MadeIfMissing && !config.storage.keyring.exists() {
        return Err(format!(
            "there is no data in {}; start dossier serve once, or name the folder with --data-dir",
            config.data_dir.display()
        ));
    }
    let mut saving = Saving::begin(command.saves()?)?;
    let outcome = with_progress(async |progress| match Lock::take(&config.data_dir) {
        Ok(_lock) => run_here(config, operator, command, progress, &mut saving).await,
        Err(in_use @ InstallationError::InUse { .. }) => {
            let called = control::call(&config.data_dir, operator, message, progress, &mut saving).await;
            called.unwrap_or_else(|| Err(in_use.to_string()))
        }
        Err(error) => Err(error.to_string()),
    });
    let outcome = outcome.await?;
    saving.keep();
    command.print(outcome, output)
}

/// Carries out a command in this process, which holds the lock of the data folder.
async fn run_here(
    config: &Config,
    operator: &OperatorName,
    command: &dyn DataCommand,
    progress: Progress<'_>,
    saving: &mut Saving,
) -> Result<Value, String> {
    let anchoring = match command.needs() {
        DataFolder::PerhapsOlder => Anchoring::Reported,
        DataFolder::Complete | DataFolder::MadeIfMissing => Anchoring::Enforced,
    };
    let opened = Installation::open(config, config.links_to(), anchoring).await;
    let Installation { store, services, anchored, .. } = opened.map_err(text)?;
    let (services, store, anchored) = (&services, &*store, &*anchored);
    let (sender, mut pieces) = mpsc::channel(1);
    let context =
        CommandContext { services, store, anchored, config, metrics: None, operator, progress, pieces: &sender };
    let mut work = command.run(&context);
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            Some(piece) = pieces.recv() => if let Err(error) = saving.write(&piece) { break Err(error) },
        }
    };
    let last = pieces.try_recv().map_or(Ok(()), |piece| saving.write(&piece));
    // The error is in the log; the command has done what it was asked.
    let _ = anchored.write();
    last.and(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }
}
