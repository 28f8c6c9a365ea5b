//! What commands do, whether the process that holds the data folder is the server or the command itself.

mod audit;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dossier_core::account::{self, Account, Colour, Logo, Look, MAX_NAME};
use dossier_core::api_key::{self, KeyRecord, KeyScope};
use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller, Environment, OperatorName, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::customer::CustomerView;
use dossier_core::file::check::Check;
use dossier_core::file::{File, MediaType};
use dossier_core::idempotency::Request;
use dossier_core::ids::{AccountId, CustomerId, FileId, KeyId, WebhookId};
use dossier_core::parse::Email;
use dossier_core::services::Services;
use dossier_core::store::{Progress, StoreError};
use dossier_core::use_cases::accounts;
use dossier_core::use_cases::api_keys;
use dossier_core::use_cases::api_keys::{KeyError, NewKey};
use dossier_core::use_cases::decide;
use dossier_core::use_cases::read_file;
use dossier_core::use_cases::webhooks;
use dossier_core::use_cases::write::append_audit;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::violation::Violation;
use dossier_core::webhook;
use dossier_store::anchor::check;
use dossier_store::backup::Pace;
use dossier_store::{Engine, records};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::anchor::{Anchored, Given};
use crate::backup;
use crate::config::backup::Schedule;
use crate::config::{Config, RootKeySource};
use crate::home::Home;
use crate::metrics::Metrics;

pub use audit::AuditQuery;

/// One command, as it goes over the control socket.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Creates an account.
    AccountsCreate {
        /// Its name.
        name: String,
    },
    /// Gives an account another name or look.
    AccountsSet {
        /// Which; the oldest when none is named.
        account: Option<String>,
        /// What is to change.
        set: Box<AccountSettings>,
    },
    /// Lists accounts.
    AccountsList,
    /// Creates an API key.
    KeysCreate {
        /// Where.
        place: Place,
        /// Its name.
        name: String,
        /// What it may do; empty for the defaults.
        scopes: Vec<KeyScope>,
        /// When it ends, in seconds from now.
        expires_in: Option<i64>,
    },
    /// Lists the API keys of an account, of both environments unless one is named.
    KeysList {
        /// Which account; the oldest when none is named.
        account: Option<String>,
        /// Which environment.
        environment: Option<Environment>,
    },
    /// Revokes an API key.
    KeysRevoke {
        /// Which.
        key_id: String,
    },
    /// Replaces an API key.
    KeysRoll {
        /// Which.
        key_id: String,
        /// How long the old one still works, in seconds.
        overlap: i64,
    },
    /// Shows a customer with its profile.
    CustomersGet {
        /// Where.
        place: Place,
        /// Which.
        customer_id: String,
    },
    /// Lists customers, newest first.
    CustomersList {
        /// Where.
        place: Place,
        /// The one with this e-mail.
        email: Option<String>,
        /// How many.
        limit: usize,
    },
    /// Lists files, newest first.
    FilesList {
        /// Where.
        place: Place,
        /// Those of this customer.
        customer_id: Option<String>,
        /// How many.
        limit: usize,
    },
    /// Gives a file with its content, in base64.
    FilesGet {
        /// Where.
        place: Place,
        /// Which.
        file_id: String,
    },
    /// Lists who waits for a decision, longest first.
    ReviewList {
        /// Where.
        place: Place,
        /// How many.
        limit: usize,
    },
    /// Shows a customer with everything that a decision needs.
    ReviewShow {
        /// Where.
        place: Place,
        /// Which.
        customer_id: String,
    },
    /// Decides about a customer.
    ReviewDecide {
        /// Where.
        place: Place,
        /// Which.
        customer_id: String,
        /// As the body of `POST /v0/customers/{customer_id}/decisions`.
        decision: Value,
    },
    /// Lists webhook endpoints.
    WebhooksList {
        /// Where.
        place: Place,
    },
    /// Lists the deliveries to an endpoint, newest first.
    WebhooksDeliveries {
        /// Where.
        place: Place,
        /// Which endpoint.
        webhook_id: String,
        /// How many.
        limit: usize,
    },
    /// Makes a delivery again.
    WebhooksResend {
        /// Where.
        place: Place,
        /// To which endpoint.
        webhook_id: String,
        /// Which.
        delivery_id: String,
    },
    /// Lists the audit trail, newest first.
    AuditList {
        /// Where.
        place: Place,
        /// Which entries.
        query: AuditQuery,
        /// Entries before this number.
        before: Option<u64>,
        /// How many.
        limit: usize,
    },
    /// Shows an entry of the audit trail with its details.
    AuditShow {
        /// Where.
        place: Place,
        /// Its number.
        seq: u64,
    },
    /// Verifies every chain of the audit trail.
    AuditVerify {
        /// Whether rows are compared with the entries that wrote them.
        records: bool,
        /// The anchors that it must agree with; the process's own when there are none.
        anchors: Vec<Given>,
    },
    /// Prints a signed line for every chain.
    AuditCheckpoint,
    /// Notes that an older state of the database is meant.
    AuditAcceptRestore {
        /// Anchors of other processes, besides the process's own.
        anchors: Vec<Given>,
    },
    /// Begins a new epoch and ends the old ones.
    KeyringRotate,
    /// Makes a backup.
    BackupCreate {
        /// Where it goes; `backup_place` if `None`.
        place: Option<String>,
    },
    /// Looks for what is wrong with the installation.
    Doctor,
    /// Where the API of the running server is.
    Where,
}

