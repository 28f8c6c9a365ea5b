//! Configuration: flags, then `DOSSIER_*` variables (or the files that `DOSSIER_*_FILE` name), then a TOML file, then
//! defaults. Every value has its source, and its memory is wiped when it is dropped, because it may be the root key.

pub mod backup;
pub mod connections;
pub mod desk;
pub mod erasure;
mod file;
mod limits;
pub mod listening;
pub mod logging;
mod reader;
mod recorded;
pub mod root_key;
pub mod scan;
mod setting;
pub mod sources;
pub mod storage;
pub(crate) mod units;
pub mod verification;
pub mod webhooks;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use dossier_core::kyc::{Reasons, RuleSet};
use dossier_core::quota::Quotas;
use dossier_core::retention::RetentionRules;
use serde::Serialize;

use crate::http::rates::Rates;
use backup::Backups;
use connections::Connections;
use desk::Desk;
use erasure::{Erasure, RetentionSettings};
use listening::Listening;
use logging::Logging;
use reader::SettingReader;
use recorded::RuleSets;
use root_key::RootKeySource;
use scan::Scan;
use setting::{Setting, Source, Values};
use sources::Sources;
use storage::Storage;
use verification::Verification;
use webhooks::Webhooks;

/// The parsed configuration.
#[derive(Clone)]
pub struct Config {
    pub data_dir: PathBuf,
    pub listening: Listening,
    pub desk: Desk,
    pub storage: Storage,
    pub verification: Verification,
    pub erasure: Erasure,
    pub retention: RetentionSettings,
    pub scan: Scan,
    pub webhooks: Webhooks,
    pub logging: Logging,
    pub connections: Connections,
    pub rates: Rates,
    pub quotas: Quotas,
    /// How long the server waits for accepted requests when it stops.
    pub shutdown: Duration,
    pub root_key: RootKeySource,
    pub backups: Backups,
    /// The settings whose changes the audit trail records.
    pub recorded: dossier_core::settings::Settings,
    /// All settings, as the console shows them.
    pub views: Vec<SettingView>,
}

impl Config {
    /// Reads every section, in the order in which `config show` lists the settings.
    fn read(from: &mut SettingReader<'_>) -> Self {
        let data_dir = storage::data_dir(from);
        let listening = Listening::read(from);
        let desk = Desk::read(from);
        Self {
            storage: Storage::read(from, &data_dir),
            verification: Verification::read(from),
            erasure: Erasure::read(from),
            retention: RetentionSettings::read(from),
            scan: Scan::read(from),
            webhooks: Webhooks::read(from, listening.address),
            logging: Logging::read(from),
            connections: Connections::read(from),
            rates: limits::rates(from),
            quotas: limits::quotas(from),
            shutdown: listening::shutdown(from),
            root_key: RootKeySource::read(from),
            backups: Backups::read(from),
            data_dir,
            listening,
            desk,
            recorded: dossier_core::settings::Settings::new(),
            views: Vec::new(),
        }
    }

    fn rule_sets(&self) -> RuleSets<'_> {
        RuleSets {
            requirements: &self.verification.rules,
            retention: &self.retention.rules,
            reasons: &self.verification.reasons,
        }
    }

    /// The URLs of a server that listens on `address`.
    #[must_use]
    pub fn urls(&self, address: SocketAddr) -> Urls {
        let public = self.listening.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let desk = self.desk.url.clone().unwrap_or_else(|| format!("http://localhost:{}", address.port()));
        let form = self.desk.form_url.clone().unwrap_or_else(|| public.clone());
        Urls { public, form, desk }
    }

    /// The URLs of the server according to the settings.
    #[must_use]
    pub fn own_urls(&self) -> Urls {
        self.urls(self.listening.address)
    }
}

/// The URLs of a server, without a slash at the end.
#[derive(Debug, Clone)]
pub struct Urls {
    /// Of the API.
    pub public: String,
    /// Of the hosted form.
    pub form: String,
    /// Of the desk.
    pub desk: String,
}

/// Every setting that the sections declare.
static SETTINGS: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    let values = Values::new();
    let mut reader = SettingReader::new(&values, Vec::new());
    Config::read(&mut reader);
    reader.declared
});

