//! The command line. Commands work with or without a running server: the process that holds the data folder runs them.

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
mod erasure;
pub mod fetch;
pub mod files;
pub mod filter;
mod health;
mod holds;
pub mod import;
pub mod keyring;
pub mod keys;
pub mod listen;
pub mod members;
mod operator;
pub mod output;
mod read;
pub mod registry;
pub mod requests;
mod retention;
pub mod review;
pub mod rules;
mod sandbox;
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

use crate::anchor::AnchorPolicy;
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
use registry::{Command, Completions, Manual, Serve};
use saving::Saving;

/// KYC and KYB records of your customers. Without a command, dossier serves the API
#[derive(Parser)]
#[command(name = "dossier", version = env!("BUILD_VERSION"))]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Common {
    /// The data folder, with root key, keyring and embedded database [default: ./dossier-data]
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// The PostgreSQL database, postgres://user:password@host/name [default: the embedded database]
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// The TOML file with settings [default: dossier.toml in the data folder, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The output format
    #[arg(long, global = true, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// Your name in the audit trail [default: the login name]
    #[arg(long = "as", global = true, value_name = "NAME", value_parser = operator::name)]
    operator: Option<OperatorName>,
    /// The log format: auto, json or text
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
    /// The log level: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    // Until the settings are read.
    memory::configure(None);
    let cli = Cli::try_parse().unwrap_or_else(|error| print_usage_error(&error));
    let output = cli.common.output;
    let result = hardening::apply().and_then(|()| run(cli));
    logs::finish();
    result.unwrap_or_else(|text| {
        output.error(&text);
        ExitCode::FAILURE
    })
}

/// Prints a usage error, or the help, and ends the process. The arguments could not be parsed, so `--output` is looked
/// up among them.
fn print_usage_error(error: &clap::Error) -> ! {
    let arguments: Vec<_> = std::env::args_os().collect();
    let has_json = arguments.windows(2).any(|pair| pair[0] == "--output" && pair[1] == "json")
        || arguments.iter().any(|argument| argument == "--output=json");
    if !has_json || !error.use_stderr() {
        error.exit();
    }
    let text = error.render().to_string();
    Output::Json.error(text.trim_start_matches("error: ").trim_end());
    std::process::exit(error.exit_code());
}

fn run(cli: Cli) -> Result<ExitCode, String> {
    let Cli { common, command } = cli;
    let command = command.unwrap_or_else(|| Command::Serve(Serve::default()));
    if let Command::Completions(Completions { shell }) = command {
        clap_complete::generate(shell, &mut Cli::command(), "dossier", &mut std::io::stdout());
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Manual(Manual { folder }) = &command {
        // The version contains the commit, which a page does not need.
        let command = Cli::command().version(env!("CARGO_PKG_VERSION"));
        return clap_mangen::generate_to(command, folder).map(|()| ExitCode::SUCCESS).map_err(text);
    }
    let settings = gather(&common, &command)?;
    let output = common.output;
    let mut warnings: Vec<String> =
        settings.warning().into_iter().chain(secrets::warning(std::env::args_os())).collect();
    if !matches!(command, Command::Config(ConfigCommand::Check(_))) {
        // A variable may be set for another program, so an unknown one does not prevent a start.
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
    let runtime = runtime.map_err(|error| format!("cannot start the async runtime: {error}"))?;
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

/// Applies the settings of the whole process: logs and memory.
fn start_process(config: &Config, warnings: &[String]) {
    logs::start(config.logging.format, config.logging.level);
    warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    memory::configure(config.storage.cache);
    std::panic::set_hook(Box::new(|panic| {
        // Only the location, because the message could contain personal data.
        tracing::error!(location = panic.location().map(tracing::field::display), "panic: this is a bug");
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

/// Runs a command in the process that holds the data folder, and prints the result.
async fn administer(local: &Local<'_>, message: &Command, command: &dyn DataCommand) -> Result<ExitCode, String> {
    let Local { config, operator, output } = *local;
    if command.needs() != DataFolder::CreatedIfMissing && !config.storage.keyring.exists() {
        return Err(format!(
            "there is no data in {}. Start dossier serve to create it, or name the data folder with --data-dir",
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

/// Runs a command in this process, which holds the lock of the data folder.
async fn run_here(
    config: &Config,
    operator: &OperatorName,
    command: &dyn DataCommand,
    progress: Progress<'_>,
    saving: &mut Saving,
) -> Result<Value, String> {
    let policy = match command.needs() {
        DataFolder::MayBeOlder => AnchorPolicy::Report,
        DataFolder::UpToDate | DataFolder::CreatedIfMissing => AnchorPolicy::Enforce,
    };
    let urls = &config.own_urls();
    let opened = Installation::open(config, urls.form.clone(), policy).await;
    let Installation { store, services, anchor, .. } = opened.map_err(text)?;
    let (services, store, anchor) = (&services, &*store, &*anchor);
    let (sender, mut pieces) = mpsc::channel(1);
    let context =
        CommandContext { services, store, anchor, config, urls, metrics: None, operator, progress, pieces: &sender };
    let mut work = command.run(&context);
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            Some(piece) = pieces.recv() => if let Err(error) = saving.write(&piece) { break Err(error) },
        }
    };
    let last = pieces.try_recv().map_or(Ok(()), |piece| saving.write(&piece));
    // The error is in the log, and the command itself has succeeded or failed for its own reasons.
    let _ = anchor.write();
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
