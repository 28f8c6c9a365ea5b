//! The commit of changes, in two round trips. The first locks the ends of their scopes' chains, which makes every other
//! writer of these scopes wait, in whatever process, and reads what the changes depend on. The second writes what can
//! be written, in array statements, and commits. Each change is answered on its own.
//!
//! Plain updates need no first round trip where nobody else has written since this lane's last commit: the lane
//! remembers how it left the ends of its chains, and what it writes says what it takes for granted, which the database
//! refuses when it does not hold. They are one statement, and the next may be sent before it has ended: what that one
//! takes for granted is that it ends well.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroI64;
use std::sync::{Mutex, MutexGuard};

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::PendingAnswer;
use dossier_core::ids::{CustomerId, WebhookId};
use dossier_core::quota::OverQuota;
use dossier_core::store::{Committed, StoreError};
use tokio_postgres::Row;
use uuid::Uuid;

use super::database::{Call, Error, Param, PipelineError, Session};
use super::effects;
use super::rows::{Columns, epoch, number, place, statements, uuid};
use crate::anchor::{Position, Tips};
use crate::audit_chain;
use crate::cache::Hint;
use crate::planted::{Defect, planted};
use crate::prepared::{Attached, Basis, CustomerRow, NewSubject, Prepared, PreparedEffect, StoredLink};
use crate::records::Records;

/// What a change came to, the database being well, and the number of its entry in the audit trail.
pub(super) type Outcome = Result<(Committed, Hint), StoreError>;

