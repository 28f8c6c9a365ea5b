//! Background work is divided among the processes into a fixed number of shards. A process claims each shard by a lease
//! row, and the shards are spread evenly among the live processes. Leases use the database's clock.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use dossier_core::store::StoreError;
use tokio_postgres::Row;
use uuid::Uuid;

use super::database::Database;
use super::rows::{Columns, random_id, statements};

/// Never change this: a process of another version would divide the work differently.
const SHARDS: usize = 16;
/// A lease is renewed after this time, long before its end.
const RENEW: Duration = Duration::from_secs(3);

statements! {
    LEASE = "INSERT INTO processes (process_id, until) VALUES ($1, now() + INTERVAL '10 seconds')
        ON CONFLICT (process_id) DO UPDATE SET until = excluded.until";
    GONE = "DELETE FROM processes WHERE until < now() - INTERVAL '1 hour'";
    /// The number of processes that use the database.
    pub(super) ALIVE = "SELECT count(*) FROM processes WHERE until > now()";
    SHARD = "SELECT shard, owner = $1, until > now() FROM shards ORDER BY shard";
    CLAIM = "UPDATE shards SET owner = $1, until = now() + INTERVAL '10 seconds'
        WHERE shard = ANY($2) AND (owner = $1 OR until <= now()) RETURNING shard";
    RELEASE = "UPDATE shards SET until = now() WHERE shard = ANY($2) AND owner = $1";
    LEAVE = "DELETE FROM processes WHERE process_id = $1";
}

/// The shard of an id. The last bytes of a UUID are random.
pub(super) const fn shard_of(id: &[u8; 16]) -> i16 {
    (id[15] % 16) as i16
}

/// The shards of this process.
pub(super) struct Shards {
    process: Uuid,
    held: Mutex<Option<(Instant, HashSet<i16>)>>,
}

const POISONED: &str = "no code panics while it holds the shards";

impl Shards {
    pub(super) fn new() -> Self {
        Self { process: random_id(), held: Mutex::new(None) }
    }

    /// The shards whose leases this process holds now.
    pub(super) async fn held(&self, database: &Database) -> Result<HashSet<i16>, StoreError> {
        let known = self.held.lock().expect(POISONED).clone();
        if let Some((_, held)) = known.filter(|(at, _)| at.elapsed() < RENEW) {
            return Ok(held);
        }
        let asked = Instant::now();
        let held = self.claim(database).await?;
        *self.held.lock().expect(POISONED) = Some((asked, held.clone()));
        Ok(held)
    }

    async fn claim(&self, database: &Database) -> Result<HashSet<i16>, StoreError> {
        database.query(LEASE, &[&self.process]).await?;
        database.query(GONE, &[]).await?;
        let alive: i64 = match database.query_one(ALIVE, &[]).await? {
            Some(row) => Columns::of(&row).next()?,
            None => 1,
        };
        let share = SHARDS.div_ceil(usize::try_from(alive).unwrap_or(1).max(1));
        let (mut mine, mut free) = (Vec::new(), Vec::new());
        for row in &database.query(SHARD, &[&self.process]).await? {
            let mut columns = Columns::of(row);
            match (columns.next::<i16>()?, columns.next::<bool>()?, columns.next::<bool>()?) {
                (shard, true, true) => mine.push(shard),
                (shard, _, false) => free.push(shard),
                _ => {}
            }
        }
        let extra = mine.split_off(share.min(mine.len()));
        mine.extend(free.into_iter().take(share - mine.len()));
        if !extra.is_empty() {
            database.query(RELEASE, &[&self.process, &extra]).await?;
        }
        let claimed = database.query(CLAIM, &[&self.process, &mine]).await?;
        claimed.iter().map(|row: &Row| Columns::of(row).next()).collect()
    }

    /// Releases all leases, so that the others need not wait for their end.
    pub(super) async fn release_all(&self, database: &Database) {
        let all: Vec<i16> = (0..).take(SHARDS).collect();
        let left = async {
            database.query(RELEASE, &[&self.process, &all]).await?;
            database.query(LEAVE, &[&self.process]).await
        };
        if let Err(error) = left.await {
            tracing::debug!(%error, "failed to release the leases; they expire by themselves");
        }
    }
}
