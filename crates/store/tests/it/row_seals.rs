//! An attacker can write to the database and has no keys. Rows that grant or find something are altered in every way,
//! and each is refused, logged and counted. Unsealed columns are listed with the gain of altering them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Mutex, OnceLock};

use dossier_core::account::FormSettings;
use dossier_core::api_key::{ApiKey, KeyScope};
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::desk::Role;
use dossier_core::file::FileName;
use dossier_core::idempotency::Request;
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::parse::Email;
use dossier_core::services::Services;
use dossier_core::store::StoreError;
use dossier_core::use_cases::api_keys::{self, NewKey};
use dossier_core::use_cases::upload_file::Upload;
use dossier_core::use_cases::{accounts, session, worksheet};
use dossier_store::rows::TABLES;

use crate::behaviours::{LETTER, PERSONS, given, put, read, seat, subscribed};
use crate::engines::{Engine, caller};

/// Columns with cells, which are bound to their place: an altered one does not open.
const CELLS: &[(&str, &str)] = &[
    ("accounts", "name look"),
    ("scope_keys", "wrapped epoch"),
    ("subject_keys", "wrapped epoch"),
    ("staging_keys", "account_id environment day wrapped epoch"),
    ("api_keys", "name midstates"),
    ("customers", "names profile secret kyc"),
    ("persons", "cells"),
    ("files", "key details"),
    ("file_uses", "key"),
    ("endpoints", "url secret"),
    ("events", "account_id environment customer_id number body"),
    ("answers", "account_id environment key_hash customer_id version body"),
    ("recorded_settings", "cell"),
];

/// Columns that are not sealed, with the gain of altering each.
const FREE: &[(&str, &str, &str)] = &[
    ("installation", "one installation_id newest_epoch", "a start is refused, or accepts the keyring it has"),
    ("scope_keys", "account_id environment", "a key that is not found where it belongs: its scope is not served"),
    ("api_keys", "last_used_at", "a wrong moment in the list of keys"),
    ("customers", "last_audit", "a wrong list of changed fields in a 412; the trail itself is chained"),
    ("links", "expires_at", "the end of a session is looked at early or never; it stands in the sealed record"),
    ("links", "used_at", "a pass lasts longer, or the token of a link is taken for one of its session's passes"),
    ("endpoints", "disabled", "an endpoint is called again, at the URL that its owner sealed, or no longer"),
    ("endpoints", "failing_since", "an endpoint is disabled early or late"),
    ("endpoints", "shard", "no process or another one delivers to it"),
    ("events", "position place", "an event is listed elsewhere, or not; its number is in its sealed body"),
    ("events", "type at", "a wrong word beside a body that says the right one"),
    ("answers", "fingerprint", "a repeated request is refused as another one"),
    ("answers", "request_id", "a wrong request is named to who repeats another one"),
    ("answers", "created_at", "an answer is forgotten early or late"),
    (
        "deliveries",
        "place account_id environment id endpoint_id customer_id number event type",
        "what is sent is the \
        sealed event of that customer and number, or nothing",
    ),
    (
        "deliveries",
        "state attempts created_at next_at failing_since last_at last_said ended_at shows_link",
        "a delivery is made \
        again, late, never, or without the link to the form",
    ),
    ("usage", "account_id environment day answers files bytes", "a quota is reached late or early"),
    ("numbers", "account_id environment customer_id subject_id fingerprint", "a hint at equal numbers more or less"),
    ("contents", "account_id environment file_id fingerprint size", "a hint at equal contents more or less; a quota"),
    ("looks", "account_id environment customer_id hour key_id through", "a wrong line in the access log"),
    ("looks", "seen reason_id looks last_at reason", "a wrong count there; a reason opens only in its place"),
    (
        "requests",
        "account_id environment at request_id method route status code violations key_id customer_id file_id duration \
        trail",
        "a wrong line in the log of requests, which leads to another request's audit entry or to none",
    ),
    (
        "request_counts",
        "account_id environment step start method route class key_id b0 b1 b2 b3 b4 b5 b6 b7 b8 b9",
        "a wrong number in a chart",
    ),
    (
        "request_errors",
        "account_id environment day method route status code pointer violation key_id requests first_at first_request \
        last_at",
        "a wrong line in the list of errors",
    ),
    ("attempts", "account_id environment delivery at accepted result duration", "a wrong attempt is shown"),
    ("chores", "name done", "a chore is done again, or not for older records: hints, e-mails, new rules"),
    ("recorded_settings", "account_id environment", "the next start names settings as changed that are not"),
    ("desk", "used_at", "a case is held, or a session that is not used stays open, for longer or shorter"),
    ("sandbox_emptyings", "account_id until until_there", "everything in a sandbox is deleted"),
    ("sandbox_clocks", "account_id seconds", "the clock of a sandbox"),
    (
        "audit",
        "place account_id environment seq previous_of_customer at actor action customer_id version fields \
        request_id detail hash records decision",
        "nothing unseen: the trail is chained",
    ),
    ("audit", "event delivery", "an entry is shown without its events or deliveries, never with those of others"),
    ("audit_heads", "account_id environment scope seq hash seal", "nothing unseen: the end of a chain is sealed"),
    ("audit_heads", "event delivery", "numbers that were given out are given out again, or some are left out"),
    ("shards", "shard owner until", "background work rests or is done twice"),
    ("processes", "process_id until", "background work is shared out badly"),
    ("migrations", "number name checksum applied_at", "a start is refused"),
    ("migration_lease", "one owner until", "an upgrade waits"),
];