statements! {
    /// In one order, so that no two wait for each other.
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
    /// Locked, so that they are not collected in the meantime.
    FILES = "SELECT f.account_id, f.environment, f.file_id FROM files f
        JOIN unnest($1::uuid[], $2::smallint[], $3::uuid[]) AS u (account_id, environment, file_id)
            ON f.account_id = u.account_id AND f.environment = u.environment AND f.file_id = u.file_id
        ORDER BY f.account_id, f.environment, f.file_id FOR UPDATE OF f";
    /// Shared with other writers of new keys; a rotation waits, and then finds what was written.
    EPOCH = "SELECT newest_epoch FROM installation FOR SHARE";
    /// Locked, so that no delivery comes to wait for one that ends at this moment.
    ENDPOINTS = "SELECT e.account_id, e.environment, e.endpoint_id, e.event_types FROM endpoints e
        JOIN unnest($1::uuid[], $2::smallint[]) AS u (account_id, environment)
            ON e.account_id = u.account_id AND e.environment = u.environment
        WHERE e.disabled IS NULL ORDER BY e.account_id, e.environment, e.endpoint_id FOR UPDATE OF e";

    ANSWER = "INSERT INTO answers (account_id, environment, key_hash, fingerprint, request_id, customer_id, version,
            created_at, body)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::bytea[], $4::bytea[], $5::text[], $6::uuid[],
            $7::bigint[], $8::bigint[], $9::bytea[])";
    COUNT_ANSWERS = "INSERT INTO usage (account_id, environment, day, answers)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::bigint[])
        ON CONFLICT (account_id, environment) DO UPDATE SET day = excluded.day, answers = excluded.answers";
    CREATE = "INSERT INTO customers (account_id, environment, customer_id, version, type, created_at, updated_at,
            events, last_audit, email_index, names, profile, secret, persons_version, mac)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::bigint[], $5::smallint[], $6::bigint[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[],
            $11::bytea[], $12::bytea[], $13::bytea[], $14::bigint[], $15::bytea[])";
    /// For an entry about a customer that does not change it.
    LINK_AUDIT = "UPDATE customers AS c SET last_audit = u.last_audit
        FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::bigint[])
            AS u (account_id, environment, customer_id, last_audit)
        WHERE c.account_id = u.account_id AND c.environment = u.environment AND c.customer_id = u.customer_id";
    SUBJECTS = "INSERT INTO subject_keys (account_id, environment, customer_id, subject_id, epoch, wrapped, mac)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::integer[], $6::bytea[],
            $7::bytea[])";
    ATTACH = "INSERT INTO file_uses (account_id, environment, file_id, customer_id, subject_id, attached_at, key, mac)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::bytea[],
            $8::bytea[])
        ON CONFLICT DO NOTHING";
    UNSTAGE = "UPDATE files AS f SET staged_day = NULL, key = NULL, mac = u.mac
        FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::bytea[]) AS u (account_id, environment, file_id, mac)
        WHERE f.account_id = u.account_id AND f.environment = u.environment AND f.file_id = u.file_id
            AND f.staged_day IS NOT NULL";
    NUMBERS_GONE = "DELETE FROM numbers USING unnest($1::uuid[], $2::smallint[], $3::uuid[])
            AS u (account_id, environment, customer_id)
        WHERE numbers.account_id = u.account_id AND numbers.environment = u.environment
            AND numbers.customer_id = u.customer_id";
    NUMBERS = "INSERT INTO numbers (account_id, environment, customer_id, subject_id, fingerprint)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::bytea[])";
    LINKS = "INSERT INTO links (account_id, environment, token_hash, customer_id, session_id, expires_at, mac)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::bytea[], $4::uuid[], $5::uuid[], $6::bigint[],
            $7::bytea[])";
    PASSES_ENDED = "DELETE FROM links AS l USING unnest($1::uuid[], $2::smallint[], $3::uuid[])
            AS u (account_id, environment, customer_id)
        WHERE l.account_id = u.account_id AND l.environment = u.environment AND l.customer_id = u.customer_id
            AND l.used_at IS NOT NULL";
    /// Only the oldest of a customer and endpoint is due; the others follow one by one.
    DELIVERIES = "INSERT INTO deliveries (account_id, environment, id, endpoint_id, customer_id, number, event, type,
            state, attempts, created_at, next_at)
        SELECT u.account_id, u.environment, u.id, u.endpoint_id, u.customer_id, u.number, u.event, u.type, 0, 0, u.at,
            CASE WHEN u.first AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.account_id = u.account_id
                AND d.environment = u.environment AND d.endpoint_id = u.endpoint_id AND d.customer_id = u.customer_id
                AND d.state = 0) THEN u.at END
        FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[],
                $8::text[], $9::bigint[], $10::boolean[])
            AS u (account_id, environment, id, endpoint_id, customer_id, number, event, type, at, first)";
    /// What is written of almost every change. The ends of the chains are first, since they are what others wait for;
    /// it fails unless they, and the customers, are as they are taken for granted to be.
    WRITE = "WITH heads AS (
            UPDATE audit_heads AS h
            SET seq = u.seq, hash = u.hash, seal = u.seal, event = u.event, delivery = u.delivery
            FROM unnest($1::uuid[], $2::smallint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[],
                    $8::bytea[], $9::bigint[], $10::bigint[])
                AS u (account_id, environment, was_hash, was_event, was_delivery, seq, hash, seal, event, delivery)
            WHERE h.account_id = u.account_id AND h.environment = u.environment
                AND h.hash = u.was_hash AND h.event = u.was_event AND h.delivery = u.was_delivery
            RETURNING 1),
        customers_changed AS (
            UPDATE customers AS c SET version = u.version, updated_at = u.updated_at, events = u.events,
                last_audit = u.last_audit, names = u.names, profile = u.profile, secret = u.secret,
                persons_version = u.persons_version, kyc = u.kyc, queued_at = u.queued_at,
                provider_due = u.provider_due, provider_case = u.provider_case, email_index = u.email_index,
                mac = u.mac
            FROM unnest($11::uuid[], $12::smallint[], $13::uuid[], $14::bigint[], $15::bigint[], $16::bigint[],
                    $17::bigint[], $18::bigint[], $19::bigint[], $20::bytea[], $21::bytea[], $22::bytea[],
                    $23::bigint[], $24::bytea[], $25::bigint[], $26::bigint[], $27::bytea[], $28::bytea[], $29::bytea[])
                AS u (account_id, environment, customer_id, was_version, was_last_audit, version, updated_at, events,
                    last_audit, names, profile, secret, persons_version, kyc, queued_at, provider_due, provider_case,
                    email_index, mac)
            WHERE c.account_id = u.account_id AND c.environment = u.environment AND c.customer_id = u.customer_id
                AND c.version = u.was_version AND c.last_audit = u.was_last_audit AND (SELECT count(*) FROM heads) > 0
            RETURNING 1),
        told AS (
            INSERT INTO events (account_id, environment, position, customer_id, number, type, at, body)
            SELECT * FROM unnest($30::uuid[], $31::smallint[], $32::bigint[], $33::uuid[], $34::bigint[], $35::text[],
                $36::bigint[], $37::bytea[])),
        entered AS (
            INSERT INTO audit (account_id, environment, seq, previous_of_customer, at, actor, action, customer_id,
                version, fields, request_id, detail, hash, records, decision)
            SELECT * FROM unnest($38::uuid[], $39::smallint[], $40::bigint[], $41::bigint[], $42::bigint[],
                $43::text[], $44::text[], $45::uuid[], $46::bigint[], $47::text[],
                $48::text[], $49::bytea[], $50::bytea[], $51::bytea[], $52::text[])),
        persons_changed AS (
            INSERT INTO persons (account_id, environment, customer_id, cells, mac)
            SELECT * FROM unnest($53::uuid[], $54::smallint[], $55::uuid[], $56::bytea[], $57::bytea[])
            ON CONFLICT (account_id, environment, customer_id) DO UPDATE SET cells = excluded.cells,
                mac = excluded.mac),
        settled AS (
            UPDATE links AS l SET expires_at = NULL
            FROM unnest($58::uuid[], $59::smallint[], $60::uuid[]) AS u (account_id, environment, customer_id)
            WHERE l.account_id = u.account_id AND l.environment = u.environment AND l.customer_id = u.customer_id
                AND l.expires_at IS NOT NULL)
        SELECT 1 / CASE WHEN (SELECT count(*) FROM heads) = cardinality($1)
            AND (SELECT count(*) FROM customers_changed) = cardinality($13) THEN 1 ELSE 0 END";
}

