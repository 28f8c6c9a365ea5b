//! `dossier doctor`.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use async_trait::async_trait;
use clap::Args;
use dossier_core::api_key::KeyRecord;
use dossier_core::caller::{Environment, Scope};
use dossier_core::company::Completeness;
use dossier_store::key_export::{self, ExportHeader};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::audit::verify;
use super::command::{DataCommand, DataFolder};
use super::context::CommandContext;
use super::health::reachable;
use super::output::Output;
use crate::backup::{self, keys::CopiedKeyring};
use crate::config::Config;
use crate::config::backup::Schedule;
use crate::config::root_key::RootKeySource;
use crate::config::scan::Scan;
use crate::erasures;
use crate::errors::text;
use crate::room::{self, Disk};
use crate::scanner;

/// How long a new keyring may be without an export.
const EXPORT_SOON: Duration = Duration::from_secs(120);
/// The export is written once a day. If it is twice as old, writing it fails.
const EXPORT_LATE_MICROS: i64 = 2 * 24 * 60 * 60 * 1_000_000;

/// Check the installation for problems; exit status 1 if there are any
#[derive(Args, Serialize, Deserialize)]
pub struct Doctor {}

#[async_trait]
impl DataCommand for Doctor {
    fn needs(&self) -> DataFolder {
        DataFolder::MayBeOlder
    }

    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let CommandContext { config, store, .. } = context;
        let mut checks = vec![
            check("server", true, if context.metrics.is_some() { "running" } else { "not running" }),
            check("version", true, env!("BUILD_VERSION")),
            check("engine", true, &store.name()),
            private(&config.data_dir, "data folder"),
            private(&config.storage.keyring, "keyring"),
            check("epoch", true, &format!("{} is active", store.active_epoch())),
        ];
        checks.extend(root_key(&config.root_key));
        checks.extend(disk(config));
        checks.push(metrics(context).await);
        checks.push(match store.check_integrity().await {
            Ok(()) => check("database", true, "no damage found"),
            Err(error) => check("database", false, &error.to_string()),
        });
        let place = config.storage.files.as_deref().unwrap_or("the data folder");
        checks.push(match store.check_files().await {
            Ok(()) => check("files", true, &format!("stored in {place}, which is reachable")),
            Err(error) => check("files", false, &error.to_string()),
        });
        checks.push(match erasures::count(*store).await {
            Ok((erased, 0)) => {
                check("erasures", true, &format!("{erased} erased customers and persons, all in the ledger's copy"))
            }
            Ok((_, missing)) => {
                let detail = format!("the copy of the ledger lacks {missing}; the next start adds them");
                check("erasures", false, &detail)
            }
            Err(error) => check("erasures", false, &error.to_string()),
        });
        checks.extend(keys(context));
        checks.push(scanner(&config.scan).await);
        checks.push(backups(context).await);
        checks.extend(accounts(context).await?);
        checks.extend(audit_trail(context).await?);
        Ok(Value::Array(checks))
    }

    fn print(&self, checks: Value, output: Output) -> Result<ExitCode, String> {
        output.value(&checks);
        let well = checks.as_array().is_none_or(|checks| checks.iter().all(|check| check["ok"] == true));
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn root_key(source: &RootKeySource) -> Option<Value> {
    let advice = match source {
        RootKeySource::DataFolder => {
            "stored in the data folder, so a copy of the folder can be decrypted. In production, store it elsewhere \
                (DOSSIER_ROOT_KEY_FILE or DOSSIER_ROOT_KEY_COMMAND), and keep a second copy of it and of the keyring"
        }
        RootKeySource::Variable(_) => {
            "warning: it was read from an environment variable, which stays in memory and is visible to child \
                processes and crash reporters. Use DOSSIER_ROOT_KEY_FILE or DOSSIER_ROOT_KEY_COMMAND"
        }
        // Kubernetes gives a mounted secret to a group, so the group may read it.
        RootKeySource::File(_, path) if std::fs::metadata(path).is_ok_and(|found| found.mode() & 0o004 != 0) => {
            let path = path.display();
            &format!("warning: the mode of {path} lets every user read it. Run: chmod o= {path}, or mount it as 0440")
        }
        RootKeySource::File(..) | RootKeySource::Command(_) => return None,
    };
    Some(check("root key", true, advice))
}

/// The key export, and the last copy of the keyring.
fn keys(context: &CommandContext<'_>) -> [Value; 2] {
    let (keyring, epoch) = (&context.config.storage.keyring, context.store.active_epoch());
    let now = context.services.clock.now();
    // A running server writes it within a minute, and then once a day.
    let is_running = context.metrics.is_some();
    let export = match ExportHeader::at(&key_export::path_beside(keyring)) {
        Some(header) => {
            let age = now.as_micros() - header.created_at.as_micros();
            let good = header.epoch == epoch && age < EXPORT_LATE_MICROS;
            let detail = format!("of epoch {}, from {}", header.epoch, header.created_at);
            check("key export", good || !is_running, &detail)
        }
        None => {
            let changed = std::fs::metadata(keyring).and_then(|found| found.modified()).ok();
            let is_new = changed.and_then(|at| at.elapsed().ok()).is_some_and(|age| age < EXPORT_SOON);
            check("key export", !is_running || is_new, "none yet; a running server writes it within a minute")
        }
    };
    let copied = match CopiedKeyring::last(keyring) {
        Some(last) if last.epoch == u64::from(epoch) => format!("made at {}", last.at),
        Some(last) => format!(
            "warning: the last one, from {}, is of epoch {}, and newer backups need epoch {epoch}. Run: dossier backup \
                keys FILE",
            last.at, last.epoch
        ),
        None => {
            "warning: none was made; without the keyring no backup can be opened. Run: dossier backup keys FILE".into()
        }
    };
    [export, check("keyring copy", true, &copied)]
}

/// The free space of the disk that is closest to its floor.
fn disk(config: &Config) -> Option<Value> {
    let Disk { free, floor } = room::closest(&room::folders(config), config.storage.disk_floor)?;
    let detail = format!("{} MiB are free; below {} MiB, only reads and deletions are served", free >> 20, floor >> 20);
    Some(check("disk", free >= floor, &detail))
}

/// Whether Prometheus would get this server's metrics at the address of the settings.
async fn metrics(context: &CommandContext<'_>) -> Value {
    let Some(listen) = context.config.listening.metrics else {
        return check("metrics", true, "warning: metrics_listen is off, so nothing can watch this server");
    };
    let address = listen.address;
    if context.metrics.is_none() || address.port() == 0 {
        return check("metrics", true, &format!("at {address} while a server is running"));
    }
    let url = format!("http://{}/metrics", reachable(address));
    match metrics_at(&url).await {
        Ok(text) if text.contains("dossier_build_info") => check("metrics", true, &format!("at {url}")),
        Ok(_) | Err(_) => {
            let detail = format!("{url} does not respond with metrics; set metrics_listen to a port that is free");
            check("metrics", false, &detail)
        }
    }
}

async fn metrics_at(url: &str) -> Result<String, reqwest::Error> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(4)).build()?;
    client.get(url).send().await?.text().await
}

