//! Where the server listens, and how it ends.

use std::net::SocketAddr;
use std::time::Duration;

use super::reader::SettingReader;
use super::setting::Source;
use super::units::{NUMBER, number, socket_address, some};

const ADDRESS: &str = "an address and port, like 127.0.0.1:8080, localhost:8080 or 8080";

/// Where the server listens.
#[derive(Debug, Clone)]
pub struct Listening {
    /// The API.
    pub address: SocketAddr,
    /// Metrics and health, when wanted.
    pub metrics: Option<MetricsListen>,
    /// The URL under which clients reach the API.
    pub public_url: Option<String>,
}

/// The port of metrics and health.
#[derive(Debug, Clone, Copy)]
pub struct MetricsListen {
    /// The address.
    pub address: SocketAddr,
    /// Whether it was set; a default that is taken gives way to a free port.
    pub chosen: bool,
}

impl Listening {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let address =
            from.setting("listen", "127.0.0.1:8080", "address and port of the API").read(socket_address, ADDRESS);
        let help = "address and port of metrics and health; off turns them off";
        let metrics = from.setting("metrics_listen", "127.0.0.1:9464", help);
        let chosen = metrics.source() != Source::Default;
        let read = |text: &str| match text {
            "off" => Some(None),
            text => socket_address(text).map(|address| Some(MetricsListen { address, chosen })),
        };
        let metrics = metrics.read(read, ADDRESS);
        let help = "the URL under which clients reach the API; from listen when empty";
        let public_url = from.setting("public_url", "", help).recorded().text().trim_end_matches('/');
        if !public_url.is_empty() && !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            from.wrong("public_url", "a URL that begins with http:// or https://");
        }
        Self { address, metrics, public_url: some(public_url) }
    }
}

/// How long accepted requests may take to finish.
pub(super) fn shutdown(from: &mut SettingReader<'_>) -> Duration {
    let help = "how long accepted requests may take to finish after SIGTERM";
    Duration::from_secs(from.setting("shutdown_seconds", "25", help).read(number, NUMBER) as u64)
}
