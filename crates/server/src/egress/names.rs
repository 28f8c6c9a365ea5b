//! Names of hosts: their addresses, and which of them led to a private address.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::targets::{Targets, is_public};

/// The most addresses that a name may have.
const MAX_ADDRESSES: usize = 32;
/// A name that led to a private address counts as private for this long, which outlives every connection made to it.
const PRIVATE_FOR: Duration = Duration::from_secs(60);
/// From this many names on, those that no longer count are dropped.
const MANY_NAMES: usize = 1_024;

/// The names that led to a private address, and when they last did.
#[derive(Debug, Default)]
pub(super) struct PrivateNames(Mutex<HashMap<String, Instant>>);

impl PrivateNames {
    pub(super) fn insert(&self, name: &str) {
        let mut names = self.0.lock().expect("noting a name does not panic");
        if names.len() >= MANY_NAMES {
            names.retain(|_, at| at.elapsed() < PRIVATE_FOR);
        }
        names.insert(name.to_ascii_lowercase(), Instant::now());
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        let names = self.0.lock().expect("looking up a name does not panic");
        names.get(&name.to_ascii_lowercase()).is_some_and(|at| at.elapsed() < PRIVATE_FOR)
    }
}

/// Resolves names for one port, and refuses a name if any of its addresses is refused.
pub(super) struct Resolver {
    pub(super) targets: Arc<Targets>,
    pub(super) private_names: Arc<PrivateNames>,
    pub(super) port: u16,
}

#[derive(Debug)]
pub(super) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads to a private, local or reserved address")
    }
}

impl std::error::Error for Refused {}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (targets, private_names, port) = (Arc::clone(&self.targets), Arc::clone(&self.private_names), self.port);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<SocketAddr> = found.take(MAX_ADDRESSES).collect();
            if addresses.iter().any(|address| !is_public(address.ip())) {
                private_names.insert(name.as_str());
            }
            let addresses = judged(addresses, |address| targets.allow(address, port))?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The addresses of a name, if all of them are allowed. A single private one makes the name a trap.
fn judged(addresses: Vec<SocketAddr>, allow: impl Fn(IpAddr) -> bool) -> Result<Vec<SocketAddr>, Refused> {
    if addresses.iter().all(|address| allow(address.ip())) { Ok(addresses) } else { Err(Refused) }
}

#[cfg(test)]
mod tests {
    use super::super::targets::PrivateTargets;
    use super::*;

    #[test]
    fn one_address_that_leads_inside_spoils_a_name() {
        let address = |text: &&str| SocketAddr::new(text.parse().expect("an address"), 0);
        let judge = |texts: &[&str]| judged(texts.iter().map(address).collect(), is_public);
        assert_eq!(judge(&["93.184.216.34", "2606:2800:220:1::1"]).map(|all| all.len()).ok(), Some(2));
        for trap in [&["93.184.216.34", "10.0.0.1"][..], &["127.0.0.1"], &["2606:2800:220:1::1", "::ffff:10.0.0.1"]] {
            assert!(judge(trap).is_err(), "{trap:?}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_when_it_is_resolved() {
        let resolve = async |private: &str, port| {
            let own = vec![SocketAddr::from(([127, 0, 0, 1], 8_080))];
            let targets = Arc::new(Targets::new(own, PrivateTargets::parse(private).unwrap_or_default()));
            let resolver = Resolver { targets, private_names: Arc::default(), port };
            let resolved = resolver.resolve("localhost".parse().expect("a name")).await;
            assert!(resolver.private_names.contains("LOCALHOST"), "its answers are not told in detail");
            resolved.map(drop).map_err(|error| error.is::<Refused>())
        };
        assert_eq!(resolve("", 443).await, Err(true));
        assert_eq!(resolve("127.0.0.0/8, ::1", 443).await, Ok(()));
        assert_eq!(resolve("127.0.0.0/8, ::1", 8_080).await, Err(true), "this server itself");
    }
}
