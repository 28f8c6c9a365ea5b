//! What requests share: slots, memory, uploads. No caller can use up a budget and lock the others out.

use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use ahash::AHashMap;

use super::claimant::{ADDRESS, Claimant, Claimants, HOLDER, LEVELS};
use super::limiter::Limited;
use super::problem::Problem;

/// How long a caller that found no room counts as waiting. Clients are told to try again after a second.
const WAITS: Duration = Duration::from_secs(5);
/// When a key that holds as much as it may should try again.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// There is no room for a share at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRoom {
    /// The whole budget is used, or the rest is left to other callers.
    Shared,
    /// The key or session holds as much as it ever may.
    Own(u64),
}

impl NoRoom {
    /// The problem for a key that already holds as many of something as it may.
    pub fn at_once(self, name: &'static str) -> Problem {
        match self {
            Self::Own(most) => Limited::at_once(name, most, TRY_AGAIN).into(),
            Self::Shared => self.into(),
        }
    }
}

impl From<NoRoom> for Problem {
    fn from(_: NoRoom) -> Self {
        Self::overloaded()
    }
}

/// An amount of something that requests share.
///
/// A claimant holds at most a quarter of it while another claimant waits for room, and otherwise at most three
/// quarters.
pub struct Budget {
    total: u64,
    most: Option<u64>,
    accounts: Mutex<Accounts>,
}

#[derive(Default)]
struct Accounts {
    used: u64,
    held: AHashMap<Claimant, u64>,
    refused: [Refused; LEVELS],
}

/// The last two different claimants of a level that found no room. At least one of them differs from any given
/// claimant.
#[derive(Default)]
struct Refused {
    last: Option<(Claimant, Instant)>,
    before: Option<(Claimant, Instant)>,
}

impl Refused {
    fn record(&mut self, claimant: Claimant, now: Instant) {
        if self.last.is_none_or(|(last, _)| last != claimant) {
            self.before = self.last;
        }
        self.last = Some((claimant, now));
    }

    /// Whether a claimant other than this one waits.
    fn waits(&self, but: Option<Claimant>) -> bool {
        let waits = |(other, at): (Claimant, Instant)| Some(other) != but && at.elapsed() < WAITS;
        self.last.is_some_and(waits) || self.before.is_some_and(waits)
    }
}

impl Accounts {
    /// Adds to the amount that each claimant holds, or to none of them if one may not hold as much.
    fn add(&mut self, budget: &Budget, claimants: Claimants, amount: u64) -> Result<(), NoRoom> {
        for (level, claimant) in claimants.0.into_iter().enumerate() {
            let Some(claimant) = claimant else { continue };
            // A stranger has no key, so a waiting stranger always differs from a key, and the reverse.
            let across = if level == ADDRESS { HOLDER } else { ADDRESS };
            let another_waits = self.refused[level].waits(Some(claimant)) || self.refused[across].waits(None);
            let quarters = if another_waits { 1 } else { 3 };
            let held = self.held.entry(claimant).or_default();
            *held += amount;
            let refused = match budget.most {
                Some(most) if level == HOLDER && *held > most => Some(NoRoom::Own(most)),
                _ => (*held > (budget.total * quarters).div_ceil(4)).then_some(NoRoom::Shared),
            };
            if let Some(refused) = refused {
                self.subtract(&claimants.0[..=level], amount);
                return Err(refused);
            }
        }
        Ok(())
    }

    fn subtract(&mut self, claimants: &[Option<Claimant>], amount: u64) {
        for claimant in claimants.iter().flatten() {
            if let Entry::Occupied(mut held) = self.held.entry(*claimant) {
                *held.get_mut() -= amount;
                if *held.get() == 0 {
                    held.remove();
                }
            }
        }
    }

    fn note_refused(&mut self, claimants: Claimants) {
        let now = Instant::now();
        for (refused, claimant) in self.refused.iter_mut().zip(claimants.0) {
            if let Some(claimant) = claimant {
                refused.record(claimant, now);
            }
        }
    }
}

impl Budget {
    #[must_use]
    pub fn new(total: u64) -> Arc<Self> {
        Self::with_most(total, None)
    }

    /// A budget from which one key or session takes at most `most`.
    #[must_use]
    pub fn with_most(total: u64, most: Option<u64>) -> Arc<Self> {
        Arc::new(Self { total, most, accounts: Mutex::default() })
    }

    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Takes a share, which is returned when it is dropped. It fails at once if there is no room.
    pub fn take(self: &Arc<Self>, claimants: Claimants, amount: u64) -> Result<Share, NoRoom> {
        let mut share = Share { budget: Arc::clone(self), claimants, amount: 0 };
        share.grow(amount)?;
        Ok(share)
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().expect("counting does not panic")
    }
}

pub struct Share {
    budget: Arc<Budget>,
    claimants: Claimants,
    amount: u64,
}

impl Share {
    /// Takes more of the same budget. If that fails, the share stays as it was.
    pub fn grow(&mut self, amount: u64) -> Result<(), NoRoom> {
        let (budget, mut accounts) = (&self.budget, self.budget.accounts());
        if accounts.used + amount > budget.total {
            accounts.note_refused(self.claimants);
            return Err(NoRoom::Shared);
        }
        accounts.add(budget, self.claimants, amount)?;
        accounts.used += amount;
        self.amount += amount;
        Ok(())
    }

    /// Takes more, up to an amount in total.
    pub fn grow_to(&mut self, amount: u64) -> Result<(), NoRoom> {
        match amount.saturating_sub(self.amount) {
            0 => Ok(()),
            missing => self.grow(missing),
        }
    }