/// The text of the log.
static LOGGED: Mutex<String> = Mutex::new(String::new());

struct Log;

impl tracing::Subscriber for Log {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::ERROR
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Text(String);

        impl tracing::field::Visit for Text {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                let _ = write!(self.0, "{field}={value:?} ");
            }
        }

        let mut text = Text(String::new());
        event.record(&mut text);
        LOGGED.lock().expect("a log").push_str(&text.0);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// An account with one of everything.
struct Tenant {
    caller: Caller,
    key: ApiKey,
    person: CustomerId,
    business: CustomerId,
    file: FileId,
    token: String,
}

async fn tenant(services: &Services, name: &str) -> Tenant {
    let caller = caller(services).await;
    let mut account = services.store.account(caller.scope.account).await.expect("readable").expect("an account");
    account.form = FormSettings { display_name: Some(name.into()), ..FormSettings::default() };
    accounts::change(services, &caller, account).await.expect("changed");
    let scopes = vec![KeyScope::CustomersRead, KeyScope::AuditRead];
    let expires_at = Some(services.clock.now().plus_seconds(1_000_000));
    let new = NewKey { name: name.into(), scopes, expires_at, addresses: Vec::new() };
    let (_, first) = api_keys::create(services, &caller, new).await.expect("a key");
    let (key, _) = api_keys::roll(services, &caller, first.key_id, 1_000).await.expect("rolled");
    let person = given(services, &caller, &format!("{name}@example.com"), "individual").await;
    let business = given(services, &caller, &format!("{name}@example.org"), "corporate").await;
    put(services, &caller, business, PERSONS).await.expect("updated");
    let request = Request { route: "test", body: b"", idempotency_key: None };
    session::open(services, &caller, Some(person), request).await.expect("opened");
    let file = attached_file(services, &caller, person, name).await;
    let open = read(services, caller.scope, person).await.kyc.session.expect("a session");
    let token = open.link.rsplit('/').next().expect("a token").to_owned();
    subscribed(services, caller.clone()).await;
    let reviewer = seat(services, &caller, "mia", Role::Analyst).await;
    worksheet::add_note(services, &reviewer, person, name).await.expect("added");
    Tenant { caller, key, person, business, file, token }
}

