//! Settings: the addresses of the server, and how it stops.

use std::net::SocketAddr;
use std::time::Duration;

use super::reader::SettingReader;
use super::setting::Source;
use super::units::{NUMBER, number, socket_address, some};

const ADDRESS: &str = "an address and port, such as 127.0.0.1:8080, localhost:8080 or 8080";

#[derive(Debug, Clone)]
pub struct Listening {
    /// The address of the API.
    pub address: SocketAddr,
    /// The address of metrics and health checks; `None` if they are off.
    pub metrics: Option<MetricsListen>,
    /// The URL at which clients reach the API.
    pub public_url: Option<String>,
}

/// The address of metrics and health checks.
#[derive(Debug, Clone, Copy)]
pub struct MetricsListen {
    pub address: SocketAddr,
    /// Whether it was set. If the default is in use by another process, a free port is used instead.
    pub is_set: bool,
}

impl Listening {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let help = "the address and port of the API";
        let address = from.setting("listen", "127.0.0.1:8080", help).read(socket_address, ADDRESS);
        let help = "the address and port of metrics and health checks, or off";
        let metrics = from.setting("metrics_listen", "127.0.0.1:9464", help);
        let is_set = metrics.source() != Source::Default;
        let metrics = metrics.read_or_off(socket_address, ADDRESS).map(|address| MetricsListen { address, is_set });
        let help = "the URL at which clients reach the API; empty for http:// and the address of the API";
        let public_url = from.setting("public_url", "", help).recorded().text().trim_end_matches('/');
        if !public_url.is_empty() && !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            from.reject("public_url", "a URL that begins with http:// or https://");
        }
        Self { address, metrics, public_url: some(public_url) }
    }
}

/// How long the server waits for accepted requests when it stops.
pub(super) fn shutdown(from: &mut SettingReader<'_>) -> Duration {
    let help = "how many seconds the server waits for accepted requests after SIGTERM";
    Duration::from_secs(from.setting("shutdown_seconds", "25", help).read(number, NUMBER) as u64)
}
