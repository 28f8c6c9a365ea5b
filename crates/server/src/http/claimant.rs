//! Who a share or a request counts against: an address, a key, a session, an account.

use std::net::{IpAddr, Ipv6Addr};

use dossier_core::ids::{AccountId, KeyId, SessionId};

pub(super) const LEVELS: usize = 3;
/// The level of addresses, on which strangers count,
pub(super) const ADDRESS: usize = 0;
/// and that of keys and sessions.
pub(super) const HOLDER: usize = 1;

/// One of those that a share counts against.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claimant {
    /// A client's address, as [`Claimant::address`] makes it.
    Address(IpAddr),
    /// An API key.
    Key(KeyId),
    /// A session of the hosted form.
    Session(SessionId),
    /// An account.
    Account(AccountId),
}

impl Claimant {
    /// The client at an address. Of IPv6 the network counts: a client has 2^64 addresses in it.
    #[must_use]
    pub fn address(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64 << 64;
                Ipv6Addr::from_bits(network).into()
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// Everyone that a share counts against: an address and, once they are known, a key or session and its account instead.
/// Those who have shown a key have nothing to do with others behind the same proxy.
#[derive(Clone, Copy)]
pub struct Claimants(pub(super) [Option<Claimant>; LEVELS]);

impl Claimants {
    /// A client of which nothing is known but its address.
    #[must_use]
    pub fn stranger(address: IpAddr) -> Self {
        Self([Some(Claimant::address(address)), None, None])
    }

    /// Whether they have shown a key or a pass.
    #[must_use]
    pub const fn are_known(&self) -> bool {
        self.0[HOLDER].is_some()
    }

    /// A client that has shown a key or a pass.
    #[must_use]
    pub const fn known(holder: Claimant, account: AccountId) -> Self {
        Self([None, Some(holder), Some(Claimant::Account(account))])
    }
}