async fn attached_file(services: &Services, caller: &Caller, customer: CustomerId, name: &str) -> FileId {
    let mut upload =
        Upload::begin(services, caller, FileName::stored("a.pdf".into()), Some(name)).await.expect("begun");
    upload.write(LETTER).await.expect("taken");
    let file = upload.finish().await.expect("stored").file.id;
    let body = format!(r#"{{"documents":[{{"file_id":"{file}","purpose":"proof_of_address"}}]}}"#);
    put(services, caller, customer, &body).await.expect("attached");
    file
}

/// Reads everything that a row decides, in the scope where the row is now. Returns whether something was found.
async fn look(
    store: &dyn dossier_store::Engine,
    table: &str,
    tenant: &Tenant,
    scope: Scope,
) -> Vec<Result<bool, StoreError>> {
    let person = async || store.customer(scope, tenant.person).await.map(|found| found.is_some());
    match table {
        "accounts" => vec![
            store.account(scope.account).await.map(|found| found.is_some()),
            store.accounts().await.map(|found| !found.is_empty()),
        ],
        "api_keys" => vec![
            store.api_key(&tenant.key).await.map(|found| found.is_some()),
            store.api_keys(scope).await.map(|found| !found.is_empty()),
        ],
        "customers" => vec![
            person().await,
            store.summary(scope, tenant.person).await.map(|found| found.is_some()),
            store.summaries(scope, None, 10).await.map(|page| !page.summaries.is_empty()),
        ],
        "subject_keys" => vec![person().await],
        "persons" => vec![store.customer(scope, tenant.business).await.map(|found| found.is_some())],
        "files" | "file_uses" => vec![
            store.files(scope, &[tenant.file], None).await.map(|found| !found.is_empty()),
            store.list_files(scope, None, None, 10).await.map(|found| !found.is_empty()),
        ],
        "links" => vec![store.link(&tenant.token).await.map(|found| found.is_some())],
        "desk" => vec![store.worksheet(scope, tenant.person).await.map(|sheet| sheet.version > 0)],
        "endpoints" => vec![store.endpoints(scope).await.map(|found| !found.is_empty())],
        other => panic!("nothing reads {other}"),
    }
}

/// How an engine writes values.
pub(crate) struct Sql<'a>(pub(crate) &'a Engine);

impl Sql<'_> {
    fn is_sqlite(&self) -> bool {
        self.0.rows_in().1.is_none()
    }

    /// Tables and their columns, each with its type.
    async fn schema(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let list = if self.is_sqlite() {
            "SELECT group_concat(t.name || ' ' || c.name || ' ' || c.type, ',') FROM sqlite_schema t,
                pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
        } else {
            "SELECT string_agg(table_name || ' ' || column_name || ' ' || udt_name, ',')
                FROM information_schema.columns WHERE table_schema = current_schema()"
        };
        let mut schema: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for column in self.0.text(list).await.expect("columns").split(',') {
            let words: Vec<_> = column.split(' ').collect();
            schema.entry(words[0].into()).or_default().push((words[1].into(), words[2].to_lowercase()));
        }
        schema
    }

    /// A value as a literal. `None` for NULL.
    async fn literal(&self, table: &str, (column, kind): (&str, &str), row: &str) -> Option<String> {
        let shown = match (self.is_sqlite(), kind) {
            (true, "blob") => format!("lower(hex({column}))"),
            (false, "bytea") => format!("encode({column}, 'hex')"),
            (false, _) => format!("CAST({column} AS TEXT)"),
            (true, _) => column.to_owned(),
        };
        let sql = format!("SELECT CAST({shown} AS TEXT) FROM {table} WHERE {row} AND {column} IS NOT NULL");
        self.0.text(&sql).await.map(|value| self.as_literal(kind, &value))
    }

    /// The content of a column of bytes. `None` if there is no such row.
    pub(crate) async fn bytes(&self, table: &str, column: &str, row: &str) -> Option<Vec<u8>> {
        let kind = if self.is_sqlite() { "blob" } else { "bytea" };
        let literal = self.literal(table, (column, kind), row).await?;
        let hex = literal.split('\'').nth(1).expect("a quoted value").as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("digits");
        Some(hex.chunks(2).map(byte).collect())
    }

    fn as_literal(&self, kind: &str, value: &str) -> String {
        match kind {
            "blob" => format!("x'{value}'"),
            "bytea" => format!("decode('{value}', 'hex')"),
            "integer" | "int2" | "int4" | "int8" => value.to_owned(),
            "uuid" => format!("CAST('{value}' AS UUID)"),
            _ => format!("'{value}'"),
        }
    }

    pub(crate) fn id(&self, id: &[u8]) -> String {
        let hex = id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        if self.is_sqlite() { format!("x'{hex}'") } else { format!("CAST('{hex}' AS UUID)") }
    }
}