/// What is to change of an account; what is `None` stays. Empty text takes something away.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AccountSettings {
    /// What its owner calls it.
    pub name: Option<String>,
    /// Whom customers see asking.
    pub display_name: Option<String>,
    /// The colour of buttons, `#RRGGBB`.
    pub colour: Option<String>,
    /// The logo, a JPEG or PNG in base64.
    pub logo: Option<String>,
    /// The hosts to which customers of production are sent on without being asked.
    pub redirect_hosts: Option<Vec<String>>,
}

/// An account and environment, as a person names them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Place {
    /// The account's id; the oldest when none is named.
    pub account: Option<String>,
    /// The environment.
    pub environment: Environment,
}

/// What commands work with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What use cases need.
    pub services: &'a Services,
    /// The store, for what is not in the trait.
    pub store: &'a dyn Engine,
    /// The anchor of the process.
    pub anchored: &'a Anchored,
    /// The configuration in force.
    pub config: &'a Config,
    /// The metrics of the server; `None` when it does not run.
    pub metrics: Option<&'a Metrics>,
    /// The person who gave the command.
    pub operator: &'a OperatorName,
}

/// Carries out a command and answers what it came to, as JSON.
///
/// # Errors
///
/// In words for the person at the command line.
pub async fn run(context: Context<'_>, command: Command, progress: Progress<'_>) -> Result<Value, String> {
    match command {
        Command::AccountsCreate { name } => context.create_account(name).await,
        Command::AccountsSet { account, set } => context.set_account(account.as_deref(), *set).await,
        Command::AccountsList => Ok(context.accounts().await?.iter().map(account_json).collect()),
        Command::KeysCreate { place, name, scopes, expires_in } => {
            context.create_key(place, name, scopes, expires_in).await
        }
        Command::KeysList { account, environment } => context.list_keys(account, environment).await,
        Command::KeysRevoke { key_id } => context.revoke_key(&key_id).await,
        Command::KeysRoll { key_id, overlap } => context.roll_key(&key_id, overlap).await,
        Command::CustomersGet { place, customer_id } => context.get_customer(place, &customer_id).await,
        Command::CustomersList { place, email, limit } => context.list_customers(place, email, limit).await,
        Command::FilesList { place, customer_id, limit } => {
            context.list_files(place, customer_id.as_deref(), limit).await
        }
        Command::FilesGet { place, file_id } => context.get_file(place, &file_id).await,
        Command::ReviewList { place, limit } => context.list_reviews(place, limit).await,
        Command::ReviewShow { place, customer_id } => context.show_review(place, &customer_id).await,
        Command::ReviewDecide { place, customer_id, decision } => context.decide(place, &customer_id, &decision).await,
        Command::WebhooksList { place } => {
            let scope = context.scope(place).await?;
            let endpoints = context.services.store.endpoints(scope).await.map_err(said)?;
            Ok(endpoints.iter().map(|endpoint| endpoint.to_json(None)).collect())
        }
        Command::WebhooksDeliveries { place, webhook_id, limit } => {
            let scope = context.scope(place).await?;
            let id = WebhookId::parse(&webhook_id).ok_or("there is no such webhook; see dossier webhooks list")?;
            let deliveries = context.services.store.deliveries(scope, id, None, limit).await.map_err(said)?;
            serde_json::to_value(deliveries).map_err(|error| error.to_string())
        }
        Command::WebhooksResend { place, webhook_id, delivery_id } => {
            let operator = context.operator(context.scope(place).await?);
            let id = WebhookId::parse(&webhook_id);
            let request = Request::unkeyed(b"");
            let resent = webhooks::resend(context.services, &operator, id, &delivery_id, request).await;
            let answer = resent.map_err(|error| error.to_string())?;
            serde_json::from_slice(answer.body.expose()).map_err(|error| error.to_string())
        }
        Command::AuditList { place, query, before, limit } => context.list_audit(place, &query, before, limit).await,
        Command::AuditShow { place, seq } => context.show_audit(place, seq).await,
        Command::AuditVerify { records, anchors } => context.verify_audit(records, &anchors, progress).await,
        Command::AuditCheckpoint => Ok(context.anchored.checkpoints().await.map_err(said)?.into()),
        Command::AuditAcceptRestore { .. } if context.metrics.is_some() => {
            Err("stop every process first: what one of them has seen of the database is not the older state".to_owned())
        }
        Command::AuditAcceptRestore { anchors } => {
            context.anchored.accept(context.services, |scope| context.operator(scope), &anchors).await
        }
        Command::KeyringRotate => {
            // Killed halfway, a rotation has changed keys: the trail says so before it starts.
            context.note(Action::RotationStarted, |_| {}).await?;
            let epoch = context.store.rotate(context.services.clock.now(), progress).await.map_err(said)?;
            context
                .note(Action::KeyringRotated, |entry| entry.fields = vec![format!("/keyring/epochs/{epoch}")])
                .await?;
            Ok(json!({
                "epoch": epoch,
                "next": "copy the keyring again (dossier backup keys FILE); older backups need the keyring copy \
                    from their time",
            }))
        }
        Command::BackupCreate { place } => {
            let place = place.or_else(|| context.config.backups.place.clone());
            let place = place.ok_or("name a place for the backup, or set backup_place")?;
            let pace = if context.metrics.is_some() { Pace::Gentle } else { Pace::Fast };
            let key = context.anchored.key();
            context.note(Action::BackupStarted, |entry| entry.detail.note = Some(place.clone())).await?;
            let made = backup::create(context.config, key, &place, pace, None, context.metrics, progress).await?;
            Ok(backup::created_json(&place, &made))
        }
        Command::Doctor => context.doctor().await,
        Command::Where => Ok(json!({ "api": context.services.policy.public_url })),
    }
}

