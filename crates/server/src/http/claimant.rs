//! Claimants: the addresses, keys, sessions and accounts that shares and requests count against.

use std::net::{IpAddr, Ipv6Addr};

use dossier_core::ids::{AccountId, KeyId, MemberId, SessionId};

pub(super) const LEVELS: usize = 3;
/// The level of addresses, on which strangers count.
pub(super) const ADDRESS: usize = 0;
/// The level of keys and sessions.
pub(super) const HOLDER: usize = 1;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claimant {
    /// A client's address, as [`Claimant::address`] returns it.
    Address(IpAddr),
    Key(KeyId),
    /// A session of the hosted form.
    Session(SessionId),
    /// A member who is signed in at the desk.
    Member(MemberId),
    Account(AccountId),
}

impl Claimant {
    /// The client at an address. For IPv6 the network counts, because one client has all of its 2^64 addresses.
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

/// All claimants that a share counts against: an address or, once they are known, a key or session and its account. A
/// caller with a key is independent of others behind the same proxy.
#[derive(Clone, Copy)]
pub struct Claimants(pub(super) [Option<Claimant>; LEVELS]);

impl Claimants {
    /// A client of whom only the address is known.
    #[must_use]
    pub fn stranger(address: IpAddr) -> Self {
        Self([Some(Claimant::address(address)), None, None])
    }

    /// Whether the client has sent a valid key or pass.
    #[must_use]
    pub const fn are_known(&self) -> bool {
        self.0[HOLDER].is_some()
    }

    /// A client that has sent a valid key or pass.
    #[must_use]
    pub const fn known(holder: Claimant, account: AccountId) -> Self {
        Self([None, Some(holder), Some(Claimant::Account(account))])
    }
}