/// Another value of the same form.
fn flipped(kind: &str, literal: Option<&str>) -> String {
    let Some(literal) = literal else {
        return match kind {
            "blob" => "x'00112233445566778899aabbccddeeff'".into(),
            "bytea" => "decode('00112233445566778899aabbccddeeff', 'hex')".into(),
            "uuid" => "CAST('00112233445566778899aabbccddeeff' AS UUID)".into(),
            "text" => "'x'".into(),
            _ => "7".into(),
        };
    };
    match kind {
        "integer" | "int2" | "int4" | "int8" => (literal.parse::<i64>().expect("a number") ^ 1).to_string(),
        "text" => literal.replacen('\'', "'x", 1),
        _ => {
            // The first digit of the value follows the first quote.
            let at = literal.find('\'').expect("a quote") + 1;
            let digit = u32::from_str_radix(&literal[at..=at], 16).expect("a digit") ^ 1;
            format!("{}{digit:x}{}", &literal[..at], &literal[at + 1..])
        }
    }
}

/// Alters the database, reads, and restores it.
struct Attack<'a> {
    engine: &'a mut Engine,
    tenant: &'a Tenant,
    refused: u64,
}

impl Attack<'_> {
    async fn is_refused(&mut self, table: &str, what: &str, sql: &str, scope: Scope, counted: bool) {
        let altered = BTreeSet::from([table, "customers", "files"]);
        for table in &altered {
            self.engine.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        }
        if self.engine.try_execute(sql).await {
            self.engine.reopen().await;
            LOGGED.lock().expect("a log").clear();
            let store = self.engine.store();
            let looks = look(store, table, self.tenant, scope).await;
            let is_refused = |outcome: &Result<_, _>| matches!(outcome, Err(StoreError::Corrupt(_)));
            assert!(looks.iter().any(is_refused), "{what}: {looks:?}");
            // It is as good if the key is not found.
            let grants = looks.iter().any(|outcome| !is_refused(outcome) && !matches!(outcome, Ok(false)));
            assert!(!(grants && counted), "{what}: {looks:?}");
            let refused = store.refused_rows();
            if counted {
                assert!(refused > 0, "{what} is not counted");
                let logged = LOGGED.lock().expect("a log").clone();
                assert!(logged.contains(&format!("table=\"{table}\"")), "{what} is not logged: {logged}");
            }
            self.refused += refused;
            let report = store.verify_audit(&|_, _| {}).await.expect("a report");
            let found = report.findings.iter().any(|finding| finding.contains(&format!("{table}: ")));
            assert!(found || !counted, "{what} is not found: {:?}", report.findings);
        }
        for table in &altered {
            self.engine
                .execute(&format!(
                    "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}; DROP TABLE kept_{table}"
                ))
                .await;
        }
    }
}

/// For each table, the conditions for the row under attack and for another row.
fn rows_of(sql: &Sql<'_>, tenant: &Tenant, other: &Tenant) -> Vec<(&'static str, String, String)> {
    let of = |tenant: &Tenant, rest: &str| {
        format!("account_id = {} AND environment = 0{rest}", sql.id(tenant.caller.scope.account.as_bytes()))
    };
    let row = |table: &'static str, own: &str, others: &str| (table, of(tenant, own), of(other, others));
    let is = |column: &str, id: &[u8]| format!(" AND {column} = {}", sql.id(id));
    let account = |tenant: &Tenant| format!("account_id = {}", sql.id(tenant.caller.scope.account.as_bytes()));
    let (person, theirs) = (is("customer_id", tenant.person.as_bytes()), is("customer_id", other.person.as_bytes()));
    vec![
        ("accounts", account(tenant), account(other)),
        row("subject_keys", &person, &theirs),
        row("api_keys", " AND predecessor IS NOT NULL", " AND predecessor IS NOT NULL"),
        row("customers", &person, &theirs),
        row("persons", "", ""),
        row("files", &is("file_id", tenant.file.as_bytes()), &is("file_id", other.file.as_bytes())),
        row("file_uses", &is("file_id", tenant.file.as_bytes()), &is("file_id", other.file.as_bytes())),
        row("links", &person, &theirs),
        row("endpoints", "", ""),
        row("desk", "", ""),
    ]
}

