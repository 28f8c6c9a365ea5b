//! The command line. Commands work with or without a running server: the process that holds the data folder carries
//! them out.

mod audit;
mod backup;
pub mod demo;
mod listen;
mod operator;
mod output;
mod secrets;

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use dossier_core::account::Logo;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::{Environment, OperatorName};
use dossier_core::file::MediaType;
use dossier_core::kyc::RuleSet;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize as _;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use crate::admin::{self, AccountSettings, Command as AdminCommand, Context, Place};
use crate::anchor::{self, Anchoring};
use crate::config::{self, Config, Given, Settings};
use crate::file_error::cannot;
use crate::installation::{Installation, InstallationError, Lock};
use crate::serve::Server;
use crate::{control, hardening, logs, memory, moving};
use output::Output;

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

#[derive(Subcommand)]
enum Command {
    /// Serve the API
    Serve(ServeArgs),
    /// Accounts: the tenants
    #[command(subcommand)]
    Accounts(Accounts),
    /// API keys
    #[command(subcommand)]
    Keys(Keys),
    /// Customers
    #[command(subcommand)]
    Customers(Customers),
    /// Uploaded files
    #[command(subcommand)]
    Files(Files),
    /// Decisions about customers
    #[command(subcommand)]
    Review(Review),
    /// Webhook endpoints and deliveries
    #[command(subcommand)]
    Webhooks(Webhooks),
    /// What is required of customers
    #[command(subcommand)]
    Rules(Rules),
    /// Forward events of a running server to a URL of yours, signed like webhooks
    Listen(listen::ListenArgs),
    /// See one person and one company go from empty to approved, on the running server
    Demo,
    /// The audit trail
    #[command(subcommand)]
    Audit(audit::Audit),
    /// The keyring of epoch keys
    #[command(subcommand)]
    Keyring(Keyring),
    /// Where the records lie
    #[command(subcommand)]
    Db(Db),
    /// Make, verify and list backups
    #[command(subcommand)]
    Backup(backup::Backup),
    /// Restore a backup into an empty folder or database
    Restore(backup::RestoreArgs),
    /// What is configured, and where it came from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look for what is wrong with the installation
    Doctor,
    /// Print what completes these commands in a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Args, Default)]
struct ServeArgs {
    /// Address and port of the API [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Address and port of metrics and health, or off [default: 127.0.0.1:9464]
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<String>,
    /// The URL under which clients reach the API
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum EnvironmentArg {
    Sandbox,
    Production,
}

impl From<EnvironmentArg> for Environment {
    fn from(argument: EnvironmentArg) -> Self {
        match argument {
            EnvironmentArg::Sandbox => Self::Sandbox,
            EnvironmentArg::Production => Self::Production,
        }
    }
}

#[derive(Args)]
struct PlaceArgs {
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The environment
    #[arg(long, value_enum, default_value = "sandbox")]
    environment: EnvironmentArg,
}

impl From<PlaceArgs> for Place {
    fn from(arguments: PlaceArgs) -> Self {
        Self { account: arguments.account, environment: arguments.environment.into() }
    }
}

#[derive(Subcommand)]
enum Accounts {
    /// Create an account
    Create {
        /// What to call it
        #[arg(long)]
        name: String,
    },
    /// List accounts
    List,
    /// Change an account: its name, and how the form looks that its customers see
    Set {
        /// The account [default: the oldest]
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// What to call it
        #[arg(long)]
        name: Option<String>,
        /// Whom customers see asking; empty for the account's name
        #[arg(long)]
        display_name: Option<String>,
        /// The colour of buttons, #RRGGBB, on which white text can be read; empty for ours
        #[arg(long, value_name = "#RRGGBB")]
        colour: Option<String>,
        /// A JPEG or PNG of at most 16 KiB; empty for none
        #[arg(long, value_name = "FILE", value_parser = logo)]
        logo: Option<String>,
        /// A host to which customers of production are sent on without being asked; may be repeated; empty for none
        #[arg(long = "redirect-host", value_name = "HOST")]
        redirect_hosts: Option<Vec<String>>,
    },
}

#[derive(Subcommand)]
enum Keys {
    /// Create a key; it is shown once
    Create {
        #[command(flatten)]
        place: PlaceArgs,
        /// What to call it
        #[arg(long)]
        name: String,
        /// What it may do; may be repeated [default: what the contract's endpoints need, and in the sandbox simulate
        /// and kyc:decide]
        #[arg(long = "scope", value_parser = scope)]
        scopes: Vec<KeyScope>,
        /// When it ends: 30m, 12h, 90d from now
        #[arg(long, value_parser = duration, value_name = "DURATION")]
        expires_in: Option<i64>,
    },
    /// List keys
    List {
        /// The account [default: the oldest]
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// The environment [default: both]
        #[arg(long, value_enum)]
        environment: Option<EnvironmentArg>,
    },
    /// Revoke a key; it is refused within a second
    Revoke {
        /// The key's id
        key_id: String,
    },
    /// Replace a key by a new one; both work until the overlap ends
    Roll {
        /// The key's id
        key_id: String,
        /// How long the old one still works: 0s to 7d
        #[arg(long, value_parser = overlap, default_value = "24h", value_name = "DURATION")]
        overlap: i64,
    },
}

#[derive(Subcommand)]
enum Customers {
    /// Show a customer with its profile; the audit trail notes it
    Get {
        /// The customer's id
        customer_id: String,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// List customers, newest first
    List {
        #[command(flatten)]
        place: PlaceArgs,
        /// The one with this e-mail
        #[arg(long)]
        email: Option<String>,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
}

#[derive(Subcommand)]
enum Files {
    /// Save the content of a file; the audit trail notes it
    Get {
        /// The file's id
        file_id: String,
        #[command(flatten)]
        place: PlaceArgs,
        /// Where to; a file that exists is not overwritten [default: its id and type, in this folder]
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// List files, newest first
    List {
        #[command(flatten)]
        place: PlaceArgs,
        /// Those of this customer
        #[arg(long, value_name = "ID")]
        customer: Option<String>,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Copy the content of every file to another place, and compare it; the server must not run
    Move {
        /// s3://bucket/folder, gs://…, az://…, file:///folder, or folder: the one in the data folder
        #[arg(long, value_name = "PLACE")]
        to: String,
    },
}

#[derive(Subcommand)]
enum Db {
    /// Copy every record to another engine, and compare them; the server must not run
    Move {
        /// postgres://user:password@host/name, or sqlite: the embedded one in the data folder
        #[arg(long, value_name = "DATABASE")]
        to: String,
    },
    /// Serve a database again after its records moved elsewhere, without what changed there
    Reopen,
}

#[derive(Subcommand)]
enum Review {
    /// List who waits for a decision, longest first
    List {
        #[command(flatten)]
        place: PlaceArgs,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show a customer with everything that a decision needs; the audit trail notes it
    Show {
        /// The customer's id
        customer_id: String,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Decide about a customer
    Decide {
        /// The customer's id
        customer_id: String,
        /// approve, reject, request_resubmission, offboard or reinstate
        outcome: String,
        #[command(flatten)]
        place: PlaceArgs,
        /// What is to be given again: the id or pointer of a requirement; may be repeated
        #[arg(long = "requirement", value_name = "ID")]
        requirements: Vec<String>,
        /// Which rails an approval opens, as currency/rail; may be repeated [default: all]
        #[arg(long = "rail", value_name = "RAIL")]
        rails: Vec<String>,
        /// Why; may be repeated
        #[arg(long = "reason", value_name = "CODE")]
        reasons: Vec<String>,
        /// A word of your own, to sort and count by; may be repeated
        #[arg(long = "label", value_name = "WORD")]
        labels: Vec<String>,
        /// What the customer is told
        #[arg(long)]
        comment: Option<String>,
        /// What never reaches the customer
        #[arg(long)]
        note: Option<String>,
    },
}

#[derive(Subcommand)]
enum Webhooks {
    /// List endpoints
    List {
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// List the deliveries to an endpoint, newest first
    Deliveries {
        /// The endpoint's id
        webhook_id: String,
        #[command(flatten)]
        place: PlaceArgs,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Send a delivery again, whatever came of it
    Resend {
        /// The endpoint's id
        webhook_id: String,
        /// The delivery's id
        delivery_id: String,
        #[command(flatten)]
        place: PlaceArgs,
    },
}

#[derive(Subcommand)]
enum Rules {
    /// Say whether a rule set is good
    Check {
        /// The file [default: that of the setting rules, else the baseline]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print the rule set in force
    Show,
}

#[derive(Subcommand)]
enum Keyring {
    /// Begin a new epoch, wrap every surviving key again, and destroy the old epochs
    Rotate,
}

#[derive(Clone, Copy, Subcommand)]
enum ConfigCommand {
    /// Show every setting and where its value came from
    Show,
    /// Say whether the settings are good
    Check,
}

fn scope(text: &str) -> Result<KeyScope, String> {
    KeyScope::parse(text).ok_or_else(|| {
        let known: Vec<_> = KeyScope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("must be one of {}", known.join(", "))
    })
}

/// `90s`, `30m`, `12h` or `7d`, in seconds.
fn duration(text: &str) -> Result<i64, String> {
    let wrong = || "must be a number and a unit: 90s, 30m, 12h or 7d".to_owned();
    let unit = match text.bytes().last() {
        Some(b's') => 1,
        Some(b'm') => 60,
        Some(b'h') => 60 * 60,
        Some(b'd') => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(unit).filter(|seconds| (0..=100 * 365 * 24 * 60 * 60).contains(seconds)).ok_or_else(wrong)
}

fn overlap(text: &str) -> Result<i64, String> {
    duration(text).and_then(|seconds| {
        if seconds <= 7 * 24 * 60 * 60 { Ok(seconds) } else { Err("must be at most 7d".to_owned()) }
    })
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
    let command = command.unwrap_or_else(|| Command::Serve(ServeArgs::default()));
    if let Command::Completions { shell } = command {
        clap_complete::generate(shell, &mut Cli::command(), "dossier", &mut std::io::stdout());
        return Ok(ExitCode::SUCCESS);
    }
    let settings = gather(&common, &command)?;
    let output = common.output;
    let operator = common.operator.unwrap_or_else(operator::login);
    let mut warnings: Vec<String> =
        settings.warning().into_iter().chain(secrets::warning(std::env::args_os())).collect();
    if !matches!(command, Command::Config(ConfigCommand::Check)) {
        // Kept from starting by a variable that somebody else may have set, nobody would be helped.
        warnings.extend(settings.unknown_variables());
    }
    if let Command::Config(command) = command {
        warnings.iter().for_each(|warning| output.warning(warning));
        return configuration(command, &settings, output);
    }
    if let Command::Rules(Rules::Check { file: Some(file) }) = &command {
        return check_rules(&config::read_rules(file), &format!("{}: ", file.display()), output);
    }
    let config = settings.config().map_err(|errors| errors.join("\n"))?;
    match &command {
        Command::Rules(Rules::Check { .. }) => return check_rules(&Ok((*config.rules).clone()), "", output),
        Command::Rules(Rules::Show) => return show_rules(&settings, output),
        _ => {}
    }
    logs::start(config.log_format, config.log_level);
    warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    memory::follow(config.cache);
    std::panic::set_hook(Box::new(|panic| {
        // The place only: the message could hold a value.
        tracing::error!(location = panic.location().map(tracing::field::display), "a panic");
    }));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    let to = match &command {
        Command::Files(Files::Get { to, .. }) => to.clone(),
        _ => None,
    };
    match command {
        Command::Db(Db::Move { to }) => return runtime.block_on(moved(&Moves::Records(to), &config, output)),
        Command::Db(Db::Reopen) => {
            output.value(&runtime.block_on(moving::reopen(&config))?);
            return Ok(ExitCode::SUCCESS);
        }
        Command::Files(Files::Move { to }) => return runtime.block_on(moved(&Moves::Files(to), &config, output)),
        Command::Listen(arguments) => return runtime.block_on(listen::listen(&config, arguments, output)),
        Command::Demo => return runtime.block_on(demo::demo(&config, &operator, output)),
        Command::Restore(arguments) => return runtime.block_on(backup::restore(arguments, &config, output)),
        Command::Backup(command) if !matches!(command, backup::Backup::Create { .. }) => {
            return runtime.block_on(backup::run(command, &config, output));
        }
        _ => {}
    }
    match admin_command(command)? {
        None => runtime.block_on(serve(&config, output)),
        Some(command) => runtime.block_on(administer(&config, (&operator, command), to, output)),
    }
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
    Settings::gather(&Given { flags, variable: &variable, names, file: common.config.clone() })
}

fn check_rules(read: &Result<RuleSet, Vec<String>>, file: &str, output: Output) -> Result<ExitCode, String> {
    match read {
        Ok(rules) => {
            let (version, count) = (&rules.version, rules.rules.len());
            output.value(&serde_json::json!({ "ok": true, "version": version, "rules": count }));
            Ok(ExitCode::SUCCESS)
        }
        Err(faults) => Err(faults.iter().map(|fault| format!("{file}{fault}")).collect::<Vec<_>>().join("\n")),
    }
}

fn show_rules(settings: &Settings, output: Output) -> Result<ExitCode, String> {
    let text = match settings.rules_file() {
        Some(path) => std::fs::read_to_string(&path).map_err(cannot("read the rules in", &path))?,
        None => RuleSet::BASELINE.to_owned(),
    };
    match output {
        Output::Text => output::say(text.trim_end()),
        Output::Json => output.value(&toml::from_str(&text).map_err(|error| error.to_string())?),
    }
    Ok(ExitCode::SUCCESS)
}

fn configuration(command: ConfigCommand, settings: &Settings, output: Output) -> Result<ExitCode, String> {
    match command {
        ConfigCommand::Show => {
            output.value(&serde_json::to_value(settings.shown()).map_err(|error| error.to_string())?);
            Ok(ExitCode::SUCCESS)
        }
        ConfigCommand::Check => {
            let mut errors = settings.config().err().unwrap_or_default();
            errors.extend(settings.unknown_variables());
            if !errors.is_empty() {
                return Err(errors.join("\n"));
            }
            output.value(&serde_json::json!({ "ok": true }));
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// `None` is serving.
fn admin_command(command: Command) -> Result<Option<AdminCommand>, String> {
    Ok(Some(match command {
        Command::Serve(_)
        | Command::Completions { .. }
        | Command::Config(_)
        | Command::Rules(_)
        | Command::Listen(_)
        | Command::Demo
        | Command::Db(_)
        | Command::Restore(_)
        | Command::Files(Files::Move { .. }) => return Ok(None),
        Command::Backup(backup::Backup::Create { place }) => {
            AdminCommand::BackupCreate { place: backup::absolute(place)? }
        }
        Command::Backup(_) => return Ok(None),
        Command::Accounts(Accounts::Create { name }) => AdminCommand::AccountsCreate { name },
        Command::Accounts(Accounts::List) => AdminCommand::AccountsList,
        Command::Accounts(Accounts::Set { account, name, display_name, colour, logo, redirect_hosts }) => {
            let set = AccountSettings { name, display_name, colour, logo, redirect_hosts };
            AdminCommand::AccountsSet { account, set: Box::new(set) }
        }
        Command::Keys(Keys::Create { place, name, scopes, expires_in }) => {
            AdminCommand::KeysCreate { place: place.into(), name, scopes, expires_in }
        }
        Command::Keys(Keys::List { account, environment }) => {
            AdminCommand::KeysList { account, environment: environment.map(Into::into) }
        }
        Command::Keys(Keys::Revoke { key_id }) => AdminCommand::KeysRevoke { key_id },
        Command::Keys(Keys::Roll { key_id, overlap }) => AdminCommand::KeysRoll { key_id, overlap },
        Command::Customers(Customers::Get { customer_id, place }) => {
            AdminCommand::CustomersGet { place: place.into(), customer_id }
        }
        Command::Customers(Customers::List { place, email, limit }) => {
            AdminCommand::CustomersList { place: place.into(), email, limit }
        }
        Command::Files(Files::Get { file_id, place, to: _ }) => AdminCommand::FilesGet { place: place.into(), file_id },
        Command::Files(Files::List { place, customer, limit }) => {
            AdminCommand::FilesList { place: place.into(), customer_id: customer, limit }
        }
        Command::Review(Review::List { place, limit }) => AdminCommand::ReviewList { place: place.into(), limit },
        Command::Review(Review::Show { customer_id, place }) => {
            AdminCommand::ReviewShow { place: place.into(), customer_id }
        }
        Command::Review(Review::Decide {
            customer_id,
            outcome,
            place,
            requirements,
            rails,
            reasons,
            labels,
            comment,
            note,
        }) => {
            let lists = [("requirements", requirements), ("reason_codes", reasons), ("labels", labels)];
            let decision = decision(outcome, lists, &rails, [("comment", comment), ("note", note)]);
            AdminCommand::ReviewDecide { place: place.into(), customer_id, decision }
        }
        Command::Webhooks(Webhooks::List { place }) => AdminCommand::WebhooksList { place: place.into() },
        Command::Webhooks(Webhooks::Deliveries { webhook_id, place, limit }) => {
            AdminCommand::WebhooksDeliveries { place: place.into(), webhook_id, limit }
        }
        Command::Webhooks(Webhooks::Resend { webhook_id, delivery_id, place }) => {
            AdminCommand::WebhooksResend { place: place.into(), webhook_id, delivery_id }
        }
        Command::Audit(command) => command.command()?,
        Command::Keyring(Keyring::Rotate) => AdminCommand::KeyringRotate,
        Command::Doctor => AdminCommand::Doctor,
    }))
}

/// The files that a person names are read here: a server may not see them.
fn read_anchors(paths: &[PathBuf]) -> Result<Vec<anchor::Given>, String> {
    let read = |path: &PathBuf| {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        Ok(anchor::Given { name, text })
    };
    paths.iter().map(read).collect()
}

/// A logo in base64; of no path, none.
fn logo(path: &str) -> Result<String, String> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let bytes = std::fs::read(path).map_err(cannot("read the logo", Path::new(path)))?;
    // What is far too large is not sent to be told so.
    Ok(STANDARD.encode(&bytes[..bytes.len().min(2 * Logo::MAX)]))
}

/// The body of a decision; what is wrong with it the server says.
fn decision(
    outcome: String,
    lists: [(&str, Vec<String>); 3],
    rails: &[String],
    texts: [(&str, Option<String>); 2],
) -> Value {
    let rail = |rail: &String| {
        let (currency, rails) = rail.split_once('/').unwrap_or((rail, ""));
        serde_json::json!({ "currency": currency, "payment_rails": rails })
    };
    let mut body = serde_json::Map::from_iter([("outcome".to_owned(), Value::from(outcome))]);
    if !rails.is_empty() {
        body.insert("rails".to_owned(), rails.iter().map(rail).collect());
    }
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
    body.extend(lists.map(|(name, list)| (name.to_owned(), list.into())));
    body.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into()))));
    Value::Object(body)
}

async fn serve(config: &Config, output: Output) -> Result<ExitCode, String> {
    // Asked for before the first request is taken, so that no signal finds the default action.
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    let server = Server::start(config).await.map_err(|error| error.to_string())?;
    output::banner(&server, config, output);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: accepted requests are finished first");
    if !server.stop().await {
        tracing::warn!("some requests were not finished in time");
    }
    Ok(ExitCode::SUCCESS)
}

async fn administer(
    config: &Config,
    (operator, command): (&OperatorName, AdminCommand),
    to: Option<PathBuf>,
    output: Output,
) -> Result<ExitCode, String> {
    let makes_folder = matches!(command, AdminCommand::AccountsCreate { .. } | AdminCommand::KeysCreate { .. });
    if !makes_folder && !config.keyring.exists() {
        return Err(format!(
            "there is no data in {}; start dossier serve once, or name the folder with --data-dir",
            config.data_dir.display()
        ));
    }
    let (bar, progress) = progress_bar();
    let outcome = match Lock::take(&config.data_dir) {
        Ok(lock) => {
            let opened = Installation::open(config, config.links_to(), anchoring(&command)).await;
            let Installation { store, services, anchored, .. } = opened.map_err(|error| error.to_string())?;
            let context =
                Context { services: &services, store: &*store, anchored: &anchored, config, metrics: None, operator };
            let outcome = admin::run(context, command.clone(), &progress).await;
            // The error is in the log; the command has done what it was asked.
            let _ = anchored.write();
            drop((services, anchored, store));
            drop(lock);
            outcome
        }
        Err(in_use @ InstallationError::InUse { .. }) => {
            control::call(&config.data_dir, operator, &command, &progress).await.ok_or_else(|| in_use.to_string())?
        }
        Err(error) => return Err(error.to_string()),
    };
    bar.finish_and_clear();
    let mut value = outcome?;
    if matches!(command, AdminCommand::FilesGet { .. }) {
        save(&mut value, to)?;
    }
    match &command {
        AdminCommand::AuditList { .. } => output.value_as(&value, audit::list),
        AdminCommand::AuditShow { .. } => output.value_as(&value, audit::entry),
        _ => output.rows(&value, columns(&command)),
    }
    Ok(if is_well(&command, &value) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A database that is older than the anchor is opened only to look into it, or to accept it.
const fn anchoring(command: &AdminCommand) -> Anchoring {
    match command {
        AdminCommand::AuditVerify { .. } | AdminCommand::AuditAcceptRestore { .. } | AdminCommand::Doctor => {
            Anchoring::Reported
        }
        _ => Anchoring::Enforced,
    }
}

/// Moves records or files, with a bar.
async fn moved(what: &Moves, config: &Config, output: Output) -> Result<ExitCode, String> {
    let (bar, progress) = progress_bar();
    let moved = match what {
        Moves::Records(to) => moving::database(config, to, &progress).await,
        Moves::Files(to) => moving::files(config, to, &progress).await,
    };
    bar.finish_and_clear();
    output.value(&moved?);
    Ok(ExitCode::SUCCESS)
}

/// What can be moved, and where to.
enum Moves {
    Records(String),
    Files(String),
}

/// Writes the content of a file to a new file that only its owner can read, and says where it went.
fn save(value: &mut Value, to: Option<PathBuf>) -> Result<(), String> {
    let malformed = || "the server is of another version than this command".to_owned();
    let content = value.as_object_mut().and_then(|file| file.remove("content")).ok_or_else(malformed)?;
    let content = content.as_str().and_then(|text| STANDARD.decode(text).ok()).ok_or_else(malformed)?;
    let path = match (to, value["id"].as_str(), MediaType::deserialize(&value["type"])) {
        (Some(to), _, _) => to,
        (None, Some(id), Ok(media_type)) => PathBuf::from(format!("{id}.{}", media_type.extensions()[0])),
        _ => return Err(malformed()),
    };
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = made.map_err(cannot("make", &path))?;
    file.write_all(&content).map_err(cannot("write", &path))?;
    value["saved_as"] = path.display().to_string().into();
    Ok(())
}

/// What a list shows to people, where a line has no room for everything.
const fn columns(command: &AdminCommand) -> &'static [&'static str] {
    match command {
        AdminCommand::KeysList { .. } => &["key_id", "environment", "name", "hint", "state", "expires_at"],
        AdminCommand::CustomersList { .. } => &["customer_id", "type", "email", "kycs.status", "created_at"],
        AdminCommand::FilesList { .. } => &["id", "type", "size", "state", "customer_id"],
        AdminCommand::WebhooksList { .. } => &["id", "url", "status"],
        AdminCommand::WebhooksDeliveries { .. } => {
            &["id", "event_type", "entity_id", "state", "attempts", "last_answer"]
        }
        _ => &[],
    }
}

/// Commands that look for something wrong say by their exit code whether they found it.
fn is_well(command: &AdminCommand, value: &Value) -> bool {
    match command {
        AdminCommand::AuditVerify { .. } => value["findings"].as_array().is_none_or(Vec::is_empty),
        AdminCommand::Doctor => value.as_array().is_none_or(|checks| checks.iter().all(|check| check["ok"] == true)),
        _ => true,
    }
}

/// A progress bar, drawn on a terminal only, and the function that moves it.
fn progress_bar() -> (ProgressBar, impl Fn(u64, u64) + Send + Sync) {
    let bar = if std::io::stderr().is_terminal() {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}");
        ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    } else {
        ProgressBar::hidden()
    };
    let moved = bar.clone();
    let progress = move |done, total| {
        moved.set_length(total);
        moved.set_position(done);
    };
    (bar, progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn durations() {
        for (text, seconds) in
            [("90s", Some(90)), ("30m", Some(1_800)), ("12h", Some(43_200)), ("7d", Some(604_800)), ("0s", Some(0))]
        {
            assert_eq!(duration(text).ok(), seconds, "{text}");
        }
        for wrong in ["", "7", "d", "-1s", "1w", "1.5h", "99999999999999999d", "7 d", "é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert!(overlap("8d").is_err());
    }
}
