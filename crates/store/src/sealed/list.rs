//! Cells of several data subjects in one column: a list that begins with [`LIST`], a byte that no cell begins with.
//! Then come, for each data subject, its id, the length of its cell in four bytes, and the cell. The customer comes
//! first.

use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;

pub(crate) const LIST: u8 = 2;

/// Adds a cell to a list.
pub(crate) fn add(list: &mut Vec<u8>, subject: PersonId, cell: &[u8]) {
    list.extend_from_slice(subject.as_bytes());
    list.extend_from_slice(&u32::try_from(cell.len()).expect("cells are small").to_be_bytes());
    list.extend_from_slice(cell);
}

/// The cells of a list, or the one cell of the customer.
pub(crate) fn cells(customer: CustomerId, column: &[u8]) -> Result<Vec<(PersonId, &[u8])>, StoreError> {
    let unreadable = || StoreError::Corrupt("a list of cells cannot be read".into());
    let Some(mut rest) = column.strip_prefix(&[LIST]) else {
        return Ok(vec![(PersonId::of_customer(customer), column)]);
    };
    let mut cells = Vec::new();
    while !rest.is_empty() {
        let (subject, after) = rest.split_first_chunk::<16>().ok_or_else(unreadable)?;
        let (length, after) = after.split_first_chunk::<4>().ok_or_else(unreadable)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| unreadable())?;
        let (cell, after) = after.split_at_checked(length).ok_or_else(unreadable)?;
        cells.push((PersonId::from_bytes(*subject), cell));
        rest = after;
    }
    Ok(cells)
}