/// The defaults of the settings whose changes the audit trail records.
#[must_use]
pub fn recorded_defaults() -> dossier_core::settings::Settings {
    let rules = RuleSets {
        requirements: &RuleSet::baseline(),
        retention: &RetentionRules::baseline(),
        reasons: &Reasons::baseline(),
    };
    recorded::recorded(&SETTINGS, |setting| setting.default, &rules)
}

/// Every setting as text, with its source. `Debug` prints no values, because one of them is the root key.
#[derive(Clone)]
pub struct Settings {
    values: Values,
    /// A settings file in the current folder, which was not read.
    ignored_file: Option<PathBuf>,
    /// The errors in the settings file.
    errors: Vec<String>,
    /// Variables whose names begin with `DOSSIER_` but are not settings.
    unknown: Vec<String>,
}

/// A setting for people, without the values of secrets.
#[derive(Debug, Clone, Serialize)]
pub struct SettingView {
    pub name: &'static str,
    pub value: String,
    pub source: String,
    pub help: &'static str,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settings")
    }
}

impl Settings {
    /// Collects the settings from their sources. Fails only if a file cannot be read or is not TOML; all other errors
    /// are returned together by [`Settings::config`].
    pub fn gather(sources: &Sources<'_>) -> Result<Self, String> {
        let mut errors = Vec::new();
        let (path, toml) = file::read(sources, &SETTINGS, &mut errors)?;
        let mut values = Values::new();
        for setting in &*SETTINGS {
            let value = match (sources.value(setting.name)?, toml.get(setting.name)) {
                (Some(value), _) => value,
                (None, Some(value)) => (value.clone(), Source::Toml(path.clone())),
                (None, None) => (setting.default.to_owned().into(), Source::Default),
            };
            values.insert(setting.name, value);
        }
        let is_read =
            sources.config_file().is_some() || std::path::absolute(file::NAME).ok() == std::path::absolute(&path).ok();
        let ignored_file = Some(PathBuf::from(file::NAME)).filter(|file| !is_read && file.exists());
        Ok(Self { values, ignored_file, errors, unknown: sources.unknown(&SETTINGS) })
    }

    fn text(&self, name: &str) -> &str {
        self.values.get(name).map(|(text, _)| text.as_str()).expect("every setting has a value")
    }

