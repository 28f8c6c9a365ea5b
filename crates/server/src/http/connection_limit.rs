//! The limits on open connections, in total and for each address, and which connection gives way at a limit.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Notify;

use super::claimant::Claimant;
use super::clients::TrustedProxies;
use super::connection::Progress;

/// The limit for one address, unless a setting gives another.
const PER_ADDRESS: usize = 64;
/// One part in this many is reserved for addresses that hold no connection.
const RESERVED: usize = 8;
/// How often a full server looks for a connection that has become idle.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The connections of a listener.
pub struct ConnectionLimit {
    all: usize,
    per_address: Option<usize>,
    proxies: Arc<TrustedProxies>,
    gauge: Gauge,
    open: Mutex<Open>,
    left: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, (Claimant, Arc<Progress>)>,
    held: HashMap<Claimant, usize>,
}

/// The place of a connection, which is free again when this is dropped.
pub struct OpenConnection {
    limit: Arc<ConnectionLimit>,
    number: u64,
}

/// Why there is no room for one more connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Full {
    /// Its address holds as many as it may.
    ForAddress,
    /// There is no room for any address until a connection ends or becomes idle.
    ForAll,
}

impl ConnectionLimit {
    /// A limit in total, and one for each address. Unless the latter is given, this machine and trusted proxies are
    /// exempt from it.
    #[must_use]
    pub fn new(all: usize, per_address: Option<usize>, proxies: Arc<TrustedProxies>, gauge: Gauge) -> Arc<Self> {
        Arc::new(Self { all, per_address, proxies, gauge, open: Mutex::default(), left: Notify::new() })
    }

    #[must_use]
    pub fn proxies(&self) -> &TrustedProxies {
        &self.proxies
    }

    /// Waits for a place. Returns `None` when the address holds as many as it may.
    pub async fn admit(self: &Arc<Self>, address: IpAddr, progress: &Arc<Progress>) -> Option<OpenConnection> {
        loop {
            match self.try_admit(address, progress) {
                Ok(open) => return Some(open),
                Err(Full::ForAddress) => return None,
                Err(Full::ForAll) => {
                    let _ = tokio::time::timeout(LOOK_AGAIN, self.left.notified()).await;
                }
            }
        }
    }

    fn try_admit(self: &Arc<Self>, address: IpAddr, progress: &Arc<Progress>) -> Result<OpenConnection, Full> {
        let client = Claimant::address(address);
        let mut open = self.open();
        if open.held(client) >= self.limit_of(address) && !open.close_idle(|of| of == client) {
            return Err(Full::ForAddress);
        }
        if !self.has_room(&mut open, client) {
            return Err(if open.connections.len() < self.all { Full::ForAddress } else { Full::ForAll });
        }
        let number = open.next;
        open.next += 1;
        open.enter(number, client, Arc::clone(progress));
        self.count(&open);
        Ok(OpenConnection { limit: Arc::clone(self), number })
    }

    /// Whether there is room among all connections, if need be after closing the one that has been idle longest. The
    /// reserve is for clients that hold none.
    fn has_room(&self, open: &mut Open, client: Claimant) -> bool {
        let most = if open.held(client) == 0 { self.all } else { self.all - self.all / RESERVED };
        open.connections.len() < most || open.close_idle(|_| true)
    }

    fn limit_of(&self, address: IpAddr) -> usize {
        match self.per_address {
            Some(limit) => limit,
            None if address.to_canonical().is_loopback() || self.proxies.trust(address) => usize::MAX,
            None => PER_ADDRESS,
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().expect("counting does not panic")
    }

    fn count(&self, open: &Open) {
        self.gauge.set(i64::try_from(open.connections.len()).unwrap_or(i64::MAX));
    }
}

impl Open {
    fn held(&self, client: Claimant) -> usize {
        self.held.get(&client).copied().unwrap_or_default()
    }

    fn enter(&mut self, number: u64, client: Claimant, progress: Arc<Progress>) {
        self.connections.insert(number, (client, progress));
        *self.held.entry(client).or_default() += 1;
    }

    fn leave(&mut self, number: u64) -> Option<Arc<Progress>> {
        let (client, progress) = self.connections.remove(&number)?;
        if let Some(held) = self.held.get_mut(&client) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(&client);
            }
        }
        Some(progress)
    }

    /// Closes the connection that has been idle longest, among those that have not sent a byte of a request. Its place
    /// is free at once. They are searched only at the limit, so that requests need not maintain an order.
    fn close_idle(&mut self, of: impl Fn(Claimant) -> bool) -> bool {
        let idle = self.connections.iter().filter(|(_, (client, _))| of(*client));
        let longest = idle.filter_map(|(number, (_, progress))| Some((progress.idle_since()?, *number))).min();
        let Some(progress) = longest.and_then(|(_, number)| self.leave(number)) else { return false };
        progress.close();
        true
    }
}

impl OpenConnection {
    #[must_use]
    pub fn proxies(&self) -> &TrustedProxies {
        self.limit.proxies()
    }