pub(crate) async fn altered_or_moved_rows_are_refused_logged_and_counted(mut engine: Engine) {
    static LOG: OnceLock<()> = OnceLock::new();
    LOG.get_or_init(|| tracing::subscriber::set_global_default(Log).expect("the only one"));
    let services = engine.services();
    let (tenant, other) = (tenant(&services, "mine").await, tenant(&services, "other").await);
    drop(services);
    engine.reopen().await;
    for (table, ..) in rows_of(&Sql(&engine), &tenant, &other) {
        for outcome in look(engine.store(), table, &tenant, tenant.caller.scope).await {
            assert!(outcome.expect("nothing is altered yet"), "{table}");
        }
    }
    assert_eq!(engine.store().refused_rows(), 0);
    let schema = Sql(&engine).schema().await;
    let rows = rows_of(&Sql(&engine), &tenant, &other);
    let mut attack = Attack { engine: &mut engine, tenant: &tenant, refused: 0 };
    for (table, own, others) in rows {
        attack.attack_columns(table, &schema[table], &own, &others).await;
        attack.attack_place(table, &own, &other).await;
        let without = format!("UPDATE {table} SET mac = NULL WHERE {own}");
        attack.is_refused(table, &format!("{table} without a seal"), &without, tenant.caller.scope, true).await;
    }
    assert!(attack.refused > 60, "{}", attack.refused);
}

impl Attack<'_> {
    async fn attack_columns(&mut self, table: &str, columns: &[(String, String)], own: &str, others: &str) {
        let sealed = TABLES.iter().find(|sealed| sealed.name == table).expect("a sealed table");
        let cells: Vec<_> =
            CELLS.iter().filter(|(of, _)| *of == table).flat_map(|(_, names)| names.split(' ')).collect();
        let scope = self.tenant.caller.scope;
        for (column, kind) in columns {
            let (name, kind) = (column.as_str(), kind.as_str());
            let is_sealed = sealed.columns.contains(&name);
            // Signing keys and the secrets of endpoints are opened only to sign. The data subject of a use is part
            // of the row's key.
            let is_sealed = is_sealed || table == "file_uses" && ["customer_id", "subject_id"].contains(&name);
            if !is_sealed && !cells.contains(&name) || ["midstates", "secret"].contains(&name) {
                continue;
            }
            let value = Sql(self.engine).literal(table, (name, kind), own).await;
            let theirs = Sql(self.engine).literal(table, (name, kind), others).await;
            let set = |value: &str| format!("UPDATE {table} SET {column} = {value} WHERE {own}");
            let what = |how: &str| format!("{table}.{column}, {how}");
            let flip = set(&flipped(kind, value.as_deref()));
            self.is_refused(table, &what("flipped"), &flip, scope, is_sealed).await;
            if value.is_some() {
                self.is_refused(table, &what("nulled"), &set("NULL"), scope, is_sealed).await;
            }
            if value != theirs {
                let theirs =
                    format!("DELETE FROM {table} WHERE {others}; {}", set(theirs.as_deref().unwrap_or("NULL")));
                self.is_refused(table, &what("another row's"), &theirs, scope, is_sealed).await;
            }
        }
    }

    async fn attack_place(&mut self, table: &str, own: &str, other: &Tenant) {
        let scope = self.tenant.caller.scope;
        let there = Scope { account: other.caller.scope.account, ..scope };
        let live = Scope { environment: Environment::Production, ..scope };
        let id = Sql(self.engine).id(there.account.as_bytes());
        if table == "accounts" {
            let replaced = format!(
                "DELETE FROM accounts WHERE account_id = {id}; UPDATE accounts SET account_id = {id} WHERE {own}"
            );
            return self.is_refused(table, "an account in another's place", &replaced, there, true).await;
        }
        // A wrapped key in the wrong place is not found; the customer's own row reports it first.
        let follow = if table == "subject_keys" { "customers" } else { table };
        for (what, set, at) in [
            ("another account", format!("account_id = {id}"), there),
            ("another environment", "environment = 1".to_owned(), live),
        ] {
            let mut sql = format!("UPDATE {table} SET {set} WHERE {own}");
            if table == "subject_keys" || table == "persons" {
                let customers =
                    format!("account_id = {} AND environment = 0", Sql(self.engine).id(scope.account.as_bytes()));
                let _ = write!(sql, "; UPDATE customers SET {set} WHERE {customers}");
            }
            if table == "file_uses" {
                let _ = write!(sql, "; UPDATE files SET {set} WHERE {own}");
            }
            let follow = match table {
                "persons" => "customers",
                "file_uses" => "files",
                _ => follow,
            };
            self.is_refused_as(table, follow, &format!("{table} moved to {what}"), &sql, at).await;
        }
    }

    /// As [`Attack::is_refused`], if a row of another table is refused first.
    async fn is_refused_as(&mut self, table: &str, logged: &str, what: &str, sql: &str, scope: Scope) {
        if table == logged {
            return self.is_refused(table, what, sql, scope, true).await;
        }
        self.is_refused(table, what, sql, scope, false).await;
    }
}