/// Whether a change can share its transaction with others. What is rare goes alone, in statements of its own.
pub(super) const fn is_batched(effect: &PreparedEffect) -> bool {
    matches!(effect, PreparedEffect::None | PreparedEffect::Customer { .. })
}

/// The end of a chain, and of what its scope numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Head {
    seq: u64,
    hash: [u8; 32],
    event: i64,
    delivery: i64,
}

/// What the changes depend on, as it is under the locks.
#[derive(Default)]
struct Found {
    heads: BTreeMap<Scope, Head>,
    /// Version and newest entry.
    customers: HashMap<(Scope, [u8; 16]), (u64, i64)>,
    emails: HashMap<(Scope, Vec<u8>), CustomerId>,
    answers: HashSet<(Scope, Vec<u8>)>,
    kept: BTreeMap<Scope, Kept>,
    files: HashSet<(Scope, [u8; 16])>,
    epoch: Option<u32>,
    endpoints: HashMap<Scope, Vec<(WebhookId, String)>>,
    /// Rows that a rare change, which is alone, has written besides those that it knew before.
    also: Records,
}

/// How many answers a scope has kept on the newest day.
#[derive(Clone, Copy, Default)]
struct Kept {
    day: i64,
    answers: u64,
}

impl Kept {
    /// A day that is over is not gone back to.
    fn with(self, pending: &PendingAnswer) -> Result<Self, OverQuota> {
        let day = self.day.max(pending.day());
        let before = if day == self.day { self.answers } else { 0 };
        match pending.most {
            Some(most) if before >= most => Err(pending.over_quota()),
            _ => Ok(Self { day, answers: before + 1 }),
        }
    }
}

/// How many scopes a lane remembers.
const MAX_REMEMBERED: usize = 1_024;

/// How a lane has left its scopes.
#[derive(Default)]
pub(super) struct Remembered(Mutex<HashMap<Scope, Left>>);

struct Left {
    head: Head,
    /// Whether the next change may take it for granted. Who makes an endpoint elsewhere moves the head.
    trusted: bool,
}

impl Remembered {
    fn scopes(&self) -> MutexGuard<'_, HashMap<Scope, Left>> {
        self.0.lock().expect("no code panics while it holds what a lane remembers")
    }

    /// Whether all of these are plain updates of scopes that can be trusted.
    pub(super) fn grants<'a>(&self, mut changes: impl Iterator<Item = &'a Prepared>) -> bool {
        let scopes = self.scopes();
        let trusted = |scope| scopes.get(scope).is_some_and(|left| left.trusted);
        changes.all(|change| trusted(&change.scope) && change.is_judged_before_it_writes())
    }

    fn take_for_granted(&self, changes: &[&Prepared]) -> Option<Found> {
        if !self.grants(changes.iter().copied()) {
            return None;
        }
        let (scopes, mut found) = (self.scopes(), Found::default());
        for change in changes {
            let PreparedEffect::Customer { basis: Basis::Version { expected, .. }, row, .. } = &change.effect else {
                return None;
            };
            // A wrong hint, or that of another engine, is found out as another writer's change is.
            let hint = expected.hint().map_or(0, NonZeroI64::get);
            found.customers.insert((change.scope, *row.id.as_bytes()), (expected.version, hint));
            found.heads.insert(change.scope, scopes.get(&change.scope)?.head);
        }
        Some(found)
    }

    /// After a commit under the locks, where the chains ended like this before. They may be trusted when that is how
    /// they had been left, when nobody has an endpoint, and when what was done was not rare: it may have been an
    /// endpoint.
    fn left(&self, were: &BTreeMap<Scope, Head>, found: &Found, rare: bool) {
        let mut scopes = self.scopes();
        if scopes.len() > MAX_REMEMBERED {
            scopes.clear();
        }
        for (scope, head) in &found.heads {
            let undisturbed = scopes.get(scope).is_some_and(|left| were.get(scope) == Some(&left.head));
            let trusted = undisturbed && !rare && !found.endpoints.contains_key(scope);
            scopes.insert(*scope, Left { head: *head, trusted });
        }
    }

    /// While something else than plain updates is written, and when what was taken for granted did not hold.
    pub(super) fn distrust(&self, changes: &[&Prepared]) {
        let mut scopes = self.scopes();
        for change in changes {
            scopes.entry(change.scope).and_modify(|left| left.trusted = false);
        }
    }

    /// The rows of plain updates of scopes that can be trusted; `None` if they are anything else. From here on it is
    /// taken for granted that they are written.
    pub(super) fn granted<'a>(&self, changes: &[&'a Prepared]) -> Result<Option<Rows<'a>>, StoreError> {
        let Some(mut found) = self.take_for_granted(changes) else { return Ok(None) };
        let rows = Rows::of(changes, &mut found)?;
        let mut scopes = self.scopes();
        for (scope, head) in found.heads {
            scopes.entry(scope).and_modify(|left| left.head = head);
        }
        Ok(Some(rows))
    }
}