async fn scanner(settings: &Scan) -> Value {
    match &settings.scanner {
        None => check("scanner", true, "none: uploads are not scanned for viruses; set scan"),
        Some(address) => match scanner::check(address).await {
            Ok(detail) => check("scanner", true, &detail),
            Err(why) => check("scanner", false, &why),
        },
    }
}

async fn backups(context: &CommandContext<'_>) -> Value {
    let backups = &context.config.backups;
    let Some(place) = &backups.place else {
        return check("backups", true, "not configured; set backup_place and backup_schedule");
    };
    let now = context.services.clock.now();
    match backup::newest(context.config, place).await {
        Ok(Some((at, _))) => {
            // A due backup starts within a minute. If the newest one is twice as old as the interval, backups fail.
            let late_after = match backups.schedule {
                Some(Schedule::Every(wait)) => Some(2 * wait),
                Some(Schedule::Daily(_)) => Some(2 * Duration::from_hours(24)),
                None => None,
            };
            let age = Duration::from_micros(u64::try_from(now.as_micros() - at.as_micros()).unwrap_or_default());
            let good = late_after.is_none_or(|late_after| age < late_after);
            check("backups", good, &format!("the newest backup is from {at}"))
        }
        Ok(None) => check("backups", backups.schedule.is_none(), "no backup yet"),
        Err(error) => check("backups", false, &error),
    }
}

/// A check for each account with a production key that lacks settings of its company.
async fn accounts(context: &CommandContext<'_>) -> Result<Vec<Value>, String> {
    let services = context.services;
    let now = services.clock.now();
    let mut checks = Vec::new();
    for account in services.store.accounts().await.map_err(text)? {
        let scope = Scope { account: account.account_id, environment: Environment::Production };
        let is_live = |key: &KeyRecord| key.revoked_at.is_none() && key.expires_at.is_none_or(|end| end > now);
        if !services.store.api_keys(scope).await.map_err(text)?.iter().any(is_live) {
            continue;
        }
        let (is_well, missing, when) = match account.form.company.completeness(now) {
            Completeness::Complete => continue,
            Completeness::Incomplete(missing) => (false, missing, "production sessions are refused".to_owned()),
            Completeness::Until(None, missing) => {
                (true, missing, "warning: production sessions will be refused 30 days after the next start".to_owned())
            }
            Completeness::Until(Some(from), missing) => {
                (true, missing, format!("warning: production sessions will be refused from {from}"))
            }
        };
        let (id, options) = (account.account_id, missing.options());
        let detail = format!("{id} has no {missing}; {when}. Run: dossier accounts set --account {id} {options}");
        checks.push(check("account", is_well, &detail));
    }
    Ok(checks)
}

/// The checks of the chains and the anchor.
async fn audit_trail(context: &CommandContext<'_>) -> Result<[Value; 2], String> {
    let report = verify(&CommandContext { progress: &|_, _| {}, ..*context }, false, &[]).await?;
    let findings = report["findings"].as_array().map_or(0, Vec::len);
    let counted = format!("{} entries in {} chains, {findings} findings", report["entries"], report["chains"]);
    let path = context.anchor.path().display();
    let anchor = if context.anchor.is_failing() {
        check("anchor", false, &format!("failed to write {path}; the log of the server says why"))
    } else {
        check("anchor", true, &format!("{path} covers {} audit trails", report["checkpoints"]))
    };
    Ok([check("audit trail", findings == 0, &counted), anchor])
}

fn check(what: &str, good: bool, detail: &str) -> Value {
    json!({ "check": what, "ok": good, "detail": detail })
}

fn private(path: &Path, what: &str) -> Value {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 == 0 => check(what, true, "readable only by its owner"),
        Ok(_) => check(what, false, &format!("readable by other users. Run: chmod go= {}", path.display())),
        Err(error) => check(what, false, &error.to_string()),
    }
}
