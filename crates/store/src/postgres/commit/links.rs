//! Links to the hosted form, and the passes that replace them.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::CustomerId;
use uuid::Uuid;

use super::batch::Batch;
use super::table::tables;
use crate::postgres::database::{Call, Error, Param, Session};
use crate::postgres::rows::{scope_values, statements, uuid};
use crate::prepared::StoredLink;

statements! {
    LINKS = "INSERT INTO links (account_id, environment, token_hash, customer_id, session_id, expires_at, mac)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::bytea[], $4::uuid[], $5::uuid[], $6::bigint[],
            $7::bytea[])";
    PASSES_ENDED = "DELETE FROM links AS l USING unnest($1::uuid[], $2::smallint[], $3::uuid[])
            AS u (account_id, environment, customer_id)
        WHERE l.account_id = u.account_id AND l.environment = u.environment AND l.customer_id = u.customer_id
            AND l.used_at IS NOT NULL";
    PASS = "INSERT INTO links (account_id, environment, token_hash, customer_id, session_id, used_at, mac) VALUES \
        ($1, $2, $3, $4, $5, $6, $7)";
    END_PASS = "DELETE FROM links WHERE account_id = $1 AND environment = $2 AND token_hash = $3 AND used_at IS NOT \
        NULL";
}

tables! {
    ClearedLinks of ClearedLink {
        customer: Uuid,
    }
    EndedPasses of EndedPass for PASSES_ENDED {
        customer: Uuid,
    }
    Links of OpenedLink<'a> for LINKS {
        hash: &'a [u8],
        customer: Uuid,
        session: Uuid,
        expires_at: Option<i64>,
        mac: &'a [u8],
    }
}

impl<'a> Batch<'a> {
    /// Clears the expiry of a customer's links: nothing remains to be done when they expire.
    pub(super) fn clear_link_expiry(&mut self, scope: Scope, customer: Uuid) {
        self.cleared_links.push(scope, ClearedLink { customer });
    }

    /// Ends all passes of a customer to the hosted form.
    pub(super) fn end_passes(&mut self, scope: Scope, customer: Uuid) {
        self.ended_passes.push(scope, EndedPass { customer });
    }

    pub(super) fn open_link(&mut self, scope: Scope, customer: Uuid, link: &'a StoredLink) {
        let StoredLink { hash, session, expires_at, used_at: _, mac } = link;
        let (session, expires_at) = (uuid(session.as_bytes()), expires_at.map(Timestamp::as_micros));
        self.links.push(scope, OpenedLink { hash, customer, session, expires_at, mac });
    }
}

pub(super) async fn insert_pass(
    session: Session<'_>,
    scope: Scope,
    customer: CustomerId,
    link: &StoredLink,
) -> Result<(), Error> {
    let (account, environment) = scope_values(scope);
    let StoredLink { hash, session: of, expires_at: _, used_at, mac } = link;
    let (customer, of) = (uuid(customer.as_bytes()), uuid(of.as_bytes()));
    let used_at = used_at.map(Timestamp::as_micros);
    let values: [&dyn Param; 7] = [&account, &environment, &&hash[..], &customer, &of, &used_at, &&mac[..]];
    session.execute(PASS, &values).await.map(drop)
}

/// Ends one pass to the hosted form.
pub(super) async fn end_pass(session: Session<'_>, scope: Scope, hash: &[u8; 32]) -> Result<(), Error> {
    let (account, environment) = scope_values(scope);
    session.execute(END_PASS, &[&account, &environment, &&hash[..]]).await.map(drop)
}
