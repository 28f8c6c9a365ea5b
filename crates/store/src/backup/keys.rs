//! Restores an older backup together with a newer key export: the keys in the backup are replaced by those of the
//! export, which the present keyring opens.

use std::collections::BTreeSet;

use dossier_core::erasure::Subject;
use dossier_core::ids::PersonId;
use dossier_core::store::StoreError;

use crate::key_export::{KeyExport, KeyRow, KeyTable};
use crate::planted::reached;
use crate::transfer::PORTION;
use crate::transfer::mark::Location;
use crate::transfer::target::Target;
use crate::vault::Keyring;

/// Replaces the keys in a restored database by those of the export, and has the database refuse older keyrings from
/// then on. Returns those whose key is neither in the export nor opened by the keyring: they were erased. Running it
/// again changes nothing.
pub async fn take_keys(
    export: Option<&KeyExport>,
    keyring: &Keyring,
    to: Location<'_>,
) -> Result<BTreeSet<Subject>, StoreError> {
    let mut target = Target::existing(to).await?;
    if let Some(export) = export {
        let mut rows = export.rows().await?;
        let mut portion: Vec<KeyRow> = Vec::with_capacity(PORTION);
        loop {
            let row = rows.next().await?;
            let ends = row.as_ref().is_none_or(|row| portion.first().is_some_and(|first| first.table != row.table));
            if ends || portion.len() == PORTION {
                target.take_keys(&portion).await?;
                reached("older restore: some keys taken");
                portion.clear();
            }
            match row {
                Some(row) => portion.push(row),
                None => break,
            }
        }
    }
    target.set_newest_epoch(keyring.active()).await?;
    let lost = target.subjects_outside(&epochs(keyring)).await?.into_iter();
    let person = |customer, subject| Some(subject).filter(|subject| *subject != PersonId::of_customer(customer));
    let lost: BTreeSet<Subject> =
        lost.map(|(scope, customer, subject)| (scope, customer, person(customer, subject))).collect();
    // The persons of a customer are erased with it.
    let is_whole = |(scope, customer, person): &Subject| person.is_none() || !lost.contains(&(*scope, *customer, None));
    Ok(lost.iter().filter(|subject| is_whole(subject)).copied().collect())
}

/// Deletes the keys that the keyring does not open. The next rotation could not wrap them.
pub async fn drop_lost_keys(keyring: &Keyring, to: Location<'_>) -> Result<(), StoreError> {
    let mut target = Target::existing(to).await?;
    for table in KeyTable::ALL {
        target.delete_keys_outside(*table, &epochs(keyring)).await?;
    }
    Ok(())
}

fn epochs(keyring: &Keyring) -> Vec<u32> {
    keyring.epochs().collect()
}
