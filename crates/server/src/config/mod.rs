//! Configuration: flags, then `DOSSIER_*` variables (or files that `DOSSIER_*_FILE` names), then one TOML file, then
//! defaults. Every value knows where it came from, and is wiped when it is dropped: one of them may be the root key.

pub mod backup;
mod file;
pub mod recorded;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dossier_core::kyc::{AfterApproval, RuleSet};
use dossier_core::quota::{Quotas, Room};
use dossier_core::webhook::Schedule;
use serde::Serialize;
use tracing::level_filters::LevelFilter;
use zeroize::Zeroizing;

use crate::egress::targets::PrivateTargets;
use crate::http::clients::TrustedProxies;
use crate::http::rates::Rates;
use crate::room::Floor;
use crate::trust;

/// What a setting is called, means, and is when nobody says.
struct Setting {
    name: &'static str,
    help: &'static str,
    default: &'static str,
    secret: bool,
}

const fn setting(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, help, default, secret: false }
}

const DATA_DIR: &str = "./dossier-data";

/// Every setting, those of backups included.
fn settings() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().chain(&backup::SETTINGS)
}

/// The settings except those of backups. The variable of `listen` is `DOSSIER_LISTEN`, its flag `--listen`, its TOML
/// key `listen`.
const SETTINGS: &[Setting] = &[
    setting("data_dir", DATA_DIR, "the folder with root key, keyring and database"),
    setting("listen", "127.0.0.1:8080", "address and port of the API"),
    setting("metrics_listen", "127.0.0.1:9464", "address and port of metrics and health; off turns them off"),
    setting("public_url", "", "the URL under which clients reach the API; from listen when empty"),
    Setting {
        name: "database",
        default: "",
        help: "postgres://user:password@host/name, for many processes; the embedded database in the data folder when \
            empty",
        secret: true,
    },
    setting(
        "keyring",
        "",
        "the file of epoch keys, the same for every process on one database; keyring.json in the data folder when \
            empty",
    ),
    setting(
        "anchor",
        "",
        "the file that says how far the audit trails had come, one for each process, best on another disk than the \
            database; anchor in the data folder when empty",
    ),
    setting(
        "files",
        "",
        "where the content of files lies: s3://bucket/folder, gs://…, az://… or file:///folder; in the data folder \
            when empty",
    ),
    setting(
        "cache",
        "",
        "memory for customers that are remembered between requests, like 512MiB or 4GiB; 20MiB when empty, with \
            PostgreSQL 40MiB",
    ),
    setting(
        "disk_floor",
        "auto",
        "how much of the disk stays free, like 2GiB; below it only reads and deletions are served; auto means \
            512MiB, or 5 % of a smaller disk",
    ),
    setting("rules", "", "the file of rules that say what is required of customers; the baseline when empty"),
    setting(
        "rails",
        "aed/uaefts, eur/sepa, usd/ach, usd/wire, usd/swift",
        "currencies and payment rails, in the order of a breakdown",
    ),
    setting(
        "after_approval",
        "review",
        "what a change of an approved customer's identity does: review asks the reviewers, reopen ends the approval, \
            refuse refuses it",
    ),
    setting("provider", "manual", "who verifies in production besides the reviewers: manual (nobody) or sumsub"),
    setting("sumsub_url", "https://api.sumsub.com", "where Sumsub's API is"),
    Setting { name: "sumsub_app_token", default: "", help: "the app token for Sumsub", secret: true },
    Setting { name: "sumsub_secret", default: "", help: "the secret that signs requests to Sumsub", secret: true },
    Setting {
        name: "sumsub_webhook_secret",
        default: "",
        help: "the secret that signs Sumsub's calls to /providers/sumsub",
        secret: true,
    },
    setting(
        "webhook_waits",
        "5s, 30s, 2m, 10m, 1h, 4h, 12h",
        "how long to wait after each attempt of a delivery that failed; the last is repeated",
    ),
    setting("webhook_give_up", "3d", "how long a delivery is tried, and how long an endpoint may take nothing"),
    setting(
        "webhook_private",
        "auto",
        "which addresses besides public ones webhooks may reach: none, or a list like 10.0.0.5, 192.168.0.0/16, \
            [fd12::/16]:8443; auto means this machine while listen is on loopback, and none otherwise",
    ),
    setting("log_format", "auto", "json, text, or auto: text on a terminal, json elsewhere"),
    setting("log_level", "info", "error, warn, info, debug or trace"),
    setting("max_connections", "4096", "connections open at the same time"),
    setting(
        "max_connections_per_address",
        "",
        "connections of one address open at the same time; when empty 64, and no limit for this machine and trusted \
            proxies",
    ),
    setting(
        "trusted_proxies",
        "",
        "addresses and networks of the proxies whose Forwarded or X-Forwarded-For is believed, like 10.0.0.0/8; none \
            when empty",
    ),
    setting(
        "proxy_protocol",
        "off",
        "on when each connection of a trusted proxy begins with a header of the PROXY protocol",
    ),
    setting("max_requests", "512", "requests answered at the same time"),
    setting("rate_per_key", "5000", "requests of a key in a second, or off"),
    setting("rate_per_account", "10000", "requests of all keys of an account in a second, or off"),
    setting("failed_authentications", "20", "requests of an address without a valid key or link in a minute, or off"),
    setting("long_polls_per_key", "4", "requests of a key that wait for events at the same time, or off"),
    setting("downloads_per_key", "8", "files that a key reads at the same time, or off"),
    setting("idempotency_keys_per_day", "10000000", "new Idempotency-Keys of an account in a day, or off"),
    setting("files_per_account", "10000000", "files of an account in an environment, or off"),
    setting("bytes_per_account", "10TiB", "bytes of the files of an account in an environment, or off"),
    setting("files_per_customer", "1000", "files that are evidence of a customer, or ever were, or off"),
    setting("bytes_per_customer", "2GiB", "bytes of the files that are evidence of a customer, or off"),
    setting("shutdown_seconds", "25", "how long accepted requests may take to finish after SIGTERM"),
    Setting {
        name: "root_key",
        default: "",
        help: "the root key, 32 bytes in base64; when empty, root.key in the data folder",
        secret: true,
    },
    setting("root_key_command", "", "a program that prints the root key, for a KMS or a secret store"),
];

