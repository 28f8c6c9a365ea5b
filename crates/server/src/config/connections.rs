//! Connections and requests at the same time, and the proxies that they come through.

use super::reader::SettingReader;
use super::units::{NUMBER, number, on_or_off};
use crate::http::clients::TrustedProxies;

/// Connections and requests at the same time, and the proxies that they come through.
#[derive(Clone)]
pub struct Connections {
    /// Connections open at the same time.
    pub most: usize,
    /// The same for each address; `None` for the default, which exempts this machine and trusted proxies.
    pub most_per_address: Option<usize>,
    /// The proxies that may say for whom they speak.
    pub trusted_proxies: TrustedProxies,
    /// Requests answered at the same time.
    pub max_requests: usize,
}

impl Connections {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let most = from.setting("max_connections", "4096", "connections open at the same time").read(number, NUMBER);
        let help = "connections of one address open at the same time; when empty 64, and no limit for this machine and \
            trusted proxies";
        let most_per_address = from.setting("max_connections_per_address", "", help).read_or_empty(number, NUMBER);
        let help = "addresses and networks of the proxies whose Forwarded or X-Forwarded-For is believed, like \
            10.0.0.0/8; none when empty";
        let proxies = from.setting("trusted_proxies", "", help).recorded().text();
        let help = "on when each connection of a trusted proxy begins with a header of the PROXY protocol";
        let protocol = from.setting("proxy_protocol", "off", help).recorded().read(on_or_off, "on or off");
        if protocol && proxies.is_empty() {
            from.wrong("proxy_protocol", "off when trusted_proxies is empty");
        }
        let trusted_proxies = TrustedProxies::parse(proxies, protocol).unwrap_or_else(|| {
            from.wrong("trusted_proxies", "a list of addresses and networks, like 10.0.0.5, 192.168.0.0/16");
            TrustedProxies::default()
        });
        let max_requests =
            from.setting("max_requests", "512", "requests answered at the same time").read(number, NUMBER);
        Self { most, most_per_address, trusted_proxies, max_requests }
    }
}