/// Writes them in one statement; [`Error::Moved`] when something does not hold.
pub(super) async fn write_granted(
    session: Session<'_>,
    rows: Rows<'_>,
    tips: &Tips,
) -> Result<Vec<Outcome>, PipelineError> {
    session.commit_alone(WRITE, &rows.written()).await?;
    tips.publish(rows.ends);
    Ok(rows.entries.into_iter().map(|entry| Ok((Committed::Done, entry))).collect())
}

/// Writes changes, of which at most one is about the same thing, in one transaction, and ends it.
pub(super) async fn apply(
    session: Session<'_>,
    changes: &[&Prepared],
    remembered: &Remembered,
    tips: &Tips,
) -> Result<Vec<Outcome>, PipelineError> {
    remembered.distrust(changes);
    let mut found = find(session, changes).await?;
    for (scope, head) in &found.heads {
        tips.found(*scope, Position { entry: head.seq, hash: head.hash });
    }
    let mut judged: Vec<_> = changes.iter().map(|change| judge(change, &mut found)).collect();
    let rare = matches!(changes, [change] if !is_batched(&change.effect));
    if let ([change], [Ok(Committed::Done)], true) = (changes, &judged[..], rare) {
        judged = vec![Ok(effects::write(session, change, &mut found.also).await.map_err(PipelineError::Before)?)];
        if matches!(change.effect, PreparedEffect::Account { .. }) {
            // Its chains begin with it.
            let locked = lock(changes);
            let rows = session.query(LOCK, &[&locked.accounts, &locked.environments]).await;
            found.heads = read_heads(&rows.map_err(PipelineError::Before)?).map_err(before)?;
        }
    }
    let accepted: Vec<&Prepared> = changes
        .iter()
        .zip(&judged)
        .filter(|(_, judged)| matches!(judged, Ok(Committed::Done)))
        .map(|(change, _)| *change)
        .collect();
    let were = found.heads.clone();
    let entries = if accepted.is_empty() {
        session.run("ROLLBACK").await.map_err(PipelineError::Before)?;
        Vec::new()
    } else {
        let rows = Rows::of(&accepted, &mut found).map_err(before)?;
        session.pipeline(None, &rows.calls(), Some("COMMIT")).await?;
        tips.publish(rows.ends);
        rows.entries
    };
    remembered.left(&were, &found, rare);
    let mut entries = entries.into_iter();
    let mut outcome = |committed| {
        let entry = if committed == Committed::Done { entries.next() } else { None };
        (committed, entry.flatten())
    };
    Ok(judged.into_iter().map(|judged| judged.map(&mut outcome)).collect())
}

fn before(error: StoreError) -> PipelineError {
    PipelineError::Before(Error::Store(error))
}

/// Declares what an array statement is given: a row, and the columns of many rows after account and environment; with
/// the statement, unless it is one for several.
macro_rules! tables {
    ($($table:ident of $row:ident $(<$life:lifetime>)? $(for $sql:ident)? { $($column:ident: $type:ty,)* })*) => {$(
        struct $row $(<$life>)? {
            $($column: $type,)*
        }

        #[derive(Default)]
        struct $table $(<$life>)? {
            accounts: Vec<Uuid>,
            environments: Vec<i16>,
            $($column: Vec<$type>,)*
        }

        impl $(<$life>)? $table $(<$life>)? {
            fn push(&mut self, scope: Scope, row: $row $(<$life>)?) {
                let (account, environment) = place(scope);
                self.accounts.push(account);
                self.environments.push(environment);
                let $row { $($column),* } = row;
                $(self.$column.push($column);)*
            }

            fn params(&self) -> Vec<&dyn Param> {
                vec![&self.accounts, &self.environments, $(&self.$column),*]
            }

            $(
                /// `None` when there is no row.
                fn call(&self) -> Option<Call<'_>> {
                    (!self.accounts.is_empty()).then(|| ($sql, self.params()))
                }
            )?
        }
    )*};
}