/// Bytes of `cache` at most: more than any machine has is a slip.
const MOST_CACHE: u64 = 1 << 40;

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// One JSON object a line.
    Json,
    /// One line of text.
    Text,
}

impl LogFormat {
    /// Whether it is JSON, as standard error is now.
    #[must_use]
    pub fn is_json(self) -> bool {
        match self {
            Self::Auto => !std::io::stderr().is_terminal(),
            Self::Json => true,
            Self::Text => false,
        }
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `--name`
    Flag,
    /// `DOSSIER_NAME`
    Variable,
    /// The file that `DOSSIER_NAME_FILE` names.
    VariableFile,
    /// The TOML file.
    Toml(PathBuf),
    /// Nobody said.
    Default,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Variable => f.write_str("environment"),
            Self::VariableFile => f.write_str("file named in the environment"),
            Self::Toml(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// What is in force, as text, with its origin. Its `Debug` shows no values: one of them is the root key.
#[derive(Clone)]
pub struct Settings {
    values: BTreeMap<&'static str, Value>,
    /// A file of settings that is in the current folder and was not read.
    passed_over: Option<PathBuf>,
    /// What is wrong with the file of settings.
    errors: Vec<String>,
    /// Variables that look like settings and are none.
    unknown: Vec<String>,
}

type Value = (Zeroizing<String>, Source);

/// A setting for people: secrets are not shown.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// The name.
    pub name: &'static str,
    /// The value.
    pub value: String,
    /// Where it came from.
    pub source: String,
    /// What it means.
    pub help: &'static str,
}

/// What is given besides the TOML file. Tests give their own.
pub struct Given<'a> {
    /// Flags by setting name.
    pub flags: BTreeMap<&'static str, String>,
    /// The environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The names of the variables that begin with `DOSSIER_`.
    pub names: Vec<String>,
    /// The TOML file that a flag names.
    pub file: Option<PathBuf>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settings")
    }
}

