//! The answers that are kept with changes, and how many a scope may keep per day.

use std::collections::BTreeMap;

use dossier_core::caller::Scope;
use dossier_core::idempotency::PendingAnswer;
use dossier_core::quota::OverQuota;
use uuid::Uuid;

use super::batch::Batch;
use super::table::tables;
use crate::postgres::database::{Call, Param};
use crate::postgres::rows::{number, scope_values, statements, uuid};

statements! {
    ANSWER = "INSERT INTO answers (account_id, environment, key_hash, fingerprint, request_id, customer_id, version,
            created_at, body)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::bytea[], $4::bytea[], $5::text[], $6::uuid[],
            $7::bigint[], $8::bigint[], $9::bytea[])";
    COUNT_ANSWERS = "INSERT INTO usage (account_id, environment, day, answers)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::bigint[])
        ON CONFLICT (account_id, environment) DO UPDATE SET day = excluded.day, answers = excluded.answers";
}

tables! {
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
}

/// The number of answers that a scope has kept on its newest day.
#[derive(Clone, Copy, Default)]
pub(super) struct AnswerUsage {
    pub(super) day: i64,
    pub(super) answers: u64,
}

impl AnswerUsage {
    /// Counts one more answer. The count never goes back to an earlier day.
    pub(super) fn with(self, pending: &PendingAnswer) -> Result<Self, OverQuota> {
        let day = self.day.max(pending.day());
        let before = if day == self.day { self.answers } else { 0 };
        match pending.most {
            Some(most) if before >= most => Err(pending.over_quota()),
            _ => Ok(Self { day, answers: before + 1 }),
        }
    }
}

impl<'a> Batch<'a> {
    pub(super) fn keep_answer(&mut self, scope: Scope, pending: &'a PendingAnswer, body: &'a [u8]) {
        let answer = NewAnswer {
            key_hash: &pending.ticket.key_hash,
            fingerprint: &pending.ticket.fingerprint,
            request_id: &pending.request_id,
            customer: uuid(&crate::sealed::customer_column(&pending.answer)),
            version: number(crate::sealed::version_column(&pending.answer)),
            at: pending.at.as_micros(),
            body,
        };
        self.answers.push(scope, answer);
    }

    /// Writes the new counts of the scopes.
    pub(super) fn count_answers(&mut self, kept: &BTreeMap<Scope, AnswerUsage>) {
        for (scope, AnswerUsage { day, answers }) in kept {
            self.answer_counts.push(*scope, AnswerCount { day: *day, answers: number(*answers) });
        }
    }
}
