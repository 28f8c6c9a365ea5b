//! Parsers of values that several sections have.

use std::net::SocketAddr;

pub(super) const NUMBER: &str = "a whole number from 1 to 1000000";

pub(super) fn number(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| (1..=1_000_000).contains(number))
}

pub(super) fn on_or_off(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// The text, unless it is empty.
pub(super) fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// `250ms`, `90s`, `30m`, `12h` or `7d`, in milliseconds.
pub(super) fn millis(text: &str) -> Option<i64> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    i64::try_from(amount(text.trim(), &units)?).ok()
}

/// An address and port. Without an address, or with `localhost`, the address is 127.0.0.1.
pub(super) fn socket_address(text: &str) -> Option<SocketAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let port = text.strip_prefix("localhost").unwrap_or(text);
    let port = port.strip_prefix(':').or(Some(port).filter(|_| !text.starts_with("localhost")))?;
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    Some(SocketAddr::from(([127, 0, 0, 1], port.parse().ok().filter(|_| is_number)?)))
}

/// `512KiB`, `64MiB`, `4GiB` or `1TiB`, in bytes.
pub(super) fn bytes(text: &str) -> Option<u64> {
    amount(text, &[("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)])
}

/// A whole number directly followed by a unit.
pub(crate) fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (number, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let (_, size) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_only_a_port_or_name_localhost() {
        for (text, expected) in [
            ("0.0.0.0:80", Some("0.0.0.0:80")),
            ("[::1]:8080", Some("[::1]:8080")),
            ("localhost:8080", Some("127.0.0.1:8080")),
            (":8080", Some("127.0.0.1:8080")),
            ("8080", Some("127.0.0.1:8080")),
            ("localhost", None),
            ("localhost8080", None),
            ("+80", None),
            ("80000", None),
            ("example.com:80", None),
            ("", None),
        ] {
            assert_eq!(socket_address(text).map(|address| address.to_string()).as_deref(), expected, "{text}");
        }
    }
}
