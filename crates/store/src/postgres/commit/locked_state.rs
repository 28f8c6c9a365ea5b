//! The first round trip of a commit: it takes the locks and reads what the changes depend on.

use std::collections::{BTreeMap, HashMap, HashSet};

use dossier_core::caller::Scope;
use dossier_core::ids::{CustomerId, WebhookId};
use dossier_core::store::StoreError;
use tokio_postgres::Row;
use uuid::Uuid;

use super::answers::AnswerUsage;
use super::table::tables;
use crate::postgres::database::{Call, Error, Param, PipelineError, Session};
use crate::postgres::rows::{Columns, scope_values, statements, uuid};
use crate::prepared::{Precondition, PreparedChange, PreparedEffect};
use crate::records::RowHashes;

statements! {
    /// Locks in a fixed order, so that no two transactions wait for each other.
    LOCK = "SELECT h.account_id, h.environment, h.seq, h.hash, h.event, h.delivery FROM audit_heads h
        JOIN unnest($1::uuid[], $2::smallint[]) AS u (account_id, environment)
            ON h.account_id = u.account_id AND h.environment = u.environment
        ORDER BY h.account_id, h.environment FOR UPDATE OF h";
    CUSTOMERS = "SELECT c.account_id, c.environment, c.customer_id, c.version, c.last_audit FROM customers c
        JOIN unnest($1::uuid[], $2::smallint[], $3::uuid[]) AS u (account_id, environment, customer_id)
            ON c.account_id = u.account_id AND c.environment = u.environment AND c.customer_id = u.customer_id";
    EMAILS = "SELECT c.account_id, c.environment, c.email_index, c.customer_id FROM customers c
        JOIN unnest($1::uuid[], $2::smallint[], $3::bytea[]) AS u (account_id, environment, email_index)
            ON c.account_id = u.account_id AND c.environment = u.environment AND c.email_index = u.email_index";
    ANSWERS = "SELECT a.account_id, a.environment, a.key_hash FROM answers a
        JOIN unnest($1::uuid[], $2::smallint[], $3::bytea[]) AS u (account_id, environment, key_hash)
            ON a.account_id = u.account_id AND a.environment = u.environment AND a.key_hash = u.key_hash";
    USAGE = "SELECT s.account_id, s.environment, s.day, s.answers FROM usage s
        JOIN unnest($1::uuid[], $2::smallint[]) AS u (account_id, environment)
            ON s.account_id = u.account_id AND s.environment = u.environment";
    /// Locks the files, so that they are not collected in the meantime.
    pub(crate) FILES = "SELECT f.account_id, f.environment, f.file_id FROM files f
        JOIN unnest($1::uuid[], $2::smallint[], $3::uuid[]) AS u (account_id, environment, file_id)
            ON f.account_id = u.account_id AND f.environment = u.environment AND f.file_id = u.file_id
        ORDER BY f.account_id, f.environment, f.file_id FOR UPDATE OF f";
    /// Shares the lock with other writers of new keys. A rotation waits, and then finds what was written.
    EPOCH = "SELECT newest_epoch FROM installation FOR SHARE";
    /// Locks the endpoints, so that no delivery waits for one that ends at this moment.
    ENDPOINTS = "SELECT e.account_id, e.environment, e.endpoint_id, e.event_types FROM endpoints e
        JOIN unnest($1::uuid[], $2::smallint[]) AS u (account_id, environment)
            ON e.account_id = u.account_id AND e.environment = u.environment
        WHERE e.disabled IS NULL ORDER BY e.account_id, e.environment, e.endpoint_id FOR UPDATE OF e";
}

tables! {
    Locks of Lock for LOCK {}
    CustomerQueries of CustomerQuery for CUSTOMERS {
        id: Uuid,
    }
    EmailQueries of EmailQuery<'a> for EMAILS {
        index: &'a [u8],
    }
    AnswerQueries of AnswerQuery<'a> for ANSWERS {
        key_hash: &'a [u8],
    }
    FileQueries of FileQuery for FILES {
        id: Uuid,
    }
    UsageQueries of UsageQuery for USAGE {}
}

/// The end of a chain, and the last numbers used in its scope.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ScopeHead {
    pub(super) seq: u64,
    pub(super) hash: [u8; 32],
    pub(super) event: i64,
    pub(super) delivery: i64,
}

/// What the changes depend on, read under the locks.
#[derive(Default)]
pub(super) struct LockedState {
    pub(super) heads: BTreeMap<Scope, ScopeHead>,
    /// The version and the newest entry of each customer.
    pub(super) customers: HashMap<(Scope, [u8; 16]), (u64, i64)>,
    pub(super) emails: HashMap<(Scope, Vec<u8>), CustomerId>,
    pub(super) answers: HashSet<(Scope, Vec<u8>)>,
    pub(super) answer_usage: BTreeMap<Scope, AnswerUsage>,
    pub(super) files: HashSet<(Scope, [u8; 16])>,
    pub(super) epoch: Option<u32>,
    pub(super) endpoints: HashMap<Scope, Vec<(WebhookId, String)>>,
    /// Rows whose seals are only known once a rare change, which is alone in its batch, is written.
    pub(super) other_rows: RowHashes,
}