impl Settings {
    /// Gathers what is given.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is no TOML, in words for the person who wrote it. What else is wrong
    /// [`Settings::config`] says, all at once.
    pub fn gather(given: &Given<'_>) -> Result<Self, String> {
        let mut errors = Vec::new();
        let (path, toml) = file::read(given, &mut errors)?;
        let mut values = BTreeMap::new();
        for setting in settings() {
            let value = match (given.value(setting.name)?, toml.get(setting.name)) {
                (Some(value), _) => value,
                (None, Some(value)) => (value.clone(), Source::Toml(path.clone())),
                (None, None) => (setting.default.to_owned().into(), Source::Default),
            };
            values.insert(setting.name, value);
        }
        let is_read =
            given.config_file().is_some() || std::path::absolute(file::NAME).ok() == std::path::absolute(&path).ok();
        let passed_over = Some(PathBuf::from(file::NAME)).filter(|file| !is_read && file.exists());
        Ok(Self { values, passed_over, errors, unknown: given.unknown() })
    }

    fn text(&self, name: &str) -> &str {
        self.values.get(name).map(|(text, _)| text.as_str()).expect("every setting has a value")
    }

    /// What whoever starts the program should know about its settings.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.passed_over.as_ref().map(|file| {
            format!("./{} is not read: name it with --config, or move it into the data folder", file.display())
        })
    }

    /// A line for each variable that looks like a setting and is none: a typing error, probably.
    pub fn unknown_variables(&self) -> impl Iterator<Item = String> {
        self.unknown.iter().map(|name| format!("{name} is not a setting"))
    }

    /// The file of rules, when one is set.
    #[must_use]
    pub fn rules_file(&self) -> Option<PathBuf> {
        Some(self.text("rules")).filter(|text| !text.is_empty()).map(PathBuf::from)
    }

    /// All settings, for `config show`.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        let show = |setting: &Setting| {
            let (text, source) = &self.values[setting.name];
            let value = if setting.secret && !text.is_empty() { "[secret]".to_owned() } else { String::clone(text) };
            Shown { name: setting.name, value, source: source.to_string(), help: setting.help }
        };
        settings().map(show).collect()
    }

    /// The settings as what they mean.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, a line each.
    pub fn config(&self) -> Result<Config, Vec<String>> {
        let mut errors = self.errors.clone();
        let mut wrong = |name: &str, wanted: &str| errors.push(format!("{name}: must be {wanted}"));
        let mut address = |name: &str| -> SocketAddr {
            socket_address(self.text(name)).unwrap_or_else(|| {
                wrong(name, "an address and port, like 127.0.0.1:8080, localhost:8080 or 8080");
                SocketAddr::from(([127, 0, 0, 1], 0))
            })
        };
        let listen = address("listen");
        let metrics = (self.text("metrics_listen") != "off").then(|| address("metrics_listen"));
        let number = |name: &str, wrong: &mut dyn FnMut(&str, &str)| -> usize {
            self.text(name).parse().ok().filter(|number| (1..=1_000_000).contains(number)).unwrap_or_else(|| {
                wrong(name, "a whole number from 1 to 1000000");
                1
            })
        };
        let max_connections = number("max_connections", &mut wrong);
        let max_requests = number("max_requests", &mut wrong);
        let per_address = self.text("max_connections_per_address");
        let max_connections_per_address =
            (!per_address.is_empty()).then(|| number("max_connections_per_address", &mut wrong));
        let mut or_off = |name: &str, read: &dyn Fn(&str) -> Option<u64>, wanted: &str| match self.text(name) {
            "off" => None,
            text => {
                let number = read(text).filter(|number| *number > 0);
                if number.is_none() {
                    wrong(name, &format!("{wanted}, or off"));
                }
                number
            }
        };
        let mut count = |name: &str| or_off(name, &|text| text.parse().ok(), "a whole number from 1");
        let (idempotency_keys, of_account, of_customer) =
            (count("idempotency_keys_per_day"), count("files_per_account"), count("files_per_customer"));
        let plain_or_bytes = |text: &str| text.parse().ok().or_else(|| bytes(text));
        let mut size = |name: &str| or_off(name, &plain_or_bytes, "an amount like 512MiB, 2GiB or 10TiB");
        let quotas = Quotas {
            idempotency_keys,
            of_account: Room { files: of_account, bytes: size("bytes_per_account") },
            of_customer: Room { files: of_customer, bytes: size("bytes_per_customer") },
        };
        let few = |text: &str| text.parse().ok().filter(|number| *number <= 1_000_000);
        let mut limit = |name: &str| or_off(name, &few, "a whole number from 1 to 1000000");
        let per_second = |limit: Option<u64>| limit.and_then(|limit| u32::try_from(limit).ok());
        let rates = Rates {
            per_key: per_second(limit("rate_per_key")),
            per_account: per_second(limit("rate_per_account")),
            failed: per_second(limit("failed_authentications")),
            long_polls: limit("long_polls_per_key"),
            downloads: limit("downloads_per_key"),
        };
        let shutdown = number("shutdown_seconds", &mut wrong);
        let log_format = match self.text("log_format") {
            "auto" => LogFormat::Auto,
            "json" => LogFormat::Json,
            "text" => LogFormat::Text,
            _ => {
                wrong("log_format", "auto, json or text");
                LogFormat::Auto
            }
        };
        let log_level = self.text("log_level").parse().unwrap_or_else(|_| {
            wrong("log_level", "error, warn, info, debug or trace");
            LevelFilter::INFO
        });
        let public_url = self.text("public_url").trim_end_matches('/').to_owned();
        if !public_url.is_empty() && !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            wrong("public_url", "a URL that begins with http:// or https://");
        }
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let secret = |name: &str| Zeroizing::new(self.text(name).to_owned());
        let root_key = match (self.text("root_key"), self.text("root_key_command")) {
            ("", "") => RootKeySource::DataFolder,
            ("", command) => RootKeySource::Command(command.to_owned()),
            (_, "") if self.values["root_key"].1 == Source::Variable => RootKeySource::Variable(secret("root_key")),
            (_, "") => RootKeySource::Given(secret("root_key")),
            (_, _) => {
                wrong("root_key_command", "empty when root_key is set");
                RootKeySource::DataFolder
            }
        };
        let files = some(self.text("files").trim_end_matches('/'));
        if files.as_ref().is_some_and(|url| !holds_files(url)) {
            wrong("files", "a URL that begins with s3://, gs://, az:// or file:///");
        }
        let database = some(self.text("database"));
        if database.as_ref().is_some_and(|url| !is_postgres(url)) {
            wrong("database", "a URL that begins with postgres://");
        }
        let cache = some(self.text("cache")).map(|text| {
            bytes(&text).filter(|bytes| *bytes <= MOST_CACHE).unwrap_or_else(|| {
                wrong("cache", "an amount of memory up to 1024GiB, like 512MiB or 4GiB");
                0
            })
        });
        let disk_floor = match self.text("disk_floor") {
            "auto" => Floor::Auto,
            text => Floor::Bytes(bytes(text).unwrap_or_else(|| {
                wrong("disk_floor", "auto, or an amount like 512MiB or 2GiB");
                0
            })),
        };
        let data_dir = PathBuf::from(self.text("data_dir"));
        let keyring = some(self.text("keyring")).map_or_else(|| data_dir.join("keyring.json"), PathBuf::from);
        let anchor = some(self.text("anchor")).map_or_else(|| data_dir.join("anchor"), PathBuf::from);
        let rails: Vec<_> = self.text("rails").split(',').map(|rail| rail.trim().split_once('/')).collect();
        let named = |part: &str| {
            (1..=32).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        if rails.len() > 32
            || !rails.iter().all(|rail| rail.is_some_and(|(currency, rail)| named(currency) && named(rail)))
        {
            wrong("rails", "a list of currency/rail in small letters, like eur/sepa, usd/ach");
        }
        let rails = rails.into_iter().flatten().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        let after_approval = match self.text("after_approval") {
            "review" => AfterApproval::Review,
            "reopen" => AfterApproval::Reopen,
            "refuse" => AfterApproval::Refuse,
            _ => {
                wrong("after_approval", "review, reopen or refuse");
                AfterApproval::Review
            }
        };
        let sumsub = match self.text("provider") {
            "manual" => None,
            "sumsub" => {
                for name in ["sumsub_app_token", "sumsub_secret", "sumsub_webhook_secret"] {
                    if self.text(name).is_empty() {
                        wrong(name, "set when provider is sumsub");
                    }
                }
                let url = self.text("sumsub_url").to_owned();
                if !url.starts_with("https://") && !url.starts_with("http://127.0.0.1") {
                    wrong("sumsub_url", "a URL that begins with https://");
                }
                Some(crate::sumsub::Settings {
                    url,
                    app_token: secret("sumsub_app_token"),
                    secret: secret("sumsub_secret"),
                    webhook_secret: secret("sumsub_webhook_secret"),
                })
            }
            _ => {
                wrong("provider", "manual or sumsub");
                None
            }
        };
        let waits: Option<Vec<i64>> = self.text("webhook_waits").split(',').map(|text| millis(text.trim())).collect();
        let give_up = millis(self.text("webhook_give_up").trim());
        if waits.is_none() {
            wrong("webhook_waits", "a list of durations, like 5s, 2m, 1h");
        }
        if give_up.is_none() {
            wrong("webhook_give_up", "a duration, like 3d");
        }
        let deliveries = Schedule { waits: waits.unwrap_or_default(), give_up: give_up.unwrap_or_default() };
        let backups = backup::Backups::read(|name| self.text(name), &mut wrong);
        let webhook_private = match self.text("webhook_private") {
            "auto" if listen.ip().to_canonical().is_loopback() => PrivateTargets::loopback(),
            "auto" | "none" => PrivateTargets::default(),
            list => PrivateTargets::parse(list).unwrap_or_else(|| {
                wrong(
                    "webhook_private",
                    "auto, none, or a list of addresses and networks, each with or without a port",
                );
                PrivateTargets::default()
            }),
        };
        let proxy_protocol = match self.text("proxy_protocol") {
            "on" => true,
            "off" => false,
            _ => {
                wrong("proxy_protocol", "on or off");
                false
            }
        };
        let trusted_proxies = self.text("trusted_proxies");
        if proxy_protocol && trusted_proxies.is_empty() {
            wrong("proxy_protocol", "off when trusted_proxies is empty");
        }
        let trusted_proxies = TrustedProxies::parse(trusted_proxies, proxy_protocol).unwrap_or_else(|| {
            wrong("trusted_proxies", "a list of addresses and networks, like 10.0.0.5, 192.168.0.0/16");
            TrustedProxies::default()
        });
        let rules = match self.rules_file().as_deref().map(read_rules) {
            None => RuleSet::baseline(),
            Some(Ok(rules)) => rules,
            Some(Err(faults)) => {
                let file = self.text("rules");
                errors.extend(faults.into_iter().map(|fault| format!("rules: {file}: {fault}")));
                RuleSet::baseline()
            }
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Config {
            recorded: self.recorded(&rules),
            backups,
            rules: Arc::new(rules),
            rails,
            after_approval,
            sumsub,
            deliveries,
            webhook_private,
            files,
            data_dir,
            database,
            cache,
            disk_floor,
            keyring,
            anchor,
            listen,
            metrics_listen: metrics
                .map(|address| MetricsListen { address, chosen: self.values["metrics_listen"].1 != Source::Default }),
            public_url: some(&public_url),
            log_format,
            log_level,
            max_connections,
            max_connections_per_address,
            trusted_proxies,
            rates,
            quotas,
            max_requests,
            shutdown: Duration::from_secs(shutdown as u64),
            root_key,
        })
    }
}