tables! {
    Locked of Lock for LOCK {}
    AskedCustomers of AskedCustomer for CUSTOMERS {
        id: Uuid,
    }
    AskedEmails of AskedEmail<'a> for EMAILS {
        index: &'a [u8],
    }
    AskedAnswers of AskedAnswer<'a> for ANSWERS {
        key_hash: &'a [u8],
    }
    AskedFiles of AskedFile for FILES {
        id: Uuid,
    }
    AskedUsage of AskScope for USAGE {}
    AnswerCounts of AnswerCount for COUNT_ANSWERS {
        day: i64,
        answers: i64,
    }
    Answers of NewAnswer<'a> for ANSWER {
        key_hash: &'a [u8],
        fingerprint: &'a [u8],
        request_id: &'a str,
        customer: Uuid,
        version: i64,
        at: i64,
        body: &'a [u8],
    }
    Created of NewCustomer<'a> for CREATE {
        id: Uuid,
        version: i64,
        kind: i16,
        created_at: i64,
        updated_at: i64,
        events: i64,
        last_audit: i64,
        email_index: &'a [u8],
        names: &'a [u8],
        profile: &'a [u8],
        secret: &'a [u8],
        persons_version: i64,
        mac: &'a [u8],
    }
    Updated of ChangedCustomer<'a> {
        id: Uuid,
        was_version: i64,
        was_last_audit: i64,
        version: i64,
        updated_at: i64,
        events: i64,
        last_audit: i64,
        names: &'a [u8],
        profile: &'a [u8],
        secret: &'a [u8],
        persons_version: i64,
        kyc: Option<&'a [u8]>,
        queued_at: Option<i64>,
        provider_due: Option<i64>,
        provider_case: Option<&'a [u8]>,
        email_index: &'a [u8],
        mac: &'a [u8],
    }
    Linked of LinkedEntry for LINK_AUDIT {
        customer: Uuid,
        last_audit: i64,
    }
    Subjects of SubjectKey<'a> for SUBJECTS {
        customer: Uuid,
        subject: Uuid,
        epoch: i32,
        wrapped: &'a [u8],
        mac: &'a [u8],
    }
    Persons of ChangedPersons<'a> {
        customer: Uuid,
        cells: &'a [u8],
        mac: &'a [u8],
    }
    ReplacedNumbers of ReplacedNumber for NUMBERS_GONE {
        customer: Uuid,
    }
    NewNumbers of NewNumber<'a> for NUMBERS {
        customer: Uuid,
        subject: Uuid,
        fingerprint: &'a [u8],
    }
    Attachments of AttachedFile<'a> for ATTACH {
        file: Uuid,
        customer: Uuid,
        subject: Uuid,
        at: i64,
        key: &'a [u8],
        mac: &'a [u8],
    }
    Unstaged of UnstagedFile<'a> for UNSTAGE {
        file: Uuid,
        mac: &'a [u8],
    }
    Settled of SettledLinks {
        customer: Uuid,
    }
    PassesEnded of EndedPasses for PASSES_ENDED {
        customer: Uuid,
    }
    Links of OpenedLink<'a> for LINKS {
        hash: &'a [u8],
        customer: Uuid,
        session: Uuid,
        expires_at: Option<i64>,
        mac: &'a [u8],
    }
    Events of NewEvent<'a> {
        position: i64,
        customer: Uuid,
        number: i64,
        kind: &'a str,
        at: i64,
        body: &'a [u8],
    }
    Deliveries of NewDelivery<'a> for DELIVERIES {
        id: i64,
        endpoint: Uuid,
        customer: Uuid,
        number: i64,
        event: i64,
        kind: &'a str,
        at: i64,
        first: bool,
    }
    Audit of NewEntry<'a> {
        seq: i64,
        previous_of_customer: i64,
        at: i64,
        actor: &'a str,
        action: &'a str,
        customer: Option<Uuid>,
        version: Option<i64>,
        fields: &'a str,
        request_id: &'a str,
        detail: &'a [u8],
        hash: Vec<u8>,
        records: Option<Vec<u8>>,
        decision: Option<&'a str>,
    }
    Heads of MovedHead {
        was_hash: Vec<u8>,
        was_event: i64,
        was_delivery: i64,
        seq: i64,
        hash: Vec<u8>,
        seal: Vec<u8>,
        event: i64,
        delivery: i64,
    }
}

fn lock(changes: &[&Prepared]) -> Locked {
    let scopes: HashSet<Scope> = changes.iter().map(|change| change.scope).collect();
    let mut locked = Locked::default();
    scopes.into_iter().for_each(|scope| locked.push(scope, Lock {}));
    locked
}

