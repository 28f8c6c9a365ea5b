//! Which addresses may be called. Public addresses may be, except the metadata services of clouds. Any other address
//! may be called only if the operator names it, so that no tenant reaches the operator's network. The server's own
//! sockets may not be called under any name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use ipnet::IpNet;

/// Services that give the machine's credentials to any program on the machine. Several clouds use addresses that are
/// public or unique local, and an operator who names a whole network does not mean to include them.
const METADATA: &[IpAddr] = &[
    // AWS, Azure, Google Cloud, Oracle and most others; then AWS ECS, Azure's wire server, Alibaba Cloud.
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    // AWS (instances, EKS), Google Cloud, and the link-local form that others use.
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe)),
];

/// The special addresses that the operator allows, from the setting `webhook_private`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateTargets(Vec<(IpNet, Option<u16>)>);

impl PrivateTargets {
    /// Only this machine.
    #[must_use]
    pub fn loopback() -> Self {
        let networks = [
            IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
            IpNet::new_assert(IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
        ];
        Self(networks.map(|network| (network, None)).to_vec())
    }

    /// Reads a list such as `10.0.0.5, 192.168.0.0/16, 10.1.0.0/16:8443, [fd12::/16]:443`. `None` if an entry is
    /// neither an address nor a network, or has an invalid port.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',').map(|entry| target(entry.trim())).collect::<Option<Vec<_>>>().map(Self)
    }

    fn name(&self, address: IpAddr, port: u16) -> bool {
        self.0.iter().any(|(network, of)| network.contains(&address) && of.is_none_or(|of| of == port))
    }

    /// The ports for which the list has rules of their own.
    fn ports(&self) -> impl Iterator<Item = u16> {
        self.0.iter().filter_map(|(_, port)| *port)
    }
}

fn target(entry: &str) -> Option<(IpNet, Option<u16>)> {
    let network = |text: &str| text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    if let Some((bracketed, port)) = entry.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let port = if port.is_empty() { None } else { Some(port.strip_prefix(':')?.parse().ok()?) };
        return Some((network(bracketed)?, port));
    }
    match network(entry) {
        Some(network) => Some((network, None)),
        None => {
            let (before, port) = entry.rsplit_once(':')?;
            Some((network(before)?, Some(port.parse().ok()?)))
        }
    }
}

/// What the calls of one server may reach.
#[derive(Debug)]
pub struct Targets {
    own: Vec<SocketAddr>,
    private: PrivateTargets,
}

impl Targets {
    /// The targets of a server that listens at these addresses.
    #[must_use]
    pub const fn new(own: Vec<SocketAddr>, private: PrivateTargets) -> Self {
        Self { own, private }
    }

    /// Whether a port of this address may be called.
    #[must_use]
    pub fn allow(&self, address: IpAddr, port: u16) -> bool {
        let address = address.to_canonical();
        !METADATA.contains(&address)
            && (is_public(address) || self.private.name(address, port))
            && !self.own.iter().any(|own| own.port() == port && is_own(own.ip(), address))
    }

    /// The port, if different rules apply to it than to most others. That is so only for the server's own ports and
    /// those that the operator names, so there are few.
    pub(super) fn special(&self, port: u16) -> Option<u16> {
        self.own.iter().map(SocketAddr::port).chain(self.private.ports()).find(|special| *special == port)
    }
}

/// Whether this is an address of this machine at which a socket that listens on `listening` can be reached.
fn is_own(listening: IpAddr, address: IpAddr) -> bool {
    let listening = listening.to_canonical();
    address == listening
        || address.is_unspecified()
        || (listening.is_unspecified() && (address.is_loopback() || is_of_this_machine(address)))
}

/// The kernel uses an address of the machine as the source for itself. Nothing is sent to find this out.
fn is_of_this_machine(address: IpAddr) -> bool {
    let any: IpAddr = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let from = UdpSocket::bind((any, 0)).and_then(|socket| {
        socket.connect((address, 9))?;
        socket.local_addr()
    });
    from.is_ok_and(|from| from.ip() == address)
}

/// Whether the IANA registries of special-purpose addresses leave an address to the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18)
        || a >= 224)
}

/// Global unicast (2000::/3), without addresses that embed an unchecked IPv4 address (Teredo, 6to4), and without
/// documentation, benchmarking and ORCHID.
const fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, ..] = address.segments();
    a & 0xe000 == 0x2000
        && !(a == 0x2001 && b < 0x0200)
        && !(a == 0x2001 && b == 0x0db8)
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
        && !(a == 0x2001 && b == 2 && c == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_addresses_networks_and_ports() {
        let list =
            PrivateTargets::parse("10.0.0.5, 192.168.0.0/16,10.1.0.0/16:8443, [fd12::/16]:443, fd34::1, [fd56::1]")
                .expect("a list");
        for (address, port, named) in [
            ("10.0.0.5", 1, true),
            ("10.0.0.6", 1, false),
            ("192.168.255.1", 9_000, true),
            ("10.1.2.3", 8_443, true),
            ("10.1.2.3", 443, false),
            ("fd12::9", 443, true),
            ("fd12::9", 80, false),
            ("fd34::1", 80, true),
            ("fd56::1", 80, true),
        ] {
            assert_eq!(list.name(address.parse().expect("an address"), port), named, "{address} {port}");
        }
        for wrong in ["", "10.0.0.5,", "localhost", "10.0.0.5:", "10.0.0.5:99999", "10.0.0.0/33", "[fd12::]x", "10.0.0"]
        {
            assert_eq!(PrivateTargets::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn metadata_services_are_refused_even_in_a_network_that_is_named() {
        let targets = Targets::new(Vec::new(), PrivateTargets::parse("0.0.0.0/0, ::/0").expect("everything"));
        for address in METADATA.iter().map(ToString::to_string).chain(["::ffff:169.254.169.254".to_owned()]) {
            assert!(!targets.allow(address.parse().expect("an address"), 80), "{address}");
        }
        assert!(targets.allow("169.254.169.253".parse().expect("an address"), 80));
    }

    #[test]
    fn a_server_that_listens_everywhere_is_refused_at_every_address_of_the_machine() {
        let everything = || PrivateTargets::parse("0.0.0.0/0, ::/0").expect("everything");
        let everywhere = Targets::new(vec![SocketAddr::from(([0, 0, 0, 0], 8_080))], everything());
        let loopback = Targets::new(vec![SocketAddr::from(([127, 0, 0, 1], 8_080))], everything());
        for (address, port, anywhere, only_loopback) in [
            ("127.0.0.1", 8_080, false, false),
            ("0.0.0.0", 8_080, false, false),
            ("127.0.0.2", 8_080, false, true),
            ("::1", 8_080, false, true),
            ("127.0.0.1", 8_081, true, true),
            ("192.0.2.77", 8_080, true, true),
        ] {
            let address = address.parse().expect("an address");
            assert_eq!(everywhere.allow(address, port), anywhere, "{address} {port}");
            assert_eq!(loopback.allow(address, port), only_loopback, "{address} {port}");
        }
    }
}