/// Where the root key comes from.
#[derive(Clone)]
pub enum RootKeySource {
    /// `root.key` in the data folder, made at the first start.
    DataFolder,
    /// Given as text in a file.
    Given(Zeroizing<String>),
    /// Given as text in an environment variable, which no program can wipe.
    Variable(Zeroizing<String>),
    /// Printed by a program.
    Command(String),
}

/// The port of metrics and health.
#[derive(Debug, Clone, Copy)]
pub struct MetricsListen {
    /// Where.
    pub address: SocketAddr,
    /// Whether somebody chose it; a default that is taken gives way to a free port.
    pub chosen: bool,
}

/// Reads a file of rules.
///
/// # Errors
///
/// Everything that is wrong with it, a line each.
pub fn read_rules(path: &Path) -> Result<RuleSet, Vec<String>> {
    RuleSet::read(&trust::read(path).map_err(|error| vec![error])?)
}

/// Whether a URL is that of a PostgreSQL database.
#[must_use]
pub fn is_postgres(url: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

/// Whether a URL is that of a place that the content of files can lie in.
#[must_use]
pub fn holds_files(url: &str) -> bool {
    ["s3://", "gs://", "az://", "file:///"].iter().any(|scheme| url.starts_with(scheme))
}

/// `250ms`, `90s`, `30m`, `12h` or `7d`, in milliseconds.
fn millis(text: &str) -> Option<i64> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    i64::try_from(amount(text, &units)?).ok()
}

