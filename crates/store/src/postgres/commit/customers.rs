//! Customers, the keys of their data subjects, their persons and their numbers.

use dossier_core::caller::Scope;
use uuid::Uuid;

use super::batch::Batch;
use super::table::tables;
use crate::postgres::database::{Call, Param};
use crate::postgres::rows::{epoch_column, number, scope_values, statements, uuid};
use crate::prepared::{CustomerRow, NewSubject};

statements! {
    CREATE = "INSERT INTO customers (account_id, environment, customer_id, version, type, created_at, updated_at,
            events, last_audit, email_index, names, profile, secret, persons_version, mac)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::bigint[], $5::smallint[], $6::bigint[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[],
            $11::bytea[], $12::bytea[], $13::bytea[], $14::bigint[], $15::bytea[])";
    /// Links an entry about a customer that does not change the customer.
    LINK_AUDIT = "UPDATE customers AS c SET last_audit = u.last_audit
        FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::bigint[])
            AS u (account_id, environment, customer_id, last_audit)
        WHERE c.account_id = u.account_id AND c.environment = u.environment AND c.customer_id = u.customer_id";
    SUBJECTS = "INSERT INTO subject_keys (account_id, environment, customer_id, subject_id, epoch, wrapped, mac)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::integer[], $6::bytea[],
            $7::bytea[])";
    NUMBERS_GONE = "DELETE FROM numbers USING unnest($1::uuid[], $2::smallint[], $3::uuid[])
            AS u (account_id, environment, customer_id)
        WHERE numbers.account_id = u.account_id AND numbers.environment = u.environment
            AND numbers.customer_id = u.customer_id";
    NUMBERS = "INSERT INTO numbers (account_id, environment, customer_id, subject_id, fingerprint)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::bytea[])";
}

tables! {
    NewCustomers of NewCustomer<'a> for CREATE {
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
    CustomerUpdates of CustomerUpdate<'a> {
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
    EntryLinks of EntryLink for LINK_AUDIT {
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
    Persons of PersonsUpdate<'a> {
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
}

impl<'a> Batch<'a> {
    /// Links an entry about a customer that does not change the customer.
    pub(super) fn link_entry(&mut self, scope: Scope, customer: &[u8; 16], last_audit: i64) {
        self.entry_links.push(scope, EntryLink { customer: uuid(customer), last_audit });
    }

    pub(super) fn create(&mut self, scope: Scope, row: &'a CustomerRow, last_audit: i64) {
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
        self.new_customers.push(scope, created);
    }

    pub(super) fn update(&mut self, scope: Scope, row: &'a CustomerRow, was: (u64, i64), last_audit: i64) {
        let updated = CustomerUpdate {
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

    /// Adds the keys of new data subjects, and the numbers and associated persons if one of them changed.
    pub(super) fn add_subjects(&mut self, scope: Scope, row: &'a CustomerRow, subjects: &'a [NewSubject]) {
        let customer = uuid(row.id.as_bytes());
        for NewSubject { id, wrapped, mac } in subjects {
            let (subject, epoch) = (uuid(id.as_bytes()), epoch_column(wrapped.epoch));
            self.subjects.push(scope, SubjectKey { customer, subject, epoch, wrapped: &wrapped.sealed, mac });
        }
        if let Some(numbers) = &row.numbers {
            self.replaced_numbers.push(scope, ReplacedNumber { customer });
            for (subject, fingerprint) in numbers {
                self.numbers.push(scope, NewNumber { customer, subject: uuid(subject.as_bytes()), fingerprint });
            }
        }
        if let (Some(cells), Some(mac)) = (&row.cells.persons, &row.persons_mac) {
            self.persons.push(scope, PersonsUpdate { customer, cells, mac });
        }
    }
}