impl Context<'_> {
    async fn accounts(&self) -> Result<Vec<Account>, String> {
        self.services.store.accounts().await.map_err(said)
    }

    async fn account(&self, named: Option<&str>) -> Result<AccountId, String> {
        let accounts = self.accounts().await?;
        match named {
            Some(id) => {
                let found = accounts.iter().find(|account| account.account_id.to_string() == id);
                found
                    .map(|account| account.account_id)
                    .ok_or_else(|| "there is no such account; see dossier accounts list".to_owned())
            }
            // The account of the first start stays the one that is meant when none is named.
            None => match accounts.first() {
                Some(first) => Ok(first.account_id),
                None => Err("there is no account; see dossier accounts create".to_owned()),
            },
        }
    }

    async fn scope(&self, place: Place) -> Result<Scope, String> {
        Ok(Scope { account: self.account(place.account.as_deref()).await?, environment: place.environment })
    }

    fn operator(&self, scope: Scope) -> Caller {
        let now = self.services.clock.now();
        let request_id = format!("cli-{}", self.services.random.uuid(now));
        Caller { scope, actor: Actor::Operator(self.operator.clone()), request_id, address: None }
    }

    /// Appends an entry about the installation as a whole.
    async fn note(&self, action: Action, complete: impl FnOnce(&mut AuditEntry)) -> Result<(), String> {
        let Some(scope) = accounts::installation(self.services).await.map_err(said)? else { return Ok(()) };
        let mut entry = AuditEntry::new(&self.operator(scope), self.services.clock.now(), action);
        complete(&mut entry);
        append_audit(self.services, scope, entry).await.map_err(said)
    }

    async fn create_account(&self, name: String) -> Result<Value, String> {
        check_name(&name)?;
        let nobody = Scope { account: AccountId::from_bytes([0; 16]), environment: Environment::Sandbox };
        let account = accounts::create(self.services, &self.operator(nobody), name).await.map_err(said)?;
        Ok(account_json(&account))
    }

    async fn set_account(&self, named: Option<&str>, set: AccountSettings) -> Result<Value, String> {
        let id = self.account(named).await?;
        let mut account = self.services.store.account(id).await.map_err(said)?.ok_or("there is no such account")?;
        let AccountSettings { name, display_name, colour, logo, redirect_hosts } = set;
        if let Some(name) = name {
            check_name(&name)?;
            account.name = name;
        }
        if let Some(name) = display_name {
            account.look.display_name = if name.trim().is_empty() { None } else { Some(checked_name(name)?) };
        }
        if let Some(colour) = colour {
            let colour = Some(colour).filter(|colour| !colour.is_empty());
            account.look.colour =
                colour.map(|colour| Colour::new(&colour)).transpose().map_err(|error| error.to_string())?;
        }
        if let Some(logo) = logo {
            let logo = Some(logo).filter(|logo| !logo.is_empty());
            account.look.logo = logo.map(read_logo).transpose()?;
        }
        if let Some(hosts) = redirect_hosts {
            account.look.redirect_hosts =
                hosts.into_iter().filter(|host| !host.is_empty()).map(read_host).collect::<Result<_, _>>()?;
        }
        let nobody = Scope { account: id, environment: Environment::Sandbox };
        accounts::change(self.services, &self.operator(nobody), account.clone()).await.map_err(said)?;
        Ok(account_json(&account))
    }

    async fn create_key(
        &self,
        place: Place,
        name: String,
        scopes: Vec<KeyScope>,
        expires_in: Option<i64>,
    ) -> Result<Value, String> {
        check_name(&name)?;
        let scope = self.scope(place).await?;
        let scopes = if scopes.is_empty() { KeyScope::defaults(scope.environment) } else { scopes };
        let expires_at = expires_in.map(|seconds| self.services.clock.now().plus_seconds(seconds));
        let new = NewKey { name, scopes, expires_at };
        let (key, record) =
            api_keys::create(self.services, &self.operator(scope), new).await.map_err(|error| error.to_string())?;
        Ok(key_with_secret(&key, &record, self.services.clock.now()))
    }

    async fn list_keys(&self, account: Option<String>, environment: Option<Environment>) -> Result<Value, String> {
        let account = self.account(account.as_deref()).await?;
        let mut keys = Vec::new();
        for environment in [Environment::Sandbox, Environment::Production]
            .into_iter()
            .filter(|one| environment.is_none_or(|wanted| wanted == *one))
        {
            keys.extend(self.services.store.api_keys(Scope { account, environment }).await.map_err(said)?);
        }
        let now = self.services.clock.now();
        Ok(keys.iter().map(|key| key_json(key, now)).collect())
    }

    /// Key ids are unique, so a person need not say whose key it is.
    async fn find_key(&self, key_id: &str) -> Result<(Scope, KeyId), String> {
        let unknown = || "there is no such key; see dossier keys list".to_owned();
        let id = KeyId::parse(key_id).ok_or_else(unknown)?;
        for scope in self.accounts().await?.iter().flat_map(Account::scopes) {
            let keys = self.services.store.api_keys(scope).await.map_err(said)?;
            if keys.iter().any(|key| key.key_id == id) {
                return Ok((scope, id));
            }
        }
        Err(unknown())
    }

    async fn revoke_key(&self, key_id: &str) -> Result<Value, String> {
        let (scope, id) = self.find_key(key_id).await?;
        let record = api_keys::revoke(self.services, &self.operator(scope), id).await.map_err(key_said)?;
        Ok(key_json(&record, self.services.clock.now()))
    }

    async fn roll_key(&self, key_id: &str, overlap: i64) -> Result<Value, String> {
        let (scope, id) = self.find_key(key_id).await?;
        let (key, record) =
            api_keys::roll(self.services, &self.operator(scope), id, overlap).await.map_err(key_said)?;
        Ok(key_with_secret(&key, &record, self.services.clock.now()))
    }

    /// A person sees everything, so the trail says that one looked.
    async fn get_customer(&self, place: Place, customer_id: &str) -> Result<Value, String> {
        let unknown = || "there is no such customer in this account and environment".to_owned();
        let scope = self.scope(place).await?;
        let id = CustomerId::parse(customer_id).ok_or_else(unknown)?;
        let customer = self.services.store.customer(scope, id).await.map_err(said)?.ok_or_else(unknown)?;
        let mut audit = AuditEntry::new(&self.operator(scope), self.services.clock.now(), Action::CustomerViewed);
        audit.customer = Some(id);
        append_audit(self.services, scope, audit).await.map_err(said)?;
        Ok(view(&CustomerView::new(&customer.summary(), Some(&customer.profile))))
    }

    async fn list_customers(&self, place: Place, email: Option<String>, limit: usize) -> Result<Value, String> {
        let scope = self.scope(place).await?;
        let store = &self.services.store;
        let found = match email {
            Some(email) => store.summaries_by_email(scope, &Email::searched(&email)).await.map_err(said)?,
            None => store.summaries(scope, None, limit).await.map_err(said)?.summaries,
        };
        Ok(found.iter().map(|summary| view(&CustomerView::new(summary, None))).collect())
    }

    async fn list_reviews(&self, place: Place, limit: usize) -> Result<Value, String> {
        let scope = self.scope(place).await?;
        let mut rows = Vec::new();
        for id in self.services.store.review_queue(scope, limit).await.map_err(said)? {
            let Some(customer) = self.services.store.customer(scope, id).await.map_err(said)? else { continue };
            rows.push(json!({
                "customer_id": id,
                "type": customer.profile.kind(),
                "state": customer.kyc.state,
                "waits_since": customer.kyc.queued_at,
                "changed": customer.kyc.review.as_ref().map_or(&[][..], |review| &review.fields),
            }));
        }
        Ok(Value::Array(rows))
    }

    /// A person sees everything, so the trail says that one looked.
    async fn show_review(&self, place: Place, customer_id: &str) -> Result<Value, String> {
        let scope = self.scope(place.clone()).await?;
        let mut json = self.get_customer(place, customer_id).await?;
        let id = CustomerId::parse(customer_id).ok_or("there is no such customer")?;
        let customer =
            self.services.store.customer(scope, id).await.map_err(said)?.ok_or("there is no such customer")?;
        let now = self.services.now(scope);
        json["state"] = json!(customer.kyc.state);
        json["decision"] = json!(customer.kyc.decision);
        json["review"] = json!(customer.kyc.review);
        json["provider"] = json!(customer.kyc.provider);
        json["consent"] = json!(customer.kyc.form.as_ref().and_then(|form| form.consent.as_ref()));
        json["rule_set"] = json!(self.services.policy.rules.version);
        json["requirements"] = self
            .services
            .policy
            .rules
            .of(&customer, now)
            .iter()
            .map(|one| {
                json!({
                    "id": one.id, "pointer": one.pointer, "status": one.status, "label": one.label, "error": one.error,
                })
            })
            .collect();
        Ok(json)
    }

    async fn decide(&self, place: Place, customer_id: &str, decision: &Value) -> Result<Value, String> {
        let operator = self.operator(self.scope(place).await?);
        let body = decision.to_string().into_bytes();
        let request = Request::unkeyed(&body);
        let decided = decide::decide(self.services, &operator, CustomerId::parse(customer_id), request).await;
        let answer = decided.map_err(|error| match error {
            UpdateError::Invalid(violations) => {
                let line = |found: &Violation| format!("{}: {}", found.pointer, found.message);
                violations.0.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            error => error.to_string(),
        })?;
        serde_json::from_slice(answer.body.expose()).map_err(|error| error.to_string())
    }

    async fn list_files(&self, place: Place, customer_id: Option<&str>, limit: usize) -> Result<Value, String> {
        let scope = self.scope(place).await?;
        let customer = customer_id.map(|id| CustomerId::parse(id).ok_or("there is no such customer")).transpose()?;
        let files = self.services.store.list_files(scope, customer, None, limit).await.map_err(said)?;
        Ok(files.iter().map(file_json).collect())
    }

    async fn get_file(&self, place: Place, file_id: &str) -> Result<Value, String> {
        let unknown = || "there is no such file in this account and environment".to_owned();
        let scope = self.scope(place).await?;
        let id = FileId::parse(file_id).ok_or_else(unknown)?;
        let file = self.services.store.files(scope, &[id], None).await.map_err(said)?.pop().ok_or_else(unknown)?;
        let whole = 0..file.details.size;
        let mut reader = read::open(self.services, &self.operator(scope), &file, whole).await.map_err(said)?;
        let mut content = Vec::new();
        while let Some(piece) = reader.next().await.map_err(said)? {
            content.extend(piece);
        }
        let mut json = file_json(&file);
        json["content"] = STANDARD.encode(content).into();
        Ok(json)
    }

    /// The chains, the anchors, and, when that is wanted, the rows.
    async fn verify_audit(&self, records: bool, anchors: &[Given], progress: Progress<'_>) -> Result<Value, String> {
        let mut report = self.services.store.verify_audit(progress).await.map_err(said)?;
        let (mut checkpoints, mut forgiven) = (0, 0);
        match self.anchored.read(anchors) {
            Ok(anchors) => {
                for anchor in &anchors {
                    let verdict = check(self.store, anchor).await.map_err(said)?;
                    checkpoints += anchor.checkpoints.len();
                    forgiven += verdict.forgiven;
                    report.findings.extend(verdict.findings);
                }
            }
            Err(error) => report.findings.push(error),
        }
        let mut compared = Value::Null;
        if records {
            let pace = if self.metrics.is_some() { Pace::Gentle } else { Pace::Fast };
            let home = Home::of(self.config);
            let rows = home.with_location(async |location| records::compare(location, pace, progress).await).await;
            let rows = rows.map_err(said)?;
            report.findings.extend(rows.findings);
            compared = rows.rows.into();
        }
        let mut value = serde_json::to_value(report).map_err(|error| error.to_string())?;
        value["checkpoints"] = json!(checkpoints);
        value["older_than_an_accepted_restore"] = json!(forgiven);
        value["records"] = compared;
        Ok(value)
    }

    async fn doctor(&self) -> Result<Value, String> {
        let folder = &self.config.data_dir;
        let mut checks = vec![
            check_of("server", true, if self.metrics.is_some() { "runs" } else { "does not run" }),
            check_of("engine", true, &self.store.name()),
            private(folder, "data folder"),
            private(&self.config.keyring, "keyring"),
            check_of("epoch", true, &format!("{} is active", self.store.active_epoch())),
        ];
        if matches!(self.config.root_key, RootKeySource::DataFolder) {
            checks.push(check_of(
                "root key",
                true,
                "lies in the data folder: a copy of the folder is a copy of everything. For production keep it \
                    elsewhere \
                 (DOSSIER_ROOT_KEY_FILE or DOSSIER_ROOT_KEY_COMMAND), and keep a second copy of it and of the keyring",
            ));
        }
        if matches!(self.config.root_key, RootKeySource::Variable(_)) {
            checks.push(check_of(
                "root key",
                true,
                "warning: it came by a plain variable, which stays in the memory of the process, and which programs \
                    that it starts and tools that report crashes may see. Use DOSSIER_ROOT_KEY_FILE or \
                    DOSSIER_ROOT_KEY_COMMAND",
            ));
        }
        checks.push(match self.store.check_integrity().await {
            Ok(()) => check_of("database", true, "is whole"),
            Err(error) => check_of("database", false, &error.to_string()),
        });
        let place = self.config.files.as_deref().unwrap_or("the data folder");
        checks.push(match self.store.check_files().await {
            Ok(()) => check_of("files", true, &format!("lie in {place}")),
            Err(error) => check_of("files", false, &error.to_string()),
        });
        checks.push(self.backups().await);
        let report = self.verify_audit(false, &[], &|_, _| {}).await?;
        let findings = report["findings"].as_array().map_or(0, Vec::len);
        checks.push(check_of(
            "audit trail",
            findings == 0,
            &format!("{} entries in {} chains, {findings} findings", report["entries"], report["chains"]),
        ));
        let path = self.anchored.path().display();
        checks.push(if self.anchored.is_failing() {
            check_of("anchor", false, &format!("{path} cannot be written; see the log"))
        } else {
            check_of("anchor", true, &format!("{path} knows {} audit trails", report["checkpoints"]))
        });
        Ok(Value::Array(checks))
    }
}

