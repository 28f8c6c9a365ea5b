//! Which keys sign the deliveries of an endpoint.

use crate::api_key::KeyRecord;
use crate::clock::Timestamp;
use crate::ids::KeyId;

/// The key that signs now, and its successor. A rolled key signs beside its successor until it expires; then the
/// successor signs alone. An expired key without a successor continues to sign, because its owner still knows it. A
/// revoked key never signs, and neither do its successors.
#[must_use]
pub fn signing_keys(keys: &[KeyRecord], bound: KeyId, now: Timestamp) -> [Option<KeyId>; 2] {
    let Some(mut current) = keys.iter().find(|key| key.key_id == bound) else { return [None; 2] };
    let successor = |id: KeyId| keys.iter().find(|key| key.predecessor == Some(id));
    while let Some(next) = successor(current.key_id)
        && current.revoked_at.is_none()
        && current.expires_at.is_some_and(|end| end <= now)
    {
        current = next;
    }
    if current.revoked_at.is_some() {
        return [None; 2];
    }
    let next = successor(current.key_id).filter(|next| next.revoked_at.is_none());
    [Some(current.key_id), next.map(|next| next.key_id)]
}

/// Whether a delivery that is bound to this key can be signed. If not, nothing is sent.
#[must_use]
pub fn can_sign(keys: &[KeyRecord], bound: KeyId, now: Timestamp) -> bool {
    signing_keys(keys, bound, now)[0].is_some()
}
