//! An attacker has the database and older states of it, but neither the keys nor the anchor. Cut tails, old rows, old
//! ends and deleted accounts are all found, and the findings name what and where.

use std::collections::BTreeSet;

use dossier_core::api_key::KeyScope;
use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller, Scope};
use dossier_core::change::{Change, Effect};
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::Request;
use dossier_core::services::Services;
use dossier_core::use_cases::api_keys::{self, NewKey};
use dossier_core::use_cases::session;
use dossier_core::use_cases::write::append_audit;
use dossier_store::anchor::{Anchor, AnchorKey, Tips, check, restore_note};
use dossier_store::backup::Pace;
use dossier_store::records;
use dossier_store::transfer::mark::Location;

use crate::behaviours::{PERSONS, given, naming, put, subscribed, uploaded};
use crate::engines::{Engine, caller};

/// The tables of which an attacker keeps copies.
const TABLES: [&str; 11] = [
    "accounts",
    "scope_keys",
    "subject_keys",
    "api_keys",
    "audit_heads",
    "audit",
    "customers",
    "persons",
    "files",
    "links",
    "endpoints",
];
/// The tables whose rows entries name, with the column that identifies a row.
const NAMED: [(&str, &str); 6] = [
    ("accounts", "account_id"),
    ("api_keys", "key_id"),
    ("customers", "customer_id"),
    ("persons", "customer_id"),
    ("files", "file_id"),
    ("endpoints", "endpoint_id"),
];
/// The number of states that the attacker has.
const STATES: usize = 5;
/// The number of manipulations to try.
const MANIPULATIONS: usize = 500;

/// Pseudo-random numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).expect("small")).expect("small")
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A database with a history.
struct History {
    engine: Engine,
    callers: Vec<Caller>,
    anchor: Anchor,
}

fn anchored(key: &AnchorKey, tips: &Tips, at: i64) -> Anchor {
    key.read("the anchor", &key.write(&tips.all(), Timestamp::from_micros(at))).expect("an anchor")
}