async fn find(session: Session<'_>, changes: &[&Prepared]) -> Result<Found, PipelineError> {
    let (mut customers, mut emails) = (AskedCustomers::default(), AskedEmails::default());
    let (mut answers, mut files) = (AskedAnswers::default(), AskedFiles::default());
    let mut keyed = HashSet::new();
    let mut wraps = false;
    for change in changes {
        let scope = change.scope;
        match &change.effect {
            PreparedEffect::Customer { basis: Basis::New, row, .. } => {
                emails.push(scope, AskedEmail { index: &row.email_index });
            }
            PreparedEffect::Customer { basis: Basis::Version { email_moves, .. }, row, attached, .. } => {
                if *email_moves {
                    emails.push(scope, AskedEmail { index: &row.email_index });
                }
                customers.push(scope, AskedCustomer { id: uuid(row.id.as_bytes()) });
                for one in attached.iter().flatten() {
                    files.push(scope, AskedFile { id: uuid(one.file.as_bytes()) });
                }
            }
            _ => {
                if let Some(customer) = change.audit.as_ref().and_then(|entry| entry.customer_id) {
                    customers.push(scope, AskedCustomer { id: uuid(&customer) });
                }
            }
        }
        if let Some((pending, _)) = &change.answer {
            answers.push(scope, AskedAnswer { key_hash: &pending.ticket.key_hash });
            keyed.insert(scope);
        }
        wraps |= change.effect.oldest_epoch().is_some();
    }
    let mut usage = AskedUsage::default();
    keyed.into_iter().for_each(|scope| usage.push(scope, AskScope {}));
    let locked = lock(changes);
    let endpoints = Some((ENDPOINTS, vec![&locked.accounts as &dyn Param, &locked.environments]));
    let asked = [
        locked.call(),
        customers.call(),
        emails.call(),
        answers.call(),
        usage.call(),
        files.call(),
        wraps.then(|| (EPOCH, Vec::new())),
        endpoints,
    ];
    let calls: Vec<Call<'_>> = asked.into_iter().flatten().collect();
    let answers = session.pipeline(Some("BEGIN"), &calls, None).await?;
    let mut found = Found::default();
    for ((what, _), rows) in calls.iter().zip(&answers) {
        found.take(what, rows).map_err(|error| PipelineError::Before(Error::Store(error)))?;
    }
    Ok(found)
}

fn read_heads(rows: &[Row]) -> Result<BTreeMap<Scope, Head>, StoreError> {
    let read = |row: &Row| {
        let mut columns = Columns::of(row);
        let scope = columns.scope()?;
        let head =
            Head { seq: columns.count()?, hash: columns.hash()?, event: columns.next()?, delivery: columns.next()? };
        Ok((scope, head))
    };
    rows.iter().map(read).collect()
}

impl Found {
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
                USAGE => drop(self.kept.insert(scope, Kept { day: columns.next()?, answers: columns.count()? })),
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
}

/// Whether a change can be written, as things are.
fn judge(change: &Prepared, found: &mut Found) -> Result<Committed, StoreError> {
    let judged = judge_effect(change, found)?;
    if let (Committed::Done, Some((pending, _))) = (judged, &change.answer) {
        let kept = found.kept.entry(change.scope).or_default();
        *kept = kept.with(pending)?;
    }
    Ok(judged)
}

fn judge_effect(change: &Prepared, found: &Found) -> Result<Committed, StoreError> {
    let scope = change.scope;
    // First of all: a repeated request must find its answer, not a conflict with its own effect.
    if let Some((pending, _)) = &change.answer
        && found.answers.contains(&(scope, pending.ticket.key_hash.to_vec()))
    {
        return Ok(Committed::AnswerTaken);
    }
    // A key that was wrapped in an epoch that ended since could lie behind the rotation's back.
    if change.effect.oldest_epoch() < found.epoch && change.effect.oldest_epoch().is_some() {
        return Ok(Committed::VersionMoved);
    }
    match &change.effect {
        PreparedEffect::Customer { basis: Basis::New, row, .. } => {
            match found.emails.get(&(scope, row.email_index.to_vec())) {
                Some(owner) => Err(StoreError::Taken(*owner)),
                None => Ok(Committed::Done),
            }
        }
        PreparedEffect::Customer { basis: Basis::Version { expected, email_moves }, row, attached, .. } => {
            let there = found.customers.get(&(scope, *row.id.as_bytes()));
            let current =
                there.is_some_and(|(version, _)| *version == expected.version || planted(Defect::NoVersionCheck));
            // A file that is gone: computed again, that is a violation.
            let is_there = |one: &Attached| found.files.contains(&(scope, *one.file.as_bytes()));
            let are_there = attached.as_ref().is_some_and(|attached| attached.iter().all(is_there));
            if !current || !are_there {
                return Ok(Committed::VersionMoved);
            }
            match found.emails.get(&(scope, row.email_index.to_vec())) {
                Some(owner) if *email_moves && *owner != row.id => Err(StoreError::Taken(*owner)),
                _ => Ok(Committed::Done),
            }
        }
        _ => Ok(Committed::Done),
    }
}

/// What is written.
#[derive(Default)]
pub(super) struct Rows<'a> {
    answers: Answers<'a>,
    answer_counts: AnswerCounts,
    created: Created<'a>,
    updated: Updated<'a>,
    linked: Linked,
    subjects: Subjects<'a>,
    persons: Persons<'a>,
    replaced_numbers: ReplacedNumbers,
    numbers: NewNumbers<'a>,
    attached: Attachments<'a>,
    unstaged: Unstaged<'a>,
    settled: Settled,
    passes_ended: PassesEnded,
    links: Links<'a>,
    events: Events<'a>,
    deliveries: Deliveries<'a>,
    audit: Audit<'a>,
    heads: Heads,
    /// Where the entry of each change comes to lie.
    entries: Vec<Hint>,
    /// Where the chains end then.
    ends: Vec<(Scope, Position)>,
}

