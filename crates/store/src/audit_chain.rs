//! The hash chain of the audit trail: one per account and environment, over what is stored (sealed details included),
//! so that erasing a subject's key does not break it.

use aws_lc_rs::digest::{Context, SHA256};
use dossier_core::caller::Scope;

/// The hash before the first entry.
pub const GENESIS: [u8; 32] = [0; 32];

/// One entry as it is stored, apart from its place among other entries.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// When, in microseconds.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To whom.
    pub customer_id: Option<[u8; 16]>,
    /// The version that came out of it.
    pub version: Option<u64>,
    /// Which fields, as a JSON array.
    pub fields: String,
    /// Under which request.
    pub request_id: String,
    /// The sealed detail.
    pub detail: Vec<u8>,
}

impl StoredEntry {
    /// The hash of this entry at its place: SHA-256 over the hash before it, scope, number, and every column, each with
    /// its length in front.
    #[must_use]
    pub fn hash(&self, previous: &[u8; 32], scope: Scope, seq: u64) -> [u8; 32] {
        let Self { at, actor, action, customer_id, version, fields, request_id, detail } = self;
        let mut context = Context::new(&SHA256);
        let mut add = |part: Option<&[u8]>| match part {
            Some(part) => {
                context.update(&u64::try_from(part.len()).expect("lengths fit").to_be_bytes());
                context.update(part);
            }
            None => context.update(&u64::MAX.to_be_bytes()),
        };
        add(Some(b"dossier-audit/1"));
        add(Some(previous));
        add(Some(scope.account.as_bytes()));
        add(Some(scope.environment.as_str().as_bytes()));
        add(Some(&seq.to_be_bytes()));
        add(Some(&at.to_be_bytes()));
        add(Some(actor.as_bytes()));
        add(Some(action.as_bytes()));
        add(customer_id.as_ref().map(|id| &id[..]));
        add(version.map(u64::to_be_bytes).as_ref().map(|version| &version[..]));
        add(Some(fields.as_bytes()));
        add(Some(request_id.as_bytes()));
        add(Some(detail));
        context.finish().as_ref().try_into().expect("a SHA-256 has 32 bytes")
    }
}