    /// Counts the share against other claimants from now on. If that fails, the share counts against no claimant, but
    /// is still in use.
    pub fn identify(&mut self, claimants: Claimants) -> Result<(), NoRoom> {
        let mut accounts = self.budget.accounts();
        accounts.subtract(&self.claimants.0, self.amount);
        self.claimants = Claimants([None; LEVELS]);
        accounts.add(&self.budget, claimants, self.amount)?;
        self.claimants = claimants;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut accounts = self.budget.accounts();
        accounts.used -= self.amount;
        accounts.subtract(&self.claimants.0, self.amount);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use dossier_core::ids::{AccountId, KeyId};

    use super::*;

    fn stranger(last: u8) -> Claimants {
        Claimants::stranger(IpAddr::from([192, 0, 2, last]))
    }

    fn with_key(key: u8, account: u8) -> Claimants {
        Claimants::known(Claimant::Key(KeyId::from_bytes([key; 16])), AccountId::from_bytes([account; 16]))
    }

    /// Takes shares of 1 until there is no room.
    fn all(budget: &Arc<Budget>, claimants: Claimants) -> Vec<Share> {
        std::iter::from_fn(|| budget.take(claimants, 1).ok()).collect()
    }

    #[test]
    fn a_caller_holds_three_quarters_alone_and_a_quarter_once_another_found_no_room() {
        let budget = Budget::new(64);
        let (mut first, second) = (all(&budget, stranger(1)), all(&budget, stranger(2)));
        assert_eq!((first.len(), second.len()), (48, 16));
        assert!(budget.take(stranger(3), 1).is_err(), "there is nothing left");
        first.truncate(20);
        assert!(budget.take(stranger(1), 1).is_err(), "it holds more than a quarter while another waits");
        assert_eq!(all(&budget, stranger(3)).len(), 16);
        drop((first, second));
        assert_eq!(budget.accounts().used, 0);
        assert!(budget.accounts().held.is_empty(), "a caller that holds nothing is forgotten");
    }

    #[test]
    fn a_caller_that_found_no_room_may_hold_as_much_as_before() {
        let budget = Budget::new(64);
        let rest = (budget.take(stranger(1), 48), budget.take(stranger(2), 16));
        assert!(budget.take(stranger(3), 1).is_err());
        drop(rest);
        assert_eq!(all(&budget, stranger(3)).len(), 48);
        assert_eq!(all(&budget, stranger(1)).len(), 16, "another caller waits");
    }

    #[test]
    fn a_caller_that_is_refused_repeatedly_hides_no_other() {
        let budget = Budget::new(64);
        let rest = (budget.take(stranger(1), 48), budget.take(stranger(2), 16));
        for last in [3, 1, 1, 1] {
            assert!(budget.take(stranger(last), 1).is_err());
        }
        drop(rest);
        assert_eq!(all(&budget, stranger(1)).len(), 16);
    }

    #[test]
    fn a_waiting_stranger_differs_from_a_key_and_the_reverse() {
        for [holds, waits] in [[stranger(1), with_key(1, 9)], [with_key(1, 9), stranger(1)]] {
            let budget = Budget::new(64);
            let rest = (budget.take(holds, 48), budget.take(stranger(7), 16));
            assert!(budget.take(waits, 1).is_err());
            drop(rest);
            assert_eq!(all(&budget, holds).len(), 16);
        }
    }

    #[test]
    fn many_keys_of_one_account_are_one_caller() {
        let budget = Budget::new(64);
        let shares: Vec<_> = (1..=4).flat_map(|key| all(&budget, with_key(key, 9))).collect();
        assert_eq!(shares.len(), 48);
        assert_eq!(all(&budget, with_key(5, 8)).len(), 16);
    }

    #[test]
    fn a_share_counts_against_a_key_once_it_is_known() {
        let budget = Budget::new(64);
        let identified = |last| {
            let mut share = budget.take(stranger(last), 1).ok()?;
            share.identify(with_key(7, 8)).ok()?;
            Some(share)
        };
        let shares: Vec<_> = (0..64).filter_map(identified).collect();
        assert_eq!(shares.len(), 48);
        drop(shares);
        assert!(budget.accounts().used == 0 && budget.accounts().held.is_empty());
        let shares: Vec<_> = std::iter::from_fn(|| identified(1)).collect();
        assert_eq!(shares.len(), 48);
        assert!(budget.take(stranger(1), 1).is_ok(), "an address is not charged for keys used from it");
    }

    #[test]
    fn a_key_may_have_a_limit_of_its_own() {
        let budget = Budget::with_most(64, Some(4));
        assert_eq!(all(&budget, with_key(1, 9)).len(), 4);
        let of_key: Vec<_> = (0..4).map(|_| budget.take(with_key(1, 9), 1).expect("room")).collect();
        assert_eq!(budget.take(with_key(1, 9), 1).err(), Some(NoRoom::Own(4)));
        assert!(budget.take(with_key(2, 9), 1).is_ok());
        drop(of_key);
    }

    #[test]
    fn a_share_that_cannot_grow_stays_as_it_was() {
        let budget = Budget::new(1_000);
        let mut share = budget.take(with_key(1, 1), 700).expect("room");
        assert_eq!(share.grow(51), Err(NoRoom::Shared));
        assert_eq!((share.amount, budget.accounts().used), (700, 700));
        share.grow(50).expect("room");
        drop(share);
        assert_eq!(budget.accounts().used, 0);
    }

    #[test]
    fn all_addresses_of_an_ipv6_network_are_one_client() {
        let address = |text: &str| Claimant::address(text.parse().expect("an address"));
        assert!(address("2001:db8::1") == address("2001:db8::ffff:1"));
        assert!(address("2001:db8:0:1::1") != address("2001:db8::1"));
        assert!(address("::ffff:192.0.2.1") == address("192.0.2.1"));
        assert!(address("192.0.2.1") != address("192.0.2.2"));
    }
}