impl<'a> Rows<'a> {
    fn of(changes: &[&'a Prepared], found: &mut Found) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        let mut keys = BTreeMap::new();
        let were = found.heads.clone();
        for change in changes {
            rows.add(change, found)?;
            keys.insert(change.scope, &change.keys);
        }
        for (scope, Kept { day, answers }) in &found.kept {
            rows.answer_counts.push(*scope, AnswerCount { day: *day, answers: number(*answers) });
        }
        for (scope, keys) in keys {
            let head = *found.head(scope)?;
            let was = were.get(&scope).copied().unwrap_or(head);
            let moved = MovedHead {
                was_hash: was.hash.to_vec(),
                was_event: was.event,
                was_delivery: was.delivery,
                seq: number(head.seq),
                hash: head.hash.to_vec(),
                seal: audit_chain::seal(keys, scope, head.seq, &head.hash).to_vec(),
                event: head.event,
                delivery: head.delivery,
            };
            rows.heads.push(scope, moved);
            if head.seq > 0 {
                rows.ends.push((scope, Position { entry: head.seq, hash: head.hash }));
            }
        }
        Ok(rows)
    }

    /// What [`WRITE`] is given, which is all that plain updates write.
    fn written(&self) -> Vec<&dyn Param> {
        let Self { heads, updated, events, audit, persons, settled, .. } = self;
        let of =
            [heads.params(), updated.params(), events.params(), audit.params(), persons.params(), settled.params()];
        of.concat()
    }

    fn calls(&self) -> Vec<Call<'_>> {
        let calls = [
            Some((WRITE, self.written())),
            self.answers.call(),
            self.answer_counts.call(),
            self.created.call(),
            self.linked.call(),
            self.subjects.call(),
            self.replaced_numbers.call(),
            self.numbers.call(),
            self.attached.call(),
            self.unstaged.call(),
            self.passes_ended.call(),
            self.links.call(),
            self.deliveries.call(),
        ];
        calls.into_iter().flatten().collect()
    }

    fn add(&mut self, change: &'a Prepared, found: &mut Found) -> Result<(), StoreError> {
        let scope = change.scope;
        if let Some((pending, body)) = &change.answer {
            let answer = NewAnswer {
                key_hash: &pending.ticket.key_hash,
                fingerprint: &pending.ticket.fingerprint,
                request_id: &pending.request_id,
                customer: uuid(&crate::sealed::customer_column(&pending.answer)),
                version: number(pending.answer.version),
                at: pending.at.as_micros(),
                body,
            };
            self.answers.push(scope, answer);
        }
        self.announce(change, found)?;
        let seq = number(found.head(scope)?.seq + 1);
        self.entries.push(NonZeroI64::new(seq));
        let mut previous_of_customer = 0;
        match &change.effect {
            PreparedEffect::Customer { basis: Basis::New, row, new_subjects, .. } => {
                self.create(scope, row, seq);
                self.add_subjects(scope, row, new_subjects);
            }
            PreparedEffect::Customer {
                basis: Basis::Version { .. },
                row,
                new_subjects,
                attached,
                link,
                ends_passes,
            } => {
                let was = found.customer(scope, row.id.as_bytes());
                previous_of_customer = was.1;
                self.update(scope, row, was, seq);
                self.add_subjects(scope, row, new_subjects);
                let customer = uuid(row.id.as_bytes());
                for one in attached.iter().flatten() {
                    let (file, subject) = (uuid(one.file.as_bytes()), uuid(one.subject.as_bytes()));
                    self.attached.push(
                        scope,
                        AttachedFile { file, customer, subject, at: row.updated_at, key: &one.key, mac: &one.mac },
                    );
                    self.unstaged.push(scope, UnstagedFile { file, mac: &one.unstaged });
                }
                if link.is_some() || row.links_settled {
                    self.settled.push(scope, SettledLinks { customer });
                }
                if *ends_passes {
                    self.passes_ended.push(scope, EndedPasses { customer });
                }
                if let Some(StoredLink { hash, session, expires_at, used_at: _, mac }) = link {
                    let (session, expires_at) = (uuid(session.as_bytes()), expires_at.map(Timestamp::as_micros));
                    self.links.push(scope, OpenedLink { hash, customer, session, expires_at, mac });
                }
            }
            _ => {
                if let Some(customer) = change.audit.as_ref().and_then(|entry| entry.customer_id) {
                    previous_of_customer = found.customer(scope, &customer).1;
                    self.linked.push(scope, LinkedEntry { customer: uuid(&customer), last_audit: seq });
                }
            }
        }
        let Some(entry) = &change.audit else { return Ok(()) };
        let records = found.also.joined(change);
        let head = found.head(scope)?;
        head.seq += 1;
        head.hash = entry.hash_with(records.as_deref(), &head.hash, scope, head.seq);
        let entry = NewEntry {
            seq,
            previous_of_customer,
            at: entry.at,
            actor: &entry.actor,
            action: &entry.action,
            customer: entry.customer_id.as_ref().map(uuid),
            version: entry.version.map(number),
            fields: &entry.fields,
            request_id: &entry.request_id,
            detail: &entry.detail,
            hash: head.hash.to_vec(),
            records,
            decision: entry.decision.as_deref(),
        };
        self.audit.push(scope, entry);
        Ok(())
    }

