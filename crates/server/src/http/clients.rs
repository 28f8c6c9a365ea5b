//! The client behind proxies that the operator trusts: `Forwarded` (RFC 7239), `X-Forwarded-For`, and the PROXY
//! protocol.

use std::io;
use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;
use ppp::{v1, v2};
use tokio::io::{AsyncRead, AsyncReadExt as _};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// A header of the first version of the PROXY protocol has at most 107 bytes.
const MAX_V1: usize = 107;
/// In the second version the addresses take at most 36 bytes. What follows them is not used.
const MAX_V2: usize = 2_048;

/// The proxies that may name the client of a request.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    proxy_protocol: bool,
}

/// `Forwarded` and `X-Forwarded-For` name different clients. A proxy that sets only one of them forwards the other as
/// its client sent it, so neither can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction;

impl TrustedProxies {
    /// Reads a list of addresses and networks. With `proxy_protocol`, their connections begin with a PROXY header.
    #[must_use]
    pub fn parse(list: &str, proxy_protocol: bool) -> Option<Self> {
        let network = |text: &str| text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        let entries = list.split(',').map(str::trim).filter(|_| !list.trim().is_empty());
        Some(Self { networks: entries.map(network).collect::<Option<_>>()?, proxy_protocol })
    }

    /// Whether a peer is one of the proxies.
    #[must_use]
    pub fn trust(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.networks.iter().any(|network| network.contains(&peer))
    }

    /// Whether connections of a peer begin with a header of the PROXY protocol.
    #[must_use]
    pub fn begins_with_header(&self, peer: IpAddr) -> bool {
        self.proxy_protocol && self.trust(peer)
    }

    /// The client of a request from a trusted proxy: the last address in the headers that is not a trusted proxy
    /// itself. The client may have invented the addresses before it.
    pub fn client(&self, headers: &HeaderMap, proxy: IpAddr) -> Result<IpAddr, Contradiction> {
        let forwarded = self.last_untrusted(&named(headers, &header::FORWARDED, forwarded), proxy);
        let others = self.last_untrusted(&named(headers, &X_FORWARDED_FOR, x_forwarded_for), proxy);
        match (forwarded, others) {
            (Some(one), Some(other)) if one != other => Err(Contradiction),
            (one, other) => Ok(one.or(other).unwrap_or(proxy)),
        }
    }

    fn last_untrusted(&self, hops: &[Option<IpAddr>], proxy: IpAddr) -> Option<IpAddr> {
        let mut client = None;
        for hop in hops.iter().rev() {
            // A hidden or unreadable address hides those before it.
            client = Some(hop.or(client).unwrap_or(proxy));
            if hop.is_none_or(|hop| !self.trust(hop)) {
                break;
            }
        }
        client
    }
}

fn named(headers: &HeaderMap, name: &HeaderName, read: fn(&str) -> Vec<Option<IpAddr>>) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(name).iter();
    lines.flat_map(|line| line.to_str().map_or_else(|_| vec![None], read)).collect()
}

fn x_forwarded_for(line: &str) -> Vec<Option<IpAddr>> {
    line.split(',').map(node).collect()
}

fn forwarded(line: &str) -> Vec<Option<IpAddr>> {
    let of_element = |element| {
        let mut pairs = outside_quotes(element, ';').filter_map(|pair: &str| pair.split_once('='));
        pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for")).and_then(|(_, value)| node(value))
    };
    outside_quotes(line, ',').map(of_element).collect()
}

/// Splits outside quotes, because a quoted value, such as a host that the client chose, may contain separators.
fn outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return c == separator && !quoted,
        }
        false
    })
}