async fn work(services: &Services, caller: &Caller, round: usize) {
    let mut ids = Vec::new();
    for number in 0..3 {
        let kind = if number == 0 { "corporate" } else { "individual" };
        ids.push(given(services, caller, &format!("{round}-{number}@example.com"), kind).await);
    }
    put(services, caller, ids[0], PERSONS).await.expect("updated");
    put(services, caller, ids[1], r#"{"first_name":"Ada"}"#).await.expect("updated");
    let file = uploaded(services, caller).await;
    uploaded(services, caller).await;
    put(services, caller, ids[1], &naming(file)).await.expect("attached");
    let request = Request { route: "test", body: b"", idempotency_key: None };
    session::open(services, caller, Some(ids[2]), request).await.expect("opened");
}

/// Changes what the previous round made, so that each row has older states.
async fn change(services: &Services, caller: &Caller, round: usize) {
    let page = services.store.summaries(caller.scope, None, 100).await.expect("a page");
    for summary in page.summaries {
        let body = format!(r#"{{"first_name":"Round {round}"}}"#);
        // Companies have no first name, but persons.
        if put(services, caller, summary.id, &body).await.is_err() {
            let persons = PERSONS.replacen("Ada", &format!("Ada{round}"), 1);
            put(services, caller, summary.id, &persons).await.expect("updated");
        }
    }
    let mut account = services.store.account(caller.scope.account).await.expect("readable").expect("an account");
    account.name = format!("round {round}");
    dossier_core::use_cases::accounts::change(services, caller, account).await.expect("changed");
}

impl History {
    async fn of(mut engine: Engine) -> Self {
        let services = engine.services();
        let mut callers = Vec::new();
        for _ in 0..2 {
            callers.push(caller(&services).await);
        }
        for round in 0..STATES {
            for caller in &callers {
                let scopes = vec![KeyScope::WebhooksManage];
                let new = NewKey { name: "k".into(), scopes, expires_at: None, addresses: Vec::new() };
                let (_, first) = api_keys::create(&services, caller, new).await.expect("a key");
                let (_, key) = api_keys::roll(&services, caller, first.key_id, 1_000).await.expect("rolled");
                work(&services, caller, round).await;
                let keyed = Caller { actor: Actor::Key(key.key_id), ..caller.clone() };
                let (_, endpoint) = subscribed(&services, keyed.clone()).await;
                change(&services, caller, round).await;
                let endpoints = services.store.endpoints(caller.scope).await.expect("endpoints");
                if round % 2 == 1 {
                    let audit = AuditEntry::new(caller, services.clock.now(), Action::WebhookDeleted);
                    let effect = Effect::WebhookDeleted(endpoints[0].id);
                    services.store.commit(Change::new(caller.scope, effect, audit)).await.expect("deleted");
                }
                let at = services.clock.now();
                let audit = AuditEntry::new(caller, at, Action::WebhookEnabled);
                let effect = Effect::WebhookEnabled { id: endpoint, key: first.key_id, at };
                services.store.commit(Change::new(caller.scope, effect, audit)).await.expect("enabled");
                api_keys::revoke(&services, caller, key.key_id).await.expect("revoked");
            }
            for table in TABLES {
                engine.execute(&format!("CREATE TABLE s{round}_{table} AS SELECT * FROM {table}")).await;
            }
            if round + 1 < STATES {
                continue;
            }
            // No attacker has the newest state.
            for caller in &callers {
                change(&services, caller, 9).await;
                given(&services, caller, "last@example.com", "individual").await;
            }
            for table in TABLES {
                engine.execute(&format!("CREATE TABLE now_{table} AS SELECT * FROM {table}")).await;
            }
        }
        drop(services);
        let anchor = anchored(&engine.anchor_key(), engine.store().tips(), 1_000_000);
        Self { engine, callers, anchor }
    }

    fn id(&self, id: &[u8]) -> String {
        let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        if self.engine.rows_in().1.is_none() { format!("x'{hex}'") } else { format!("CAST('{hex}' AS UUID)") }
    }

    fn of_scope(&self, scope: Scope) -> String {
        format!("account_id = {} AND environment = 0", self.id(scope.account.as_bytes()))
    }

    /// All findings of a verification.
    async fn findings(&self) -> Vec<String> {
        let store = self.engine.store();
        let mut findings = store.verify_audit(&|_, _| {}).await.expect("a report").findings;
        findings.extend(check(store, &self.anchor).await.expect("a report").findings);
        let (file, url) = self.engine.rows_in();
        let location = url.map_or(Location::Sqlite(&file), Location::Postgres);
        let compared = records::compare(location, Pace::Fast, &|_, _| {}).await.expect("compared");
        findings.extend(compared.findings);
        findings
    }

    /// Readers of the embedded engine would not read it again.
    async fn manipulate(&mut self, sql: &str) {
        let is_sqlite = self.engine.rows_in().1.is_none();
        if is_sqlite {
            self.engine.close();
        }
        self.engine.execute(sql).await;
        if is_sqlite {
            self.engine.open().await;
        }
    }

    /// The statements that restore these tables.
    fn restore_sql(tables: &BTreeSet<&str>) -> String {
        let one = |table: &&str| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM now_{table}");
        tables.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

/// The statements that reset rows to an older state.
fn old_rows(table: &str, state: usize, of: &str) -> String {
    format!("DELETE FROM {table} WHERE {of}; INSERT INTO {table} SELECT * FROM s{state}_{table} WHERE {of}")
}

/// The changes to the database, and what the findings must name.
#[derive(Default)]
struct Manipulation {
    kinds: Vec<usize>,
    sql: Vec<String>,
    tables: BTreeSet<&'static str>,
    named: Vec<String>,
}

impl Manipulation {
    fn does(&mut self, table: &'static str, sql: String) {
        self.tables.insert(table);
        self.sql.push(sql);
    }

    /// Deletes later entries. The end of the chain is reset too, or stays as it is.
    async fn cuts_the_tail(&mut self, past: &History, scope: Scope, state: usize, keeps_the_end: bool) {
        let (of, account) = (past.of_scope(scope), scope.account);
        let end = past.engine.rows(&format!("s{state}_audit WHERE {of}")).await;
        self.does("audit", format!("DELETE FROM audit WHERE {of} AND seq > {end}"));
        if !keeps_the_end {
            self.puts_the_end_back(past, scope, state);
        }
        self.named.push(format!("account {account}, sandbox, entry {}:", end + 1));
    }

    fn puts_the_end_back(&mut self, past: &History, scope: Scope, state: usize) {
        let of = past.of_scope(scope);
        self.does("audit_heads", old_rows("audit_heads", state, &of));
    }

    fn deletes_the_scope(&mut self, past: &History, scope: Scope) {
        let account = format!("account_id = {}", past.id(scope.account.as_bytes()));
        for table in TABLES {
            self.does(table, format!("DELETE FROM {table} WHERE {account}"));
        }
        self.named.push(format!("account {}, sandbox, entry 1:", scope.account));
    }

    /// Resets the whole account to an older state.
    async fn puts_the_scope_back(&mut self, past: &History, scope: Scope, state: usize) {
        let account = format!("account_id = {}", past.id(scope.account.as_bytes()));
        for table in TABLES {
            self.does(table, old_rows(table, state, &account));
        }
        let end = past.engine.rows(&format!("s{state}_audit WHERE {}", past.of_scope(scope))).await;
        self.named.push(format!("account {}, sandbox, entry {}:", scope.account, end + 1));
    }

    /// Replaces a row of a named table with an older state of it, or deletes it.
    async fn puts_a_row_back(&mut self, past: &History, dice: &mut Dice, scope: Scope, deleted: bool) {
        let &(table, key) = dice.one_of(&NAMED);
        let account = format!("account_id = {}", past.id(scope.account.as_bytes()));
        let mut states: Vec<usize> = (0..STATES).collect();
        while !states.is_empty() {
            let state = states.swap_remove(dice.below(states.len()));
            let differ = if deleted {
                format!("now_{table} n WHERE n.{account}")
            } else {
                format!(
                    "now_{table} n JOIN s{state}_{table} o ON n.{key} = o.{key} WHERE n.{account} AND n.mac <> o.mac"
                )
            };
            let count = past.engine.rows(&differ).await;
            if count == 0 {
                continue;
            }
            let skipped = dice.below(usize::try_from(count).expect("few"));
            let id =
                past.text_of(&format!("n.{key}"), &format!("{differ} ORDER BY n.{key} LIMIT 1 OFFSET {skipped}")).await;
            // An unattached upload may be missing; it is collected after a while.
            let row = format!("{key} = {}", past.literal(&id));
            let staged = format!("now_files WHERE {row} AND staged_day IS NOT NULL");
            if deleted && table == "files" && past.engine.rows(&staged).await > 0 {
                return;
            }
            let gone = format!("DELETE FROM {table} WHERE {row}");
            self.does(table, if deleted { gone } else { old_rows(table, state, &row) });
            self.named.push(id);
            return;
        }
    }

    /// Restores a deleted endpoint.
    async fn brings_an_endpoint_back(&mut self, past: &History, scope: Scope) {
        let of = past.of_scope(scope);
        let gone = format!(
            "s0_endpoints n WHERE {of}
             AND NOT EXISTS (SELECT 1 FROM now_endpoints m WHERE m.endpoint_id = n.endpoint_id)"
        );
        let id = past.text_of("n.endpoint_id", &format!("{gone} LIMIT 1")).await;
        let row = format!("endpoint_id = {}", past.literal(&id));
        self.does("endpoints", old_rows("endpoints", 0, &row));
        self.named.push(id);
        self.named.push("exists again".to_owned());
    }

    /// One manipulation, or a combination of two or three in the same account or in both.
    async fn random(past: &History, dice: &mut Dice) -> Self {
        let (mut made, count) = (Self::default(), 1 + dice.below(3));
        while made.kinds.len() < count {
            let (scope, state) = (dice.one_of(&past.callers).scope, dice.below(STATES));
            let kind = dice.below(8);
            let before = made.sql.len();
            match kind {
                0 => made.cuts_the_tail(past, scope, state, true).await,
                1 => made.cuts_the_tail(past, scope, state, false).await,
                2 => made.puts_the_end_back(past, scope, state),
                3 => made.deletes_the_scope(past, scope),
                4 => made.puts_the_scope_back(past, scope, state).await,
                5 => made.puts_a_row_back(past, dice, scope, false).await,
                6 => made.puts_a_row_back(past, dice, scope, true).await,
                _ => made.brings_an_endpoint_back(past, scope).await,
            }
            if made.sql.len() > before {
                made.kinds.push(kind);
                made.named.push(format!("account {}, sandbox", scope.account));
            }
        }
        // One of several manipulations may hide the place of another, but the account is always named.
        if count > 1 {
            made.named.retain(|named| named.starts_with("account ") && named.ends_with(", sandbox"));
        }
        made
    }
}

impl History {
    /// An id as text with hyphens, as findings show it.
    async fn text_of(&self, column: &str, of: &str) -> String {
        let column = if self.engine.rows_in().1.is_none() {
            format!("lower(hex({column}))")
        } else {
            format!("replace(CAST({column} AS TEXT), '-', '')")
        };
        let hex = self.engine.text(&format!("SELECT {column} FROM {of}")).await.expect("an id");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn literal(&self, id: &str) -> String {
        let hex = id.replace('-', "");
        if self.engine.rows_in().1.is_none() { format!("x'{hex}'") } else { format!("CAST('{hex}' AS UUID)") }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cut_tail_old_row_old_end_and_deleted_account_is_found_and_named() {
    all_manipulations(Engine::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cut_tail_old_row_old_end_and_deleted_account_is_found_and_named_in_postgresql() {
    all_manipulations(Engine::postgres().await).await;
}

async fn all_manipulations(engine: Engine) {
    let mut past = History::of(engine).await;
    assert_eq!(past.findings().await, Vec::<String>::new(), "nothing was touched");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut alone = BTreeSet::new();
    let mut restore = String::new();
    for number in 0..MANIPULATIONS {
        if number % 50 == 49 {
            past.manipulate(&std::mem::take(&mut restore)).await;
            assert_eq!(past.findings().await, Vec::<String>::new(), "{number}: it was put back");
        }
        let made = Manipulation::random(&past, &mut dice).await;
        past.manipulate(&format!("{restore}{}", made.sql.join("; "))).await;
        let found = past.findings().await;
        assert!(!found.is_empty(), "{number}: {:?}", made.sql);
        for named in &made.named {
            let is_named = found.iter().any(|one| one.contains(named));
            assert!(is_named, "{number}: {named} is not in {found:?}: {:?}", made.sql);
        }
        if let [kind] = made.kinds[..] {
            alone.insert(kind);
        }
        restore = format!("{}; ", History::restore_sql(&made.tables));
    }
    assert_eq!(alone.len(), 8, "each was also tried alone");
    // Reset everything to an older state.
    for state in 0..STATES {
        let whole =
            TABLES.map(|table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM s{state}_{table}"));
        past.manipulate(&whole.join("; ")).await;
        let found = past.findings().await;
        for caller in &past.callers {
            let account = format!("account {}, sandbox, entry", caller.scope.account);
            assert!(found.iter().any(|one| one.starts_with(&account)), "{state}: {found:?}");
        }
    }
    past.manipulate(&History::restore_sql(&BTreeSet::from(TABLES))).await;
    assert_eq!(past.findings().await, Vec::<String>::new(), "as it was");
}

/// Two processes have an anchor each. The database is reset, and that is accepted.
pub(crate) async fn an_accepted_restore_satisfies_earlier_anchors_and_no_later_one(mut engine: Engine) {
    let services = engine.services();
    let (one, gone_later) = (caller(&services).await, caller(&services).await);
    let id = given(&services, &one, "a@example.com", "individual").await;
    for table in TABLES.into_iter().chain(["events", "answers", "deliveries"]) {
        engine.execute(&format!("CREATE TABLE old_{table} AS SELECT * FROM {table}")).await;
    }
    put(&services, &one, id, r#"{"first_name":"A"}"#).await.expect("updated");
    let key = engine.anchor_key();
    let early = anchored(&key, engine.store().tips(), 10_000_000);
    put(&services, &one, id, r#"{"first_name":"B"}"#).await.expect("updated");
    let third = caller(&services).await;
    given(&services, &gone_later, "b@example.com", "individual").await;
    let late = anchored(&key, engine.store().tips(), 11_000_000);
    drop(services);
    let report = async |engine: &Engine, anchor: &Anchor| check(engine.store(), anchor).await.expect("a report");
    for anchor in [&early, &late] {
        assert!(report(&engine, anchor).await.findings.is_empty());
    }
    engine.close();
    for table in TABLES.into_iter().chain(["events", "answers", "deliveries"]) {
        engine.execute(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM old_{table}")).await;
    }
    engine.open().await;
    assert_eq!(report(&engine, &early).await.scopes, BTreeSet::from([one.scope]));
    let found = report(&engine, &late).await;
    assert_eq!(found.scopes, BTreeSet::from([one.scope, gone_later.scope, third.scope]));
    assert!(found.findings.iter().any(|text| text.contains("the whole audit trail is missing")), "{found:?}");

    // An entry of that kind without our seal accepts nothing.
    let services = engine.services();
    append_audit(&services, one.scope, AuditEntry::new(&one, services.clock.now(), Action::RestoreAccepted))
        .await
        .expect("written");
    assert!(!report(&engine, &late).await.findings.is_empty());

    let accepted_at = Timestamp::from_micros(12_000_000);
    let mut entry = AuditEntry::new(&one, services.clock.now(), Action::RestoreAccepted);
    entry.detail.note = Some(restore_note(accepted_at, &found.findings));
    append_audit(&services, one.scope, entry).await.expect("written");
    for anchor in [&early, &late] {
        let found = report(&engine, anchor).await;
        assert!(found.findings.is_empty() && found.accepted > 0, "{found:?}");
    }
    // What is anchored from then on is protected as before.
    put(&services, &one, id, r#"{"first_name":"C"}"#).await.expect("updated");
    let since = anchored(&key, engine.store().tips(), 13_000_000);
    drop(services);
    engine.close();
    engine
        .execute(
            "DELETE FROM audit WHERE seq > 3 AND account_id IN (SELECT account_id FROM audit GROUP BY account_id
                HAVING max(seq) > 3); DELETE FROM audit_heads;
             INSERT INTO audit_heads SELECT * FROM old_audit_heads",
        )
        .await;
    engine.open().await;
    let found = report(&engine, &since).await;
    assert_eq!(found.scopes, BTreeSet::from([one.scope]), "{found:?}");
    assert_eq!(found.accepted, 0);
}