fn lock(changes: &[&PreparedChange]) -> Locks {
    let scopes: HashSet<Scope> = changes.iter().map(|change| change.scope).collect();
    let mut locked = Locks::default();
    scopes.into_iter().for_each(|scope| locked.push(scope, Lock {}));
    locked
}

pub(super) async fn read(session: Session<'_>, changes: &[&PreparedChange]) -> Result<LockedState, PipelineError> {
    let (mut customers, mut emails) = (CustomerQueries::default(), EmailQueries::default());
    let (mut answers, mut files) = (AnswerQueries::default(), FileQueries::default());
    let mut keyed = HashSet::new();
    let mut wraps = false;
    for change in changes {
        let scope = change.scope;
        match &change.effect {
            PreparedEffect::Customer { basis: Precondition::New, row, .. } => {
                emails.push(scope, EmailQuery { index: &row.email_index });
            }
            PreparedEffect::Customer { basis: Precondition::Version { email_moves, .. }, row, attached, .. } => {
                if *email_moves {
                    emails.push(scope, EmailQuery { index: &row.email_index });
                }
                customers.push(scope, CustomerQuery { id: uuid(row.id.as_bytes()) });
                for one in attached.iter().flatten() {
                    files.push(scope, FileQuery { id: uuid(one.file.as_bytes()) });
                }
            }
            _ => {
                if let Some(customer) = change.audit.as_ref().and_then(|entry| entry.customer_id) {
                    customers.push(scope, CustomerQuery { id: uuid(&customer) });
                }
            }
        }
        if let Some((pending, _)) = &change.answer {
            answers.push(scope, AnswerQuery { key_hash: &pending.ticket.key_hash });
            keyed.insert(scope);
        }
        wraps |= change.effect.oldest_epoch().is_some();
    }
    let mut usage = UsageQueries::default();
    keyed.into_iter().for_each(|scope| usage.push(scope, UsageQuery {}));
    let locked = lock(changes);
    let endpoints = Some((ENDPOINTS, vec![&locked.accounts as &dyn Param, &locked.environments]));
    let queries = [
        locked.call(),
        customers.call(),
        emails.call(),
        answers.call(),
        usage.call(),
        files.call(),
        wraps.then(|| (EPOCH, Vec::new())),
        endpoints,
    ];
    let calls: Vec<Call<'_>> = queries.into_iter().flatten().collect();
    let answers = session.pipeline(Some("BEGIN"), &calls, None).await?;
    let mut found = LockedState::default();
    for ((what, _), rows) in calls.iter().zip(&answers) {
        found.take(what, rows).map_err(super::before)?;
    }
    Ok(found)
}

/// The heads of the scopes of these changes.
pub(super) async fn heads(
    session: Session<'_>,
    changes: &[&PreparedChange],
) -> Result<BTreeMap<Scope, ScopeHead>, Error> {
    let locked = lock(changes);
    Ok(read_heads(&session.query(LOCK, &[&locked.accounts, &locked.environments]).await?)?)
}

fn read_heads(rows: &[Row]) -> Result<BTreeMap<Scope, ScopeHead>, StoreError> {
    let read = |row: &Row| {
        let mut columns = Columns::of(row);
        let scope = columns.scope()?;
        let head = ScopeHead {
            seq: columns.count()?,
            hash: columns.hash()?,
            event: columns.next()?,
            delivery: columns.next()?,
        };
        Ok((scope, head))
    };
    rows.iter().map(read).collect()
}

impl LockedState {
    fn take(&mut self, what: &str, rows: &[Row]) -> Result<(), StoreError> {
        if what == LOCK {
            self.heads = read_heads(rows)?;
            return Ok(());
        }
        for row in rows {
            let mut columns = Columns::of(row);
            if what == EPOCH {
                self.epoch = u32::try_from(columns.next::<i32>()?).ok();
                continue;
            }
            let scope = columns.scope()?;
            match what {
                CUSTOMERS => {
                    let id = columns.id()?;
                    self.customers.insert((scope, id), (columns.count()?, columns.next()?));
                }
                EMAILS => {
                    let index = columns.next()?;
                    self.emails.insert((scope, index), CustomerId::from_bytes(columns.id()?));
                }
                USAGE => drop(
                    self.answer_usage.insert(scope, AnswerUsage { day: columns.next()?, answers: columns.count()? }),
                ),
                ANSWERS => drop(self.answers.insert((scope, columns.next()?))),
                FILES => drop(self.files.insert((scope, columns.id()?))),
                _ => {
                    let id = WebhookId::from_bytes(columns.id()?);
                    self.endpoints.entry(scope).or_default().push((id, columns.next()?));
                }
            }
        }
        Ok(())
    }

    pub(super) fn head(&mut self, scope: Scope) -> Result<&mut ScopeHead, StoreError> {
        self.heads.get_mut(&scope).ok_or_else(|| StoreError::Corrupt("the account has no audit chain".into()))
    }

    /// The version and the newest entry of a customer.
    pub(super) fn customer(&self, scope: Scope, customer: &[u8; 16]) -> (u64, i64) {
        self.customers.get(&(scope, *customer)).copied().unwrap_or_default()
    }
}