    /// The events of a change, and a delivery of each to every endpoint that wants it.
    fn announce(&mut self, change: &'a Prepared, found: &mut Found) -> Result<(), StoreError> {
        let scope = change.scope;
        let mut told = HashSet::new();
        for (event, body) in &change.events {
            let (customer, kind, at) =
                (uuid(event.customer.as_bytes()), event.event_type.as_str(), event.at.as_micros());
            let position = {
                let head = found.head(scope)?;
                head.event += 1;
                head.event
            };
            let number = number(event.number);
            self.events.push(scope, NewEvent { position, customer, number, kind, at, body });
            let wanted = format!(" {kind} ");
            let endpoints = found.endpoints.get(&scope).into_iter().flatten();
            let wants: Vec<WebhookId> =
                endpoints.filter(|(_, types)| types.contains(&wanted)).map(|(id, _)| *id).collect();
            for endpoint in wants {
                let head = found.head(scope)?;
                head.delivery += 1;
                let (id, first) = (head.delivery, told.insert(endpoint));
                let endpoint = uuid(endpoint.as_bytes());
                let delivery = NewDelivery { id, endpoint, customer, number, event: position, kind, at, first };
                self.deliveries.push(scope, delivery);
            }
        }
        Ok(())
    }

    fn create(&mut self, scope: Scope, row: &'a CustomerRow, last_audit: i64) {
        let created = NewCustomer {
            id: uuid(row.id.as_bytes()),
            version: number(row.version),
            kind: i16::from(row.kind),
            created_at: row.created_at,
            updated_at: row.updated_at,
            events: number(row.events),
            last_audit,
            email_index: &row.email_index,
            names: &row.cells.names,
            profile: &row.cells.profile,
            secret: &row.cells.secret,
            persons_version: number(row.persons_version),
            mac: &row.mac,
        };
        self.created.push(scope, created);
    }

    fn update(&mut self, scope: Scope, row: &'a CustomerRow, was: (u64, i64), last_audit: i64) {
        let updated = ChangedCustomer {
            id: uuid(row.id.as_bytes()),
            was_version: number(was.0),
            was_last_audit: was.1,
            version: number(row.version),
            updated_at: row.updated_at,
            events: number(row.events),
            last_audit,
            names: &row.cells.names,
            profile: &row.cells.profile,
            secret: &row.cells.secret,
            persons_version: number(row.persons_version),
            kyc: row.cells.kyc.as_deref(),
            queued_at: row.queued_at,
            provider_due: row.provider_due,
            provider_case: row.provider_case.as_ref().map(|case| &case[..]),
            email_index: &row.email_index,
            mac: &row.mac,
        };
        self.updated.push(scope, updated);
    }

    /// The keys of new data subjects, and the numbers and associated persons when one of them changed.
    fn add_subjects(&mut self, scope: Scope, row: &'a CustomerRow, subjects: &'a [NewSubject]) {
        let customer = uuid(row.id.as_bytes());
        for NewSubject { id, wrapped, mac } in subjects {
            let (subject, epoch) = (uuid(id.as_bytes()), epoch(wrapped.epoch));
            self.subjects.push(scope, SubjectKey { customer, subject, epoch, wrapped: &wrapped.sealed, mac });
        }
        if let Some(numbers) = &row.numbers {
            self.replaced_numbers.push(scope, ReplacedNumber { customer });
            for (subject, fingerprint) in numbers {
                self.numbers.push(scope, NewNumber { customer, subject: uuid(subject.as_bytes()), fingerprint });
            }
        }
        if let (Some(cells), Some(mac)) = (&row.cells.persons, &row.persons_mac) {
            self.persons.push(scope, ChangedPersons { customer, cells, mac });
        }
    }
}

impl Found {
    fn head(&mut self, scope: Scope) -> Result<&mut Head, StoreError> {
        self.heads.get_mut(&scope).ok_or_else(|| StoreError::Corrupt("the account has no audit chain".into()))
    }

    /// Its version and newest entry.
    fn customer(&self, scope: Scope, customer: &[u8; 16]) -> (u64, i64) {
        self.customers.get(&(scope, *customer)).copied().unwrap_or_default()
    }
}
