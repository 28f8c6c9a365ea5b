//! The second round trip of a commit: the rows that a batch of changes writes.

use std::collections::BTreeMap;
use std::num::NonZeroI64;

use dossier_core::caller::Scope;
use dossier_core::change::Hint;
use dossier_core::store::StoreError;

use super::answers::{AnswerCounts, Answers};
use super::audit::{Audit, Heads};
use super::customers::{CustomerUpdates, EntryLinks, NewCustomers, NewNumbers, Persons, ReplacedNumbers, Subjects};
use super::events::{Deliveries, Events};
use super::files::{Attachments, UnstagedFiles};
use super::links::{ClearedLinks, EndedPasses, Links};
use super::locked_state::LockedState;
use crate::anchor::Position;
use crate::postgres::database::Call;
use crate::postgres::rows::{number, statements, uuid};
use crate::prepared::{Precondition, PreparedChange, PreparedEffect};

statements! {
    /// The rows that almost every change writes. The ends of the chains come first, because other writers wait for
    /// them. The statement fails unless they, and the customers, are as assumed.
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
        new_events AS (
            INSERT INTO events (account_id, environment, position, customer_id, number, type, at, body)
            SELECT * FROM unnest($30::uuid[], $31::smallint[], $32::bigint[], $33::uuid[], $34::bigint[], $35::text[],
                $36::bigint[], $37::bytea[])),
        new_entries AS (
            INSERT INTO audit (account_id, environment, seq, previous_of_customer, at, actor, action, customer_id,
                version, fields, request_id, detail, hash, records, decision, event, delivery)
            SELECT * FROM unnest($38::uuid[], $39::smallint[], $40::bigint[], $41::bigint[], $42::bigint[],
                $43::text[], $44::text[], $45::uuid[], $46::bigint[], $47::text[],
                $48::text[], $49::bytea[], $50::bytea[], $51::bytea[], $52::text[], $53::bigint[], $54::bigint[])),
        persons_changed AS (
            INSERT INTO persons (account_id, environment, customer_id, cells, mac)
            SELECT * FROM unnest($55::uuid[], $56::smallint[], $57::uuid[], $58::bytea[], $59::bytea[])
            ON CONFLICT (account_id, environment, customer_id) DO UPDATE SET cells = excluded.cells,
                mac = excluded.mac),
        cleared_links AS (
            UPDATE links AS l SET expires_at = NULL
            FROM unnest($60::uuid[], $61::smallint[], $62::uuid[]) AS u (account_id, environment, customer_id)
            WHERE l.account_id = u.account_id AND l.environment = u.environment AND l.customer_id = u.customer_id
                AND l.expires_at IS NOT NULL)
        SELECT 1 / CASE WHEN (SELECT count(*) FROM heads) = cardinality($1)
            AND (SELECT count(*) FROM customers_changed) = cardinality($13) THEN 1 ELSE 0 END";
}

/// The rows to write.
#[derive(Default)]
pub(super) struct Batch<'a> {
    pub(super) answers: Answers<'a>,
    pub(super) answer_counts: AnswerCounts,
    pub(super) new_customers: NewCustomers<'a>,
    pub(super) updated: CustomerUpdates<'a>,
    pub(super) entry_links: EntryLinks,
    pub(super) subjects: Subjects<'a>,
    pub(super) persons: Persons<'a>,
    pub(super) replaced_numbers: ReplacedNumbers,
    pub(super) numbers: NewNumbers<'a>,
    pub(super) attached: Attachments<'a>,
    pub(super) unstaged: UnstagedFiles<'a>,
    pub(super) cleared_links: ClearedLinks,
    pub(super) ended_passes: EndedPasses,
    pub(super) links: Links<'a>,
    pub(super) events: Events<'a>,
    pub(super) deliveries: Deliveries<'a>,
    pub(super) audit: Audit<'a>,
    pub(super) heads: Heads,
    /// Where the entry of each change will be.
    pub(super) entries: Vec<Hint>,
    /// The new ends of the chains.
    pub(super) ends: Vec<(Scope, Position)>,
}

impl<'a> Batch<'a> {
    pub(super) fn of(changes: &[&'a PreparedChange], found: &mut LockedState) -> Result<Self, StoreError> {
        let mut batch = Self::default();
        let mut keys = BTreeMap::new();
        let old_heads = found.heads.clone();
        for change in changes {
            batch.add(change, found)?;
            keys.insert(change.scope, &change.keys);
        }
        batch.count_answers(&found.answer_usage);
        batch.move_heads(keys, &old_heads, found)?;
        Ok(batch)
    }

    /// Everything that plain updates write.
    pub(super) fn write(&self) -> Call<'_> {
        let Self { heads, updated, events, audit, persons, cleared_links, .. } = self;
        let of = [
            heads.params(),
            updated.params(),
            events.params(),
            audit.params(),
            persons.params(),
            cleared_links.params(),
        ];
        (WRITE, of.concat())
    }

    pub(super) fn calls(&self) -> Vec<Call<'_>> {
        let calls = [
            Some(self.write()),
            self.answers.call(),
            self.answer_counts.call(),
            self.new_customers.call(),
            self.entry_links.call(),
            self.subjects.call(),
            self.replaced_numbers.call(),
            self.numbers.call(),
            self.attached.call(),
            self.unstaged.call(),
            self.ended_passes.call(),
            self.links.call(),
            self.deliveries.call(),
        ];
        calls.into_iter().flatten().collect()
    }

    fn add(&mut self, change: &'a PreparedChange, found: &mut LockedState) -> Result<(), StoreError> {
        let scope = change.scope;
        if let Some((pending, body)) = &change.answer {
            self.keep_answer(scope, pending, body);
        }
        let announced = self.announce(change, found)?;
        let seq = number(found.head(scope)?.seq + 1);
        self.entries.push(NonZeroI64::new(seq));
        let previous_of_customer = match &change.effect {
            PreparedEffect::Customer { basis: Precondition::New, row, new_subjects, .. } => {
                self.create(scope, row, seq);
                self.add_subjects(scope, row, new_subjects);
                0
            }
            PreparedEffect::Customer {
                basis: Precondition::Version { .. },
                row,
                new_subjects,
                attached,
                link,
                ends_passes,
                erases: _,
            } => {
                let was = found.customer(scope, row.id.as_bytes());
                self.update(scope, row, was, seq);
                self.add_subjects(scope, row, new_subjects);
                self.attach(scope, row, attached.as_deref().unwrap_or_default());
                let customer = uuid(row.id.as_bytes());
                if link.is_some() || row.link_expiry_handled {
                    self.clear_link_expiry(scope, customer);
                }
                if *ends_passes {
                    self.end_passes(scope, customer);
                }
                if let Some(link) = link {
                    self.open_link(scope, customer, link);
                }
                was.1
            }
            _ => match change.audit.as_ref().and_then(|entry| entry.customer_id) {
                Some(customer) => {
                    self.link_entry(scope, &customer, seq);
                    found.customer(scope, &customer).1
                }
                None => 0,
            },
        };
        self.append(change, found, previous_of_customer, announced)
    }
}