impl Context<'_> {
    async fn backups(&self) -> Value {
        let backups = &self.config.backups;
        let Some(place) = &backups.place else {
            return check_of("backups", true, "the server makes none: set backup_place and backup_schedule");
        };
        let now = self.services.clock.now();
        match backup::schedule::newest(self.config, place).await {
            Ok(Some((at, _))) => {
                // A due backup is made within a minute. If the newest is twice as old as the interval, backups fail.
                let late = match backups.schedule {
                    Some(Schedule::Every(wait)) => 2 * i64::try_from(wait.as_secs()).unwrap_or(i64::MAX / 2),
                    Some(Schedule::Daily(_)) => 2 * 24 * 60 * 60,
                    None => i64::MAX / 2_000_000,
                };
                let good = now.as_micros() - at.as_micros() < late.saturating_mul(1_000_000);
                check_of("backups", good, &format!("the newest was made at {at}"))
            }
            Ok(None) => check_of("backups", backups.schedule.is_none(), "none yet"),
            Err(error) => check_of("backups", false, &error),
        }
    }
}

fn check_of(what: &str, good: bool, detail: &str) -> Value {
    json!({ "check": what, "ok": good, "detail": detail })
}

fn private(path: &Path, what: &str) -> Value {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 == 0 => {
            check_of(what, true, "only its owner can read it")
        }
        Ok(_) => check_of(what, false, "can be read by others; take their permissions away"),
        Err(error) => check_of(what, false, &error.to_string()),
    }
}

