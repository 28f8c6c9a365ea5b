//! Looks at personal data by API keys, counted in memory until they are stored. A request only counts, and waits for
//! nothing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Mutex;

use dossier_core::clock::Timestamp;
use dossier_core::look::{CountedLook, Look};
use dossier_core::store::{Store, StoreError};
use tokio::sync::Notify;

/// What one entry takes in memory, without its reason.
const ENTRY: usize = 192;
/// With this many bytes, the looks are stored at once.
const FILLED: usize = 1_024 * 1_024;
/// With this many bytes, requests that would be counted are refused. It is reached only if looks cannot be stored.
const MOST: usize = 32 * 1_024 * 1_024;
/// How many entries are stored in one transaction, so that other writers can go between.
const PORTION: usize = 1_000;

/// The looks that are not stored yet.
#[derive(Default)]
pub struct LookCounter {
    counted: Mutex<Counted>,
    filled: Notify,
    /// Held while looks are being stored, so that the shutdown waits for them.
    storing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Counted {
    looks: HashMap<Look, (u64, Timestamp)>,
    /// The size of these entries, and of those that are being stored.
    bytes: usize,
}

fn size(look: &Look) -> usize {
    ENTRY + look.reason.as_ref().map_or(0, |reason| reason.expose().len())
}

impl Counted {
    fn add(&mut self, CountedLook { look, count, last_at }: CountedLook) {
        match self.looks.entry(look) {
            Entry::Occupied(mut known) => {
                let (looks, last) = known.get_mut();
                *looks += count;
                *last = last_at.max(*last);
            }
            Entry::Vacant(free) => {
                self.bytes += size(free.key());
                free.insert((count, last_at));
            }
        }
    }
}

impl LookCounter {
    const UNPOISONED: &str = "counting does not panic";

    /// Whether there is room for more. If not, nothing may be shown, because no look may be lost.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.counted.lock().expect(Self::UNPOISONED).bytes < MOST
    }

    pub fn count(&self, looks: impl IntoIterator<Item = CountedLook>) {
        let mut counted = self.counted.lock().expect(Self::UNPOISONED);
        looks.into_iter().for_each(|look| counted.add(look));
        if counted.bytes > FILLED {
            self.filled.notify_one();
        }
    }

    /// Waits until the looks take so much memory that they should be stored at once.
    pub async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Stores what was counted before this call. If it fails, what was not stored stays counted.
    pub async fn store(&self, store: &dyn Store) -> Result<(), StoreError> {
        let _storing = self.storing.lock().await;
        let taken = std::mem::take(&mut self.counted.lock().expect(Self::UNPOISONED).looks);
        let mut left: Vec<_> =
            taken.into_iter().map(|(look, (count, last_at))| CountedLook { look, count, last_at }).collect();
        while !left.is_empty() {
            let portion = left.split_off(left.len().saturating_sub(PORTION));
            let bytes: usize = portion.iter().map(|counted| size(&counted.look)).sum();
            if let Err(error) = store.record_looks(portion.clone()).await {
                left.extend(portion);
                let bytes: usize = left.iter().map(|counted| size(&counted.look)).sum();
                let mut counted = self.counted.lock().expect(Self::UNPOISONED);
                counted.bytes -= bytes;
                left.into_iter().for_each(|look| counted.add(look));
                return Err(error);
            }
            self.counted.lock().expect(Self::UNPOISONED).bytes -= bytes;
        }
        Ok(())
    }
}
