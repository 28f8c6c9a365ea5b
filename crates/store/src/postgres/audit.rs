//! Reading and verifying the audit trail.

use std::collections::HashMap;

use dossier_core::audit::{Action, AuditReport, AuditRow};
use dossier_core::caller::Scope;
use dossier_core::store::{Progress, StoreError};
use tokio_postgres::Row;
use uuid::Uuid;

use super::PostgresStore;
use super::rows::{Columns, number, place, rows, statements};
use crate::anchor::{AcceptedRestore, ChainEnd};
use crate::audit_chain::{EntryRow, HeadRow, StoredEntry, Verification, accepted_restore};
use crate::columns::scope_columns;

/// Entries read at a time.
const PORTION: i64 = 2_000;

macro_rules! entries {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, environment, seq, previous_of_customer, hash, at, actor, action, customer_id, \
                version, fields,
                request_id, detail, records FROM audit ",
            $rest
        )
    };
}

statements! {
    LIST = entries!("WHERE account_id = $1 AND environment = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4");
    NEXT = entries!("WHERE (account_id, environment, seq) > ($1, $2, $3) ORDER BY account_id, environment, seq LIMIT \
        $4");
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
    Ok(EntryRow {
        account: columns.id()?,
        environment: columns.small()?,
        seq: columns.count()?,
        previous_of_customer: columns.count()?,
        hash: columns.next()?,
        entry: StoredEntry {
            at: columns.next()?,
            actor: columns.next()?,
            action: columns.next()?,
            customer_id: columns.optional_id()?,
            version: columns.next::<Option<i64>>()?.and_then(|version| u64::try_from(version).ok()),
            fields: columns.next()?,
            request_id: columns.next()?,
            detail: columns.next()?,
            records: columns.next()?,
        },
    })
}

impl PostgresStore {
    pub(super) async fn read_audit(
        &self,
        scope: Scope,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let (account, environment) = place(scope);
        let before = before.map_or(i64::MAX, number);
        let found = self.database.query(LIST, &[&account, &environment, &before, &rows(limit)]).await?;
        found.iter().map(|row| entry(row)?.open()).collect()
    }

    /// Entries that come while it runs are left to the next time: each chain is judged up to the end that it had.
    pub(super) async fn verify_chains(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError> {
        let total = match self.database.query_one(TOTAL, &[]).await? {
            Some(row) => Columns::of(&row).count()?,
            None => 0,
        };
        let heads = self.read_heads().await?;
        let ends: HashMap<_, _> = heads.iter().map(|(scope, head)| (*scope, head.seq)).collect();
        let mut verification = Verification::default();
        let mut after = (Uuid::nil(), 0_i16, 0_i64);
        loop {
            let portion = self.database.query(NEXT, &[&after.0, &after.1, &after.2, &PORTION]).await?;
            let Some(last) = portion.last() else { break };
            let mut columns = Columns::of(last);
            after = (columns.next()?, columns.next()?, columns.next()?);
            for row in &portion {
                let scope = Columns::of(row).scope();
                match (scope, entry(row)) {
                    (Ok(scope), Ok(entry)) => {
                        // Later than the end that was read, or of a chain that began since.
                        if ends.get(&scope).is_none_or(|end| entry.seq > *end) && self.came_since(scope, &entry).await?
                        {
                            continue;
                        }
                        verification.check(&entry);
                    }
                    (_, Ok(entry)) => verification.check(&entry),
                    (_, Err(_)) => {
                        let place = after.2;
                        let text = format!("near entry {place}: an entry was altered so that it cannot be read");
                        verification.report.findings.push(text);
                    }
                }
            }
            progress(verification.report.entries.min(total), total);
        }
        for (scope, head) in heads {
            let keys = self.scope_keys(scope).await.ok().flatten();
            verification.end(scope, &head, keys.as_deref());
        }
        progress(total, total);
        Ok(verification.into_report())
    }

    async fn read_heads(&self) -> Result<Vec<(Scope, HeadRow)>, StoreError> {
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

    pub(super) async fn read_chain_ends(&self) -> Result<Vec<ChainEnd>, StoreError> {
        Ok(self.read_heads().await?.into_iter().filter_map(|(_, head)| head.chain_end()).collect())
    }

    pub(super) async fn read_entry_hashes(
        &self,
        entries: &[(Scope, u64)],
    ) -> Result<Vec<Option<[u8; 32]>>, StoreError> {
        let (mut accounts, mut environments, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for (scope, seq) in entries {
            let (account, environment) = place(*scope);
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

    pub(super) async fn read_accepted_restores(&self, scopes: &[Scope]) -> Result<Vec<AcceptedRestore>, StoreError> {
        let (mut accepted, action) = (Vec::new(), Action::RestoreAccepted.as_str());
        for scope in scopes {
            let (account, environment) = place(*scope);
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

    /// Whether the chain has grown beyond this entry: then it is new, and no forgery.
    async fn came_since(&self, scope: Scope, entry: &EntryRow) -> Result<bool, StoreError> {
        let (account, environment) = place(scope);
        let row = self.database.query_one(END, &[&account, &environment]).await?;
        row.map_or(Ok(false), |row| Ok(Columns::of(&row).count()? >= entry.seq))
    }
}