    /// A warning about a settings file that was not read.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.ignored_file.as_ref().map(|file| {
            format!("./{} is not read; name it with --config, or move it into the data folder", file.display())
        })
    }

    /// An error for each variable whose name begins with `DOSSIER_` but is not a setting, which is probably a typo.
    pub fn unknown_variables(&self) -> impl Iterator<Item = String> {
        self.unknown.iter().map(|name| format!("{name} is not a setting; is it misspelt?"))
    }

    /// The configured file of rules, if any.
    #[must_use]
    pub fn rules_file(&self) -> Option<PathBuf> {
        Some(self.text("rules")).filter(|text| !text.is_empty()).map(PathBuf::from)
    }

    /// The configured file of rules of retention, if any.
    #[must_use]
    pub fn retention_rules_file(&self) -> Option<PathBuf> {
        Some(self.text("retention_rules")).filter(|text| !text.is_empty()).map(PathBuf::from)
    }

    /// All settings, for `config show`.
    #[must_use]
    pub fn views(&self) -> Vec<SettingView> {
        let show = |setting: &Setting| {
            let (text, source) = &self.values[setting.name];
            let value =
                if setting.is_secret(text) && !text.is_empty() { "[secret]".to_owned() } else { String::clone(text) };
            SettingView { name: setting.name, value, source: source.to_string(), help: setting.help }
        };
        SETTINGS.iter().map(show).collect()
    }

    /// Parses and validates the settings. Returns all errors, one line each.
    pub fn config(&self) -> Result<Config, Vec<String>> {
        let mut reader = SettingReader::new(&self.values, self.errors.clone());
        let mut config = Config::read(&mut reader);
        if !reader.errors.is_empty() {
            return Err(reader.errors);
        }
        config.recorded = recorded::recorded(&SETTINGS, |setting| self.text(setting.name), &config.rule_sets());
        config.views = self.views();
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

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
        Settings::gather(&Sources { flags, variable: &variable, names, file: Some(file) })
    }

    /// The errors in a settings file, as text.
    fn wrong_with(toml: &str) -> String {
        let settings = gather(&[], &[], toml).expect("TOML");
        settings.config().map(|_| ()).expect_err(toml).join("\n")
    }

    #[test]
    fn an_unknown_variable_is_named() {
        let given =
            ["DOSSIER_LISEN", "DOSSIER_LISTEN", "DOSSIER_ROOT_KEY_FILE", "DOSSIER_PORT_8080_TCP", "DOSSIER_CONFIG"];
        let variables = given.map(|name| (name, "127.0.0.1:1"));
        let listen_alone = |name: &&(&str, &str)| name.0 == "DOSSIER_LISTEN" || name.0 == "DOSSIER_LISEN";
        let read: Vec<_> = variables.iter().filter(listen_alone).copied().collect();
        let settings = gather(&[], &read, "").expect("good settings");
        let unknown: Vec<_> = settings.unknown_variables().collect();
        assert_eq!(unknown, ["DOSSIER_LISEN is not a setting; is it misspelt?"]);
        let names = given.iter().map(|name| (*name).to_owned()).collect();
        let given = Sources { flags: BTreeMap::new(), variable: &|_| None, names, file: None };
        assert_eq!(given.unknown(&SETTINGS), ["DOSSIER_LISEN"]);
    }

    #[test]
    fn flags_beat_variables_beat_toml_beats_defaults() {
        let toml = "listen = '127.0.0.1:3'";
        for (flags, variables, toml, expected, source) in [
            (&[("listen", "127.0.0.1:1")][..], &[("DOSSIER_LISTEN", "127.0.0.1:2")][..], toml, "127.0.0.1:1", "flag"),
            (&[], &[("DOSSIER_LISTEN", "127.0.0.1:2")], toml, "127.0.0.1:2", "environment"),
            (&[], &[], "", "127.0.0.1:8080", "default"),
        ] {
            let views = gather(flags, variables, toml).expect("good settings").views();
            let listen = views.iter().find(|view| view.name == "listen").expect("a setting");
            assert_eq!((listen.value.as_str(), listen.source.as_str()), (expected, source));
        }
        let settings = gather(&[], &[], toml).expect("good settings");
        assert_eq!(settings.config().expect("good").listening.address.port(), 3);
    }

    #[test]
    fn a_variable_may_name_a_file_and_secrets_are_not_shown() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let secret = folder.path().join("secret");
        settings_file(&secret, "c2VjcmV0\n");
        let settings =
            gather(&[], &[("DOSSIER_ROOT_KEY_FILE", secret.to_str().expect("a path"))], "").expect("good settings");
        let views = settings.views();
        let key = views.iter().find(|view| view.name == "root_key").expect("a setting");
        assert_eq!((key.value.as_str(), key.source.as_str()), ("[secret]", "file named in the environment"));
        assert!(matches!(settings.config().expect("good").root_key, RootKeySource::File(key, _) if *key == "c2VjcmV0"));
        // A command has arguments and a URL has a user, which can be secrets as well.
        for (name, value) in [
            ("root_key_command", "printf hunter2"),
            ("scan", "command:/usr/bin/scan --token=hunter2"),
            ("database", "postgres://dossier:hunter2@localhost/dossier"),
            ("sumsub_url", "https://dossier:hunter2@api.example.com/path@x"),
        ] {
            let settings = gather(&[], &[], &format!("{name} = '{value}'")).expect("TOML");
            let views = settings.views();
            let view = views.iter().find(|view| view.name == name).expect("a setting");
            assert_eq!(view.value, "[secret]", "{name}");
            let recorded = settings.config().map(|config| format!("{:?}", config.recorded));
            assert!(!recorded.unwrap_or_default().contains("hunter2"), "{name}");
        }
        let settings = gather(&[], &[], "public_url = 'https://api.example.com/a@b'").expect("TOML");
        let views = settings.views();
        let view = views.iter().find(|view| view.name == "public_url").expect("a setting");
        assert_eq!(view.value, "https://api.example.com/a@b", "an @ in a path is no user");
    }

    #[test]
    fn only_backups_have_a_table_and_nothing_is_set_twice() {
        let good = "[backup]\nplace = '/mnt/backups'\nschedule = '24h'\nkeep = 3";
        let backups = gather(&[], &[], good).expect("good settings").config().expect("good").backups;
        assert_eq!((backups.place.as_deref(), backups.keep), (Some("/mnt/backups"), 3));
        for (toml, name) in [
            ("backup_place = '/a'\n[backup]\nplace = '/b'", "backup_place is set twice"),
            ("[backup]\nplaces = '/a'", "unknown setting backup_places"),
            ("[log]\nformat = 'json'", "unknown setting log"),
            ("[lisen]", "unknown setting lisen"),
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
            settings.config().map(|config| config.storage.cache)
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
    fn settings_of_the_identity_provider_need_each_other() {
        let group = "oidc_roles_claim = 'groups'\n";
        let both = "oidc_issuer = 'https://id.example.com'\noidc_client_id = 'desk'\n";
        for (toml, errors) in [
            ("", &[][..]),
            (both, &[]),
            ("oidc_issuer = 'https://id.example.com'", &["oidc_client_id: must be set if oidc_issuer is"]),
            ("oidc_client_id = 'desk'", &["oidc_issuer: must be set if oidc_client_id is"]),
            (group, &["oidc_roles: must be set if oidc_roles_claim is"]),
            ("oidc_roles = 'kyc=analyst'", &["oidc_roles_claim: must be set if oidc_roles is"]),
            ("oidc_scopes = 'email'", &["oidc_scopes: must be scopes separated by spaces, one of them openid"]),
        ] {
            let settings = gather(&[], &[], toml).expect("TOML");
            let found = settings.config().err().unwrap_or_default();
            assert_eq!(found, errors, "{toml}");
        }
        let wrong =
            wrong_with("oidc_issuer = 'http://id.example.com'\noidc_roles = 'kyc=boss'\ndesk_url = 'http://x.example'");
        let named = ["desk_url", "oidc_issuer", "oidc_roles", "oidc_client_id", "oidc_roles_claim"];
        let lines: Vec<_> = wrong.lines().map(|line| line.split_once(':').expect("a name").0).collect();
        assert_eq!(lines, named, "{wrong}");
        let settings = gather(&[], &[], &format!("{both}oidc_client_secret = 'hunter2'")).expect("TOML");
        let oidc = settings.config().expect("good").desk.oidc.expect("a provider");
        assert_eq!((oidc.client_secret.as_str(), oidc.scopes.as_str()), ("hunter2", "openid email profile"));
        assert!(!format!("{:?}", settings.views()).contains("hunter2"));
    }

    #[test]
    fn all_errors_are_reported_at_once_without_the_values() {
        let toml = "listen = 'nonsense-here'\nlog_format = 'nonsense-here'\nmax_requests = 0\npublic_url = \
            'nonsense-here'\n\
                    cache = 'nonsense-here'";
        let Err(errors) = gather(&[], &[], toml).expect("settings").config() else { panic!("five things are wrong") };
        assert_eq!(errors.len(), 5, "{errors:?}");
        assert!(errors.iter().all(|error| !error.contains("nonsense-here")));
        let three = wrong_with("lisen = 'x'\nmax_requests = 0\ncache = true");
        for wrong in ["unknown setting lisen", "max_requests: must be", "cache must be a string"] {
            assert!(three.contains(wrong), "{three}");
        }
        assert!(!gather(&[], &[], "root_key = c2VjcmV0").expect_err("no string").contains("c2VjcmV0"));
    }

    /// `cargo run` gives the variables of the build script to the server.
    #[test]
    fn the_build_sets_no_variable_that_looks_like_a_setting() {
        let script = include_str!("../../build.rs");
        assert!(script.contains("rustc-env="));
        assert!(!script.contains("rustc-env=DOSSIER_"));
    }
}