/// An address and port; with no address, or `localhost`, those of this machine alone.
fn socket_address(text: &str) -> Option<SocketAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let port = text.strip_prefix("localhost").unwrap_or(text);
    let port = port.strip_prefix(':').or(Some(port).filter(|_| !text.starts_with("localhost")))?;
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    Some(SocketAddr::from(([127, 0, 0, 1], port.parse().ok().filter(|_| is_number)?)))
}

/// `512KiB`, `64MiB`, `4GiB` or `1TiB`, in bytes.
fn bytes(text: &str) -> Option<u64> {
    amount(text, &[("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)])
}

/// A whole number and the unit right behind it.
fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (number, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let (_, size) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*size)
}

/// Configuration as the program uses it.
#[derive(Clone)]
pub struct Config {
    /// The settings whose changes stand in the audit trail.
    pub recorded: dossier_core::settings::Settings,
    /// Where and when backups are made.
    pub backups: backup::Backups,
    /// What is required of customers.
    pub rules: Arc<RuleSet>,
    /// Currency and payment rail.
    pub rails: Vec<(String, String)>,
    /// What a change of identity does after an approval.
    pub after_approval: AfterApproval,
    /// Sumsub, when it is the provider.
    pub sumsub: Option<crate::sumsub::Settings>,
    /// When failed deliveries are tried again.
    pub deliveries: Schedule,
    /// The addresses besides public ones that webhooks may reach.
    pub webhook_private: PrivateTargets,
    /// The data folder.
    pub data_dir: PathBuf,
    /// The PostgreSQL database; the embedded one when `None`.
    pub database: Option<String>,
    /// Bytes of customers that are remembered between requests; what the engine usually takes when `None`.
    pub cache: Option<u64>,
    /// How much of the disk stays free.
    pub disk_floor: Floor,
    /// The keyring's file.
    pub keyring: PathBuf,
    /// The file that says how far the audit trails had come.
    pub anchor: PathBuf,
    /// The bucket of files; `None` for a folder in the data folder.
    pub files: Option<String>,
    /// The API.
    pub listen: SocketAddr,
    /// Metrics and health, when wanted.
    pub metrics_listen: Option<MetricsListen>,
    /// The URL under which clients reach the API.
    pub public_url: Option<String>,
    /// How logs are written.
    pub log_format: LogFormat,
    /// What is logged.
    pub log_level: LevelFilter,
    /// Connections open at the same time.
    pub max_connections: usize,
    /// The same for each address; `None` for the default, which exempts this machine and trusted proxies.
    pub max_connections_per_address: Option<usize>,
    /// How much callers may ask for.
    pub rates: Rates,
    /// How much an account may have.
    pub quotas: Quotas,
    /// The proxies that may say for whom they speak.
    pub trusted_proxies: TrustedProxies,
    /// Requests answered at the same time.
    pub max_requests: usize,
    /// How long accepted requests may take to finish.
    pub shutdown: Duration,
    /// Where the root key comes from.
    pub root_key: RootKeySource,
}

impl Config {
    /// Under which URL customers reach the server, when it does not run and cannot say.
    #[must_use]
    pub fn links_to(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }
}

impl Given<'_> {
    /// The TOML file that is named.
    fn config_file(&self) -> Option<PathBuf> {
        self.file.clone().or_else(|| (self.variable)("DOSSIER_CONFIG").map(PathBuf::from))
    }

    /// The variables that are no setting. Those that Kubernetes makes for a service of this name are not ours.
    fn unknown(&self) -> Vec<String> {
        const OTHERS: &[&str] = &["DOSSIER_CONFIG", "DOSSIER_API_KEY"];
        let is_of_cluster = |name: &str| {
            name == "DOSSIER_PORT" || name.starts_with("DOSSIER_PORT_") || name.starts_with("DOSSIER_SERVICE_")
        };
        let is_known = |name: &str| {
            let setting = name.trim_start_matches("DOSSIER_").to_lowercase();
            let setting = setting.strip_suffix("_file").unwrap_or(&setting);
            OTHERS.contains(&name) || is_of_cluster(name) || settings().any(|known| known.name == setting)
        };
        self.names.iter().filter(|name| !is_known(name)).cloned().collect()
    }

    /// What is said of a setting outside of the TOML file.
    fn value(&self, name: &str) -> Result<Option<Value>, String> {
        let variable = format!("DOSSIER_{}", name.to_uppercase());
        if let Some(flag) = self.flags.get(name) {
            return Ok(Some((flag.clone().into(), Source::Flag)));
        }
        if let Some(value) = (self.variable)(&variable) {
            return Ok(Some((value.into(), Source::Variable)));
        }
        let Some(file) = (self.variable)(&format!("{variable}_FILE")) else { return Ok(None) };
        let text = trust::read(Path::new(&file)).map_err(|error| format!("{variable}_FILE: {error}"))?;
        Ok(Some((text.trim().to_owned().into(), Source::VariableFile)))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A file that only its owner can write, whatever the umask.
    fn settings_file(path: &Path, text: &str) {
        std::fs::write(path, text).expect("a file");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).expect("permissions");
    }

    fn gather(flags: &[(&'static str, &str)], variables: &[(&str, &str)], toml: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("dossier.toml");
        settings_file(&file, toml);
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let flags = flags.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let names = variables.iter().map(|(name, _)| (*name).to_owned()).collect();
        Settings::gather(&Given { flags, variable: &variable, names, file: Some(file) })
    }

    /// Everything that is wrong with a file, as text.
    fn wrong_with(toml: &str) -> String {
        let settings = gather(&[], &[], toml).expect("TOML");
        settings.config().map(|_| ()).expect_err(toml).join("\n")
    }

    #[test]
    fn addresses_may_leave_out_that_they_are_of_this_machine() {
        for (text, expected) in [
            ("0.0.0.0:80", Some("0.0.0.0:80")),
            ("[::1]:8080", Some("[::1]:8080")),
            ("localhost:8080", Some("127.0.0.1:8080")),
            (":8080", Some("127.0.0.1:8080")),
            ("8080", Some("127.0.0.1:8080")),
            ("localhost", None),
            ("localhost8080", None),
            ("+80", None),
            ("80000", None),
            ("example.com:80", None),
            ("", None),
        ] {
            assert_eq!(socket_address(text).map(|address| address.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_variable_that_is_no_setting_is_named() {
        let given =
            ["DOSSIER_LISEN", "DOSSIER_LISTEN", "DOSSIER_ROOT_KEY_FILE", "DOSSIER_PORT_8080_TCP", "DOSSIER_CONFIG"];
        let variables = given.map(|name| (name, "127.0.0.1:1"));
        let listen_alone = |name: &&(&str, &str)| name.0 == "DOSSIER_LISTEN" || name.0 == "DOSSIER_LISEN";
        let read: Vec<_> = variables.iter().filter(listen_alone).copied().collect();
        let settings = gather(&[], &read, "").expect("good settings");
        assert_eq!(settings.unknown_variables().collect::<Vec<_>>(), ["DOSSIER_LISEN is not a setting"]);
        let names = given.iter().map(|name| (*name).to_owned()).collect();
        let given = Given { flags: BTreeMap::new(), variable: &|_| None, names, file: None };
        assert_eq!(given.unknown(), ["DOSSIER_LISEN"]);
    }

    #[test]
    fn flags_beat_variables_beat_toml_beats_defaults() {
        let toml = "listen = '127.0.0.1:3'";
        for (flags, variables, toml, expected, source) in [
            (&[("listen", "127.0.0.1:1")][..], &[("DOSSIER_LISTEN", "127.0.0.1:2")][..], toml, "127.0.0.1:1", "flag"),
            (&[], &[("DOSSIER_LISTEN", "127.0.0.1:2")], toml, "127.0.0.1:2", "environment"),
            (&[], &[], "", "127.0.0.1:8080", "default"),
        ] {
            let shown = gather(flags, variables, toml).expect("good settings").shown();
            let listen = shown.iter().find(|shown| shown.name == "listen").expect("a setting");
            assert_eq!((listen.value.as_str(), listen.source.as_str()), (expected, source));
        }
        let settings = gather(&[], &[], toml).expect("good settings");
        assert_eq!(settings.config().expect("good").listen.port(), 3);
    }

    #[test]
    fn a_variable_may_name_a_file_and_secrets_are_not_shown() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let secret = folder.path().join("secret");
        settings_file(&secret, "c2VjcmV0\n");
        let settings =
            gather(&[], &[("DOSSIER_ROOT_KEY_FILE", secret.to_str().expect("a path"))], "").expect("good settings");
        let shown = settings.shown();
        let key = shown.iter().find(|shown| shown.name == "root_key").expect("a setting");
        assert_eq!((key.value.as_str(), key.source.as_str()), ("[secret]", "file named in the environment"));
        assert!(matches!(settings.config().expect("good").root_key, RootKeySource::Given(key) if *key == "c2VjcmV0"));
    }

    #[test]
    fn only_backups_have_a_table_and_nothing_is_set_twice() {
        let good = "[backup]\nplace = '/mnt/backups'\nschedule = '24h'\nkeep = 3";
        let backups = gather(&[], &[], good).expect("good settings").config().expect("good").backups;
        assert_eq!((backups.place.as_deref(), backups.keep), (Some("/mnt/backups"), 3));
        for (toml, name) in [
            ("backup_place = '/a'\n[backup]\nplace = '/b'", "backup_place is set twice"),
            ("[backup]\nplaces = '/a'", "backup_places is not a setting"),
            ("[log]\nformat = 'json'", "log is not a setting"),
            ("[lisen]", "lisen is not a setting"),
            ("[listen]\nport = 1", "listen must be a string or a whole number"),
        ] {
            let error = wrong_with(toml);
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn an_amount_of_memory_has_a_unit() {
        let cache = |text: &str| {
            let settings = gather(&[], &[("DOSSIER_CACHE", text)], "").expect("good settings");
            settings.config().map(|config| config.cache)
        };
        for (text, bytes) in [
            ("", None),
            ("0MiB", Some(0)),
            ("64KiB", Some(65_536)),
            ("4GiB", Some(4_294_967_296)),
            ("1024GiB", Some(1 << 40)),
        ] {
            assert_eq!(cache(text), Ok(bytes), "{text}");
        }
        for text in ["64", "MiB", "-1MiB", "1.5GiB", "64MB", "64 MiB", "1025GiB", "17179869184GiB"] {
            assert!(cache(text).is_err(), "{text}");
        }
    }

    #[test]
    fn everything_wrong_is_said_at_once_and_no_value_repeated() {
        let toml = "listen = 'nonsense-here'\nlog_format = 'nonsense-here'\nmax_requests = 0\npublic_url = \
            'nonsense-here'\n\
                    cache = 'nonsense-here'";
        let Err(errors) = gather(&[], &[], toml).expect("settings").config() else { panic!("five things are wrong") };
        assert_eq!(errors.len(), 5, "{errors:?}");
        assert!(errors.iter().all(|error| !error.contains("nonsense-here")));
        let three = wrong_with("lisen = 'x'\nmax_requests = 0\ncache = true");
        for wrong in ["lisen is not a setting", "max_requests: must be", "cache must be a string"] {
            assert!(three.contains(wrong), "{three}");
        }
        assert!(!gather(&[], &[], "root_key = c2VjcmV0").expect_err("no string").contains("c2VjcmV0"));
    }
}
