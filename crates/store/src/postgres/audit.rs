//! Reads and verifies the audit trail.

use std::collections::HashMap;

use async_trait::async_trait;
use dossier_core::audit::{Action, AuditFilter, AuditPage, AuditReport, OpenedEntry};
use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use dossier_core::store::{AuditStore, Progress, StoreError};
use tokio_postgres::Row;
use uuid::Uuid;

use super::PostgresStore;
use super::rows::{Columns, number, row_limit, scope_values, statements, uuid};
use crate::TrailStore;
use crate::anchor::{AcceptedRestore, ChainEnd, Tips};
use crate::audit_chain::{self, EntryRow, HeadRow, StoredEntry, Verification, accepted_restore};
use crate::audit_list::{self, ListedEntry, Listing, Start};
use crate::columns::scope_columns;
use crate::sealed::{self, SubjectKeys};

/// The number of entries that are read at a time.
const PORTION: i64 = 2_000;

/// The columns that lists show, then any others.
macro_rules! entries {
    ($also:literal, $rest:literal) => {
        concat!(
            "SELECT a.seq, a.previous_of_customer, a.hash, a.at, a.actor, a.action, a.customer_id, a.version, a.fields,
                a.request_id, a.decision",
            $also,
            " FROM audit a ",
            $rest
        )
    };
}

/// The number of columns that lists show.
const LISTED: usize = 11;

statements! {
    LIST = entries!(
        "",
        "WHERE a.account_id = $1 AND a.environment = $2 AND a.seq < $3 ORDER BY a.seq DESC LIMIT $4"
    );
    ENTRY = entries!(", a.detail", "WHERE a.account_id = $1 AND a.environment = $2 AND a.seq = $3");
    /// The entries of a customer are linked backwards, never forwards.
    LINKED = concat!(
        "WITH RECURSIVE trail (seq, previous, place) AS (
            SELECT a.seq, a.previous_of_customer, 1::bigint FROM audit a
            WHERE a.account_id = $1 AND a.environment = $2 AND a.seq = $3
            UNION ALL
            SELECT a.seq, a.previous_of_customer, trail.place + 1
            FROM trail JOIN audit a ON a.account_id = $1 AND a.environment = $2 AND a.seq = trail.previous
            WHERE trail.place < $4 AND trail.previous < trail.seq) ",
        entries!(
            "",
            "JOIN trail ON trail.seq = a.seq WHERE a.account_id = $1 AND a.environment = $2 ORDER BY a.seq DESC"
        )
    );
    NEWEST = "SELECT last_audit FROM customers WHERE account_id = $1 AND environment = $2 AND customer_id = $3";
    LINK = "SELECT previous_of_customer FROM audit
        WHERE account_id = $1 AND environment = $2 AND seq = $3 AND customer_id = $4";
    SETTINGS = "SELECT cell FROM recorded_settings WHERE account_id = $1 AND environment = $2";
    NEXT = entries!(
        ", a.account_id, a.environment, a.detail, a.records",
        "WHERE (a.account_id, a.environment, a.seq) > ($1, $2, $3)
        ORDER BY a.account_id, a.environment, a.seq LIMIT $4"
    );
    TOTAL = "SELECT coalesce(sum(seq), 0)::bigint FROM audit_heads";
    END = "SELECT seq FROM audit_heads WHERE account_id = $1 AND environment = $2";
    ENTRIES = "SELECT a.account_id, a.environment, a.seq, a.hash FROM audit a
        JOIN unnest($1::uuid[], $2::smallint[], $3::bigint[]) AS u (account_id, environment, seq)
            ON a.account_id = u.account_id AND a.environment = u.environment AND a.seq = u.seq";
    ACCEPTED = "SELECT request_id, detail FROM audit WHERE account_id = $1 AND environment = $2 AND action = $3";
    HEADS = "SELECT account_id, environment, seq, hash, seal FROM audit_heads WHERE seq > 0 ORDER BY account_id, \
        environment";
}

fn entry(row: &Row) -> Result<EntryRow, StoreError> {
    let mut columns = Columns::of(row);
    let ListedEntry {
        seq,
        previous_of_customer,
        hash,
        at,
        actor,
        action,
        customer_id,
        version,
        fields,
        request_id,
        decision,
    } = listed_entry(&mut columns)?;
    let (account, environment) = (columns.id()?, columns.small()?);
    let (detail, records) = (columns.next()?, columns.next()?);
    let entry = StoredEntry { at, actor, action, customer_id, version, fields, request_id, detail, records, decision };
    Ok(EntryRow { account, environment, seq, previous_of_customer, hash, entry })
}