pub(crate) async fn every_column_is_sealed_or_listed_with_the_gain_of_altering_it(engine: Engine) {
    let schema = Sql(&engine).schema().await;
    let mut listed = BTreeSet::new();
    for table in TABLES {
        listed.extend(table.key.iter().chain(table.columns).map(|column| (table.name, *column)));
        listed.insert((table.name, "mac"));
    }
    for (table, columns) in CELLS {
        listed.extend(columns.split_whitespace().map(|column| (*table, column)));
    }
    for (table, columns, gain) in FREE {
        assert!(!gain.is_empty());
        listed.extend(columns.split_whitespace().map(|column| (*table, column)));
    }
    for (table, columns) in &schema {
        for (column, _) in columns {
            assert!(listed.contains(&(table.as_str(), column.as_str())), "{table}.{column} is in neither list");
        }
    }
}

/// Attacks by which the owner of a key could reach the records of another account.
pub(crate) async fn a_key_or_a_link_in_another_account_s_row_opens_nothing(mut engine: Engine) {
    let services = engine.services();
    let (victim, attacker) = (tenant(&services, "victim").await, tenant(&services, "attacker").await);
    let free =
        NewKey { name: "free".into(), scopes: vec![KeyScope::CustomersRead], expires_at: None, addresses: Vec::new() };
    let (free, _) = api_keys::create(&services, &attacker.caller, free).await.expect("a key");
    let (email, mine) = (Email::searched("victim@example.com"), Email::searched("attacker@example.com"));
    drop(services);
    let sql = Sql(&engine);
    let account = |tenant: &Tenant| sql.id(tenant.caller.scope.account.as_bytes());
    let (theirs, own) = (account(&victim), account(&attacker));
    let lookup = format!(
        "SELECT lookup FROM api_keys WHERE account_id = {own} AND predecessor IS NULL ORDER BY key_id DESC LIMIT 1"
    );
    let (kind, row) = (if sql.is_sqlite() { "blob" } else { "bytea" }, format!("lookup = ({lookup})"));
    let newest = sql.literal("api_keys", ("lookup", kind), &row);
    let newest = newest.await.expect("a lookup");
    for attack in [
        format!(
            "DELETE FROM api_keys WHERE lookup = {newest};
             UPDATE api_keys SET lookup = {newest} WHERE account_id = {theirs} AND predecessor IS NOT NULL"
        ),
        format!(
            "UPDATE links SET account_id = {theirs}, customer_id = {} WHERE account_id = {own}",
            sql.id(victim.person.as_bytes())
        ),
    ] {
        engine.execute(&attack).await;
    }
    engine.reopen().await;
    let store = engine.store();
    assert!(matches!(store.api_key(&free).await, Err(StoreError::Corrupt(_))), "a key");
    assert!(matches!(store.link(&attacker.token).await, Err(StoreError::Corrupt(_))), "a link");
    assert_eq!(store.refused_rows(), 2);
    // Two customers of one account exchange their e-mail indexes.
    let scope = victim.caller.scope;
    assert_eq!(store.summaries_by_email(scope, &email).await.expect("readable").len(), 1);
    assert!(store.summaries_by_email(scope, &mine).await.expect("readable").is_empty());
    let (person, business) = (Sql(&engine).id(victim.person.as_bytes()), Sql(&engine).id(victim.business.as_bytes()));
    let swap = format!(
        "CREATE TABLE mails AS SELECT customer_id, email_index FROM customers;
         UPDATE customers SET email_index = names WHERE customer_id IN ({person}, {business});
         UPDATE customers SET email_index = (SELECT email_index FROM mails WHERE mails.customer_id = {business})
            WHERE customer_id = {person};
         UPDATE customers SET email_index = (SELECT email_index FROM mails WHERE mails.customer_id = {person})
            WHERE customer_id = {business}; DROP TABLE mails"
    );
    engine.execute(&swap).await;
    engine.reopen().await;
    let found = engine.store().summaries_by_email(scope, &email).await;
    assert!(matches!(found, Err(StoreError::Corrupt(_))), "{found:?}");
}
