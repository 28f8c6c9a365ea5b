//! Settings: the limits of concurrent connections and requests, and the trusted proxies.

use super::reader::SettingReader;
use super::units::{NUMBER, number, on_or_off};
use crate::http::clients::TrustedProxies;

#[derive(Clone)]
pub struct Connections {
    pub max: usize,
    /// `None` for the default, which exempts this machine and trusted proxies.
    pub max_per_address: Option<usize>,
    pub trusted_proxies: TrustedProxies,
    pub max_requests: usize,
}

impl Connections {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let help = "the maximum number of open connections";
        let max = from.setting("max_connections", "4096", help).read(number, NUMBER);
        let help = "the maximum number of open connections from one address; empty for 64, without a limit for this \
            machine and trusted proxies";
        let max_per_address = from.setting("max_connections_per_address", "", help).read_or_empty(number, NUMBER);
        let help = "the addresses and networks of proxies whose Forwarded or X-Forwarded-For header is trusted, such \
            as 10.0.0.0/8; empty for none";
        let proxies = from.setting("trusted_proxies", "", help).recorded().text();
        let help = "whether trusted proxies start each connection with a PROXY protocol header: on or off";
        let protocol = from.setting("proxy_protocol", "off", help).recorded().read(on_or_off, "on or off");
        if protocol && proxies.is_empty() {
            from.reject("proxy_protocol", "off if trusted_proxies is empty");
        }
        let trusted_proxies = TrustedProxies::parse(proxies, protocol).unwrap_or_else(|| {
            from.reject("trusted_proxies", "a list of addresses and networks, such as 10.0.0.5, 192.168.0.0/16");
            TrustedProxies::default()
        });
        let help = "the maximum number of requests that are handled at the same time";
        let max_requests = from.setting("max_requests", "512", help).read(number, NUMBER);
        Self { max, max_per_address, trusted_proxies, max_requests }
    }
}