fn listed_entry(columns: &mut Columns<'_>) -> Result<ListedEntry, StoreError> {
    Ok(ListedEntry {
        seq: columns.count()?,
        previous_of_customer: columns.count()?,
        hash: columns.next()?,
        at: columns.next()?,
        actor: columns.next()?,
        action: columns.next()?,
        customer_id: columns.optional_id()?,
        version: columns.next::<Option<i64>>()?.and_then(|version| u64::try_from(version).ok()),
        fields: columns.next()?,
        request_id: columns.next()?,
        decision: columns.next()?,
    })
}

#[async_trait]
impl AuditStore for PostgresStore {
    async fn audit(
        &self,
        scope: Scope,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<AuditPage>, StoreError> {
        let start = match filter.customer {
            None => Start::Before(before),
            Some(customer) => match self.first_link(scope, customer, before).await? {
                Some(link) => Start::Linked(link),
                None => return Ok(None),
            },
        };
        let mut listing = Listing::new(filter, limit, start);
        while let Some((start, portion)) = listing.next_portion() {
            let (account, environment) = scope_values(scope);
            let (sql, number) = match start {
                Start::Before(before) => (LIST, before.map_or(i64::MAX, number)),
                Start::Linked(first) => (LINKED, number(first)),
            };
            let found = self.database.query(sql, &[&account, &environment, &number, &row_limit(portion)]).await?;
            listing.add(found.iter().map(|row| listed_entry(&mut Columns::of(row))).collect::<Result<_, _>>()?)?;
        }
        Ok(Some(listing.into_page()))
    }

    async fn audit_entry(&self, scope: Scope, seq: u64) -> Result<Option<OpenedEntry>, StoreError> {
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(ENTRY, &[&account, &environment, &number(seq)]).await?;
        let Some(row) = row else { return Ok(None) };
        let mut columns = Columns::of(&row);
        let (entry, detail) = (listed_entry(&mut columns)?, columns.next::<Vec<u8>>()?);
        let subjects = match audit_list::subjects(&entry, &detail)? {
            Some((customer, subjects)) => self.subject_keys(scope, customer, &subjects).await?,
            None => SubjectKeys::new(),
        };
        let keys = self.existing_scope_keys(scope).await?;
        audit_list::open((scope, &*keys), &subjects, entry, detail).map(Some)
    }

    async fn verify_audit(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError> {
        let mut report = self.verify_chains(progress).await?;
        let (findings, rows) = self.verify_rows(progress).await?;
        report.findings.extend(findings);
        report.rows = rows;
        Ok(report)
    }

    async fn recorded_settings(&self, scope: Scope) -> Result<Option<Vec<u8>>, StoreError> {
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(SETTINGS, &[&account, &environment]).await?;
        let Some(row) = row else { return Ok(None) };
        let keys = self.existing_scope_keys(scope).await?;
        sealed::open_settings(&keys, scope, Columns::of(&row).next()?).map(Some)
    }
}

#[async_trait]
impl TrailStore for PostgresStore {
    fn tips(&self) -> &Tips {
        &self.tips
    }

    async fn chain_ends(&self) -> Result<Vec<ChainEnd>, StoreError> {
        Ok(self.heads().await?.into_iter().filter_map(|(_, head)| head.chain_end()).collect())
    }

    async fn is_sealed(&self, end: &ChainEnd) -> bool {
        self.scope_keys(end.scope).await.ok().flatten().is_some_and(|keys| audit_chain::is_sealed(&keys, end))
    }

    async fn entry_hashes(&self, entries: &[(Scope, u64)]) -> Result<Vec<Option<[u8; 32]>>, StoreError> {
        let (mut accounts, mut environments, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for (scope, seq) in entries {
            let (account, environment) = scope_values(*scope);
            accounts.push(account);
            environments.push(environment);
            numbers.push(number(*seq));
        }
        let mut found = HashMap::new();
        for row in &self.database.query(ENTRIES, &[&accounts, &environments, &numbers]).await? {
            let mut columns = Columns::of(row);
            let entry = (columns.scope()?, columns.count()?);
            if let Ok(hash) = columns.hash() {
                found.insert(entry, hash);
            }
        }
        Ok(entries.iter().map(|entry| found.get(entry).copied()).collect())
    }

    async fn accepted_restores(&self, scopes: &[Scope]) -> Result<Vec<AcceptedRestore>, StoreError> {
        let (mut accepted, action) = (Vec::new(), Action::RestoreAccepted.as_str());
        for scope in scopes {
            let (account, environment) = scope_values(*scope);
            let rows = self.database.query(ACCEPTED, &[&account, &environment, &action]).await?;
            if rows.is_empty() {
                continue;
            }
            let Some(keys) = self.scope_keys(*scope).await.ok().flatten() else { continue };
            for row in &rows {
                let mut columns = Columns::of(row);
                let (id, detail) = (columns.next::<String>()?, columns.next()?);
                accepted.extend(accepted_restore(&keys, *scope, &id, detail));
            }
        }
        Ok(accepted)
    }
}

impl PostgresStore {
    /// The customer's newest entry, or the one before a given entry. `None` if the given entry concerns another
    /// customer.
    async fn first_link(
        &self,
        scope: Scope,
        customer: CustomerId,
        before: Option<u64>,
    ) -> Result<Option<u64>, StoreError> {
        let (account, environment) = scope_values(scope);
        let id = uuid(customer.as_bytes());
        let row = match before {
            None => self.database.query_one(NEWEST, &[&account, &environment, &id]).await?,
            Some(before) => self.database.query_one(LINK, &[&account, &environment, &number(before), &id]).await?,
        };
        match row {
            Some(row) => Columns::of(&row).count().map(Some),
            None => Ok(before.is_none().then_some(0)),
        }
    }

    /// Each chain is verified up to its end at the start. Entries that are added in the meantime are left to the next
    /// time.
    async fn verify_chains(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError> {
        let total = match self.database.query_one(TOTAL, &[]).await? {
            Some(row) => Columns::of(&row).count()?,
            None => 0,
        };
        let heads = self.heads().await?;
        let ends: HashMap<_, _> = heads.iter().map(|(scope, head)| (*scope, head.seq)).collect();
        let mut verification = Verification::default();
        let mut after = (Uuid::nil(), 0_i16, 0_i64);
        loop {
            let portion = self.database.query(NEXT, &[&after.0, &after.1, &after.2, &PORTION]).await?;
            let Some(last) = portion.last() else { break };
            let mut columns = Columns::after(last, LISTED);
            after = (columns.next()?, columns.next()?, Columns::of(last).next()?);
            for row in &portion {
                let scope = Columns::after(row, LISTED).scope();
                match (scope, entry(row)) {
                    (Ok(scope), Ok(entry)) => {
                        // The entry is beyond the end that was read, or its chain began since.
                        if ends.get(&scope).is_none_or(|end| entry.seq > *end)
                            && self.was_added_since(scope, &entry).await?
                        {
                            continue;
                        }
                        verification.check(&entry);
                    }
                    (_, Ok(entry)) => verification.check(&entry),
                    (_, Err(_)) => {
                        let place = after.2;
                        let text = format!("near entry {place}: an entry was altered and cannot be read");
                        verification.report.findings.push(text);
                    }
                }
            }
            progress(verification.report.entries.min(total), total);
        }
        for (scope, head) in heads {
            let keys = self.scope_keys(scope).await.ok().flatten();
            verification.check_end(scope, &head, keys.as_deref());
        }
        progress(total, total);
        Ok(verification.into_report())
    }

    async fn heads(&self) -> Result<Vec<(Scope, HeadRow)>, StoreError> {
        let rows = self.database.query(HEADS, &[]).await?;
        let head = |row: &Row| {
            let mut columns = Columns::of(row);
            let scope = columns.scope()?;
            let (account, environment) = scope_columns(&scope);
            let (seq, hash, seal) = (columns.count()?, columns.next()?, columns.next()?);
            Ok((scope, HeadRow { account: *account, environment, seq, hash, seal }))
        };
        rows.iter().map(head).collect()
    }

    /// Whether the chain has grown beyond this entry. Then the entry is new, and no forgery.
    async fn was_added_since(&self, scope: Scope, entry: &EntryRow) -> Result<bool, StoreError> {
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(END, &[&account, &environment]).await?;
        row.map_or(Ok(false), |row| Ok(Columns::of(&row).count()? >= entry.seq))
    }
}