fn view(view: &CustomerView<'_>) -> Value {
    serde_json::from_slice(&view.to_json()).expect("a view is JSON")
}

fn file_json(file: &File) -> Value {
    serde_json::from_slice(&file.to_json()).expect("a file is JSON")
}

fn account_json(account: &Account) -> Value {
    let Account { account_id, name, created_at, look } = account;
    let Look { display_name, colour, logo, redirect_hosts } = look;
    json!({
        "account_id": account_id,
        "name": name,
        "created_at": created_at,
        "display_name": display_name,
        "colour": colour.map(|colour| colour.to_string()),
        "logo": logo.as_ref().map(|logo| logo.media_type),
        "redirect_hosts": redirect_hosts,
    })
}

fn checked_name(name: String) -> Result<String, String> {
    check_name(&name)?;
    Ok(name)
}

fn read_logo(base64: String) -> Result<Logo, String> {
    let bytes = STANDARD.decode(&base64).map_err(|_| "the logo is not in base64")?;
    if bytes.len() > Logo::MAX {
        return Err(format!("a logo has at most {} KiB, so that pages stay small", Logo::MAX / 1_024));
    }
    let mut check = Check::default();
    let checked = check.push(&bytes).and_then(|()| check.finish());
    // A logo may be as small as it likes.
    let media_type = checked.map_err(|fault| fault.to_string())?.media_type;
    if media_type == MediaType::Pdf {
        return Err("a logo is a JPEG or PNG".to_owned());
    }
    Ok(Logo { media_type, base64 })
}