/// Reads an address with or without port, quotes and brackets.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let plain = || text.parse().ok();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    plain().or_else(bracketed).or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// Reads the header of the PROXY protocol, in either version, and nothing after it. Returns `None` when the proxy
/// speaks for itself, as in its health checks, and fails with `InvalidData` for anything other than such a header.
pub async fn read_proxy_header(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<IpAddr>> {
    // Every header of either version is longer than this.
    let mut header = vec![0; v2::PROTOCOL_PREFIX.len()];
    stream.read_exact(&mut header).await?;
    let client =
        if header == v2::PROTOCOL_PREFIX { second(stream, header).await? } else { first(stream, header).await? };
    Ok(client.map(|client| client.to_canonical()))
}

async fn first(stream: &mut (impl AsyncRead + Unpin), mut header: Vec<u8>) -> io::Result<Option<IpAddr>> {
    while !header.ends_with(b"\r\n") {
        if header.len() == MAX_V1 || !header.starts_with(b"PROXY ") {
            return Err(io::ErrorKind::InvalidData.into());
        }
        header.push(stream.read_u8().await?);
    }
    let header = v1::Header::try_from(header.as_slice()).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(match header.addresses {
        v1::Addresses::Tcp4(addresses) => Some(addresses.source_address.into()),
        v1::Addresses::Tcp6(addresses) => Some(addresses.source_address.into()),
        v1::Addresses::Unknown => None,
    })
}

async fn second(stream: &mut (impl AsyncRead + Unpin), mut header: Vec<u8>) -> io::Result<Option<IpAddr>> {
    let kind = stream.read_u16().await?;
    let length = stream.read_u16().await?;
    if usize::from(length) > MAX_V2 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    header.extend([kind.to_be_bytes(), length.to_be_bytes()].as_flattened());
    let begun = header.len();
    header.resize(begun + usize::from(length), 0);
    stream.read_exact(&mut header[begun..]).await?;
    let header = v2::Header::try_from(header.as_slice()).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(match (header.command, header.addresses) {
        (v2::Command::Proxy, v2::Addresses::IPv4(addresses)) => Some(addresses.source_address.into()),
        (v2::Command::Proxy, v2::Addresses::IPv6(addresses)) => Some(addresses.source_address.into()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn client(fields: &[(&'static str, &'static str)]) -> Result<String, Contradiction> {
        let proxies = TrustedProxies::parse("10.0.0.0/8, 2001:db8:ffff::/48", false).expect("a list");
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_static(value));
        }
        proxies.client(&headers, PROXY.parse().expect("an address")).map(|client| client.to_string())
    }

    #[test]
    fn the_client_is_the_last_address_that_is_not_a_trusted_proxy() {
        for (fields, expected) in [
            (&[][..], PROXY),
            (&[("x-forwarded-for", "192.0.2.7")], "192.0.2.7"),
            (&[("x-forwarded-for", "6.6.6.6, 192.0.2.7")], "192.0.2.7"),
            (&[("x-forwarded-for", "6.6.6.6, 192.0.2.7, 10.0.0.2")], "192.0.2.7"),
            (&[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "192.0.2.7:4711 , 10.0.0.2:1")], "192.0.2.7"),
            (&[("x-forwarded-for", "10.0.0.3, 10.0.0.2")], "10.0.0.3"),
            (&[("x-forwarded-for", "6.6.6.6, unknown")], PROXY),
            (&[("x-forwarded-for", "6.6.6.6, unknown, 10.0.0.2")], "10.0.0.2"),
            (&[("x-forwarded-for", "")], PROXY),
            (&[("x-forwarded-for", "::ffff:192.0.2.7")], "192.0.2.7"),
            (&[("x-forwarded-for", "[2001:db8::7]:80, 2001:db8:ffff::1")], "2001:db8::7"),
            (&[("forwarded", "for=192.0.2.7")], "192.0.2.7"),
            (&[("forwarded", "for=6.6.6.6;proto=http, proto=https; For=\"[2001:db8::7]:4711\"")], "2001:db8::7"),
            (&[("forwarded", "for=192.0.2.7;host=\"a,for=6.6.6.6\"")], "192.0.2.7"),
            (&[("forwarded", "for=192.0.2.7;host=\"a\\\",for=6.6.6.6;x=\\\"\"")], "192.0.2.7"),
            (&[("forwarded", "for=6.6.6.6, for=_hidden")], PROXY),
            (&[("forwarded", "for=6.6.6.6, by=10.0.0.1")], PROXY),
            (&[("forwarded", "for=192.0.2.7"), ("x-forwarded-for", "6.6.6.6, 192.0.2.7")], "192.0.2.7"),
        ] {
            assert_eq!(client(fields), Ok(expected.to_owned()), "{fields:?}");
        }
        let spoofed = [("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "192.0.2.7")];
        assert_eq!(client(&spoofed), Err(Contradiction));
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let trusted = |list: &str, peer: &str| {
            TrustedProxies::parse(list, false).map(|proxies| proxies.trust(peer.parse().expect("an address")))
        };
        assert_eq!(trusted("", "127.0.0.1"), Some(false));
        assert_eq!(trusted("10.0.0.1,192.168.0.0/16", "::ffff:192.168.3.4"), Some(true));
        assert_eq!(trusted("fd00::/8", "fd00::1"), Some(true));
        for list in ["proxy.internal", "10.0.0.0/33", "10.0.0.1,", "10.0.0.1:80"] {
            assert_eq!(trusted(list, "10.0.0.1"), None, "{list}");
        }
    }

    fn v2(kind: [u8; 2], addresses: &[u8]) -> Vec<u8> {
        let length = u16::try_from(addresses.len()).expect("short").to_be_bytes();
        [v2::PROTOCOL_PREFIX, &kind, &length, addresses].concat()
    }

    #[tokio::test]
    async fn a_proxy_header_is_read_in_both_versions_and_nothing_after_it() {
        let ipv4 = [192, 0, 2, 7, 10, 0, 0, 1, 0, 80, 1, 187];
        let ipv6 = [&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7][..], &[0; 20]].concat();
        for (header, expected) in [
            (b"PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n".to_vec(), Some("192.0.2.7")),
            (b"PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n".to_vec(), Some("2001:db8::7")),
            (b"PROXY UNKNOWN\r\n".to_vec(), None),
            (v2([0x21, 0x11], &ipv4), Some("192.0.2.7")),
            (v2([0x21, 0x11], &[&ipv4[..], &[4, 0, 1, 0]].concat()), Some("192.0.2.7")),
            (v2([0x21, 0x21], &ipv6), Some("2001:db8::7")),
            (v2([0x20, 0x00], &[]), None),
            (v2([0x20, 0x11], &ipv4), None),
        ] {
            let sent = [&header[..], b"GET / HTTP/1.1\r\n"].concat();
            let mut stream = sent.as_slice();
            let client = read_proxy_header(&mut stream).await.expect("a header");
            assert_eq!(client.map(|client| client.to_string()).as_deref(), expected);
            assert_eq!(stream, b"GET / HTTP/1.1\r\n");
        }
        for wrong in [
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
            b"PROXY TCP4 192.0.2.7\r\n".to_vec(),
            b"PROXY TCP4 a b c d\r\n".to_vec(),
            [&b"PROXY TCP4 "[..], &[b'1'; 200]].concat(),
            v2([0x31, 0x11], &ipv4),
            v2([0x21, 0x11], &[0; 3_000]),
            v2([0x21, 0x11], &ipv4)[..20].to_vec(),
        ] {
            assert!(read_proxy_header(&mut wrong.as_slice()).await.is_err(), "{wrong:?}");
        }
    }
}
