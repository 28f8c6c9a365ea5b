//! Turns: writers of the same customer follow each other inside one process, so that a busy customer costs no retries.

use tokio::sync::{Mutex, MutexGuard};

use crate::ids::CustomerId;

/// Up to this many customers can be written at the same time, mostly without waiting for one another.
const STRIPES: usize = 1_024;

/// A striped lock over customers. The version check of the store handles writers in other processes.
#[derive(Debug)]
pub struct Turns(Box<[Mutex<()>]>);

impl Default for Turns {
    fn default() -> Self {
        Self((0..STRIPES).map(|_| Mutex::new(())).collect())
    }
}

impl Turns {
    /// Waits for the customer's turn and holds it until the guard is dropped.
    pub async fn of(&self, id: CustomerId) -> MutexGuard<'_, ()> {
        // The last bytes of a version 7 UUID are random.
        let bytes = id.as_bytes();
        self.0[usize::from(u16::from_be_bytes([bytes[14], bytes[15]])) % STRIPES].lock().await
    }
}