/// A host as it stands in a URL: no scheme, no path.
fn read_host(host: String) -> Result<String, String> {
    let host = host.to_ascii_lowercase();
    let named = url::Url::parse(&format!("https://{host}/")).ok();
    let same = named.is_some_and(|url| url.host_str() == Some(&host));
    if same { Ok(host) } else { Err(format!("{host} is no host name; give it without scheme, port and path")) }
}

fn key_json(record: &KeyRecord, now: Timestamp) -> Value {
    let KeyRecord { key_id, scope, name, hint, scopes, created_at, expires_at, revoked_at, predecessor, last_used_at } =
        record;
    json!({
        "key_id": key_id,
        "account_id": scope.account,
        "environment": scope.environment,
        "name": name,
        "hint": hint,
        "state": record.state(now),
        "scopes": scopes,
        "created_at": created_at,
        "expires_at": expires_at,
        "revoked_at": revoked_at,
        "predecessor": predecessor,
        "last_used_at": last_used_at,
    })
}

fn key_with_secret(key: &api_key::ApiKey, record: &KeyRecord, now: Timestamp) -> Value {
    let mut json = key_json(record, now);
    json["key"] = key.expose().into();
    json
}

fn check_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(format!("a name has 1 to {MAX_NAME} characters and no control characters"));
    }
    Ok(())
}

fn said(error: StoreError) -> String {
    error.to_string()
}

fn key_said(error: KeyError) -> String {
    error.to_string()
}