    /// Counts the connection against the client that a proxy named. Returns `false` when that client holds as many as
    /// it may, or the connection had to give way in the meantime.
    #[must_use]
    pub fn belongs_to(&self, address: IpAddr) -> bool {
        let client = Claimant::address(address);
        let mut open = self.limit.open();
        let Some(progress) = open.leave(self.number) else { return false };
        let limit = &self.limit;
        let may_hold = open.held(client) < limit.limit_of(address) || open.close_idle(|of| of == client);
        if !may_hold || !limit.has_room(&mut open, client) {
            limit.count(&open);
            return false;
        }
        open.enter(self.number, client, progress);
        true
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let mut open = self.limit.open();
        open.leave(self.number);
        self.limit.count(&open);
        drop(open);
        self.limit.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(all: usize, per_address: Option<usize>) -> Arc<ConnectionLimit> {
        let proxies = TrustedProxies::parse("192.0.2.99", false).expect("a list");
        ConnectionLimit::new(all, per_address, Arc::new(proxies), Gauge::default())
    }

    fn idle() -> Arc<Progress> {
        Arc::new(Progress::new())
    }

    fn busy() -> Arc<Progress> {
        let progress = idle();
        progress.begin();
        progress
    }

    fn from(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn at_the_limit_of_an_address_its_own_idle_connections_give_way() {
        let limit = limit(1_000, None);
        let mut busy_ones: Vec<_> =
            (0..PER_ADDRESS - 1).filter_map(|_| limit.try_admit(from(1), &busy()).ok()).collect();
        let rests = idle();
        let _given_way = limit.try_admit(from(1), &rests).expect("room");
        busy_ones.push(limit.try_admit(from(1), &busy()).expect("the idle one gives way"));
        assert!(rests.is_closing());
        assert_eq!(limit.try_admit(from(1), &busy()).err(), Some(Full::ForAddress));
        assert!(limit.try_admit(from(2), &busy()).is_ok());
        busy_ones.pop();
        assert!(limit.try_admit(from(1), &busy()).is_ok());
    }

    #[test]
    fn this_machine_and_trusted_proxies_are_exempt_unless_the_limit_is_given() {
        for (per_address, admitted) in [(None, 100), (Some(3), 3)] {
            for address in [IpAddr::from([127, 0, 0, 1]), from(99)] {
                let limit = limit(1_000, per_address);
                let open: Vec<_> = (0..100).filter_map(|_| limit.try_admit(address, &busy()).ok()).collect();
                assert_eq!(open.len(), admitted);
            }
        }
    }

    #[test]
    fn an_eighth_is_reserved_for_addresses_that_hold_no_connection() {
        let limit = limit(16, None);
        let mut open: Vec<_> = (0..20).filter_map(|_| limit.try_admit(from(1), &busy()).ok()).collect();
        assert_eq!(open.len(), 14);
        for last in [2, 3] {
            open.push(limit.try_admit(from(last), &busy()).expect("the reserve"));
        }
        assert_eq!(limit.try_admit(from(4), &busy()).err(), Some(Full::ForAll));
    }

    #[test]
    fn a_client_behind_a_proxy_takes_only_one_place_of_the_reserve() {
        let limit = limit(16, None);
        let _of_client: Vec<_> = (0..20).filter_map(|_| limit.try_admit(from(1), &busy()).ok()).collect();
        for (client, belongs) in [(1, false), (2, true)] {
            let open = limit.try_admit(from(99), &busy()).expect("the reserve");
            assert_eq!(open.belongs_to(from(client)), belongs);
        }
    }

    #[tokio::test]
    async fn at_the_limit_the_connection_that_is_idle_longest_gives_way() {
        let limit = limit(2, None);
        let (first, second) = (idle(), idle());
        let open = (limit.try_admit(from(1), &first).expect("room"), limit.try_admit(from(2), &second).expect("room"));
        first.begin();
        tokio::time::sleep(Duration::from_millis(1)).await;
        first.rest();
        let third = busy();
        let _third = limit.try_admit(from(3), &third).expect("the second gives way");
        assert!(second.is_closing() && !first.is_closing());
        assert_eq!(limit.gauge.get(), 2);
        drop(open);
        assert_eq!(limit.gauge.get(), 1, "one that gave way does not leave twice");
    }

    #[test]
    fn a_connection_counts_against_the_client_that_a_proxy_names() {
        let limit = limit(100, None);
        let of_client: Vec<_> = (0..PER_ADDRESS)
            .map(|_| {
                let open = limit.try_admit(from(99), &busy()).expect("a proxy is exempt");
                assert!(open.belongs_to(from(1)));
                open
            })
            .collect();
        let one_more = limit.try_admit(from(99), &busy()).expect("a proxy is exempt");
        assert!(!one_more.belongs_to(from(1)));
        drop((of_client, one_more));
        assert!(limit.open().held.is_empty() && limit.open().connections.is_empty());
    }
}
