//! `dossier health`: whether a server can handle requests, for the health checks of containers, which have no curl.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use async_trait::async_trait;
use clap::Args;
use reqwest::Client;
use serde_json::json;

use super::command::{Local, LocalCommand};
use crate::errors::text;

const TIMEOUT: Duration = Duration::from_secs(4);

/// Ask a running server whether it can handle requests; exit status 1 if not
#[derive(Args)]
pub struct Health {
    /// The URL of the server, or of its metrics [default: the port of metrics of this configuration, or of the API]
    #[arg(long)]
    pub(super) url: Option<String>,
}

#[async_trait(?Send)]
impl LocalCommand for Health {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let listening = &local.config.listening;
        let address = listening.metrics.map_or(listening.address, |metrics| metrics.address);
        let url = self.url.clone().unwrap_or_else(|| format!("http://{}", reachable(address)));
        let url = format!("{}/readyz", url.trim_end_matches('/'));
        let client = Client::builder().no_proxy().timeout(TIMEOUT).build().map_err(text)?;
        let status = client.get(&url).send().await.map_err(|_| format!("{url} does not respond"))?.status();
        if !status.is_success() {
            return Err(format!("{url} responds with {}", status.as_u16()));
        }
        local.output.line(&json!({ "status": "ready" }), "ready");
        Ok(ExitCode::SUCCESS)
    }
}

/// The address at which a server that listens on all addresses is reached from the same machine.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(all) if all.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, all.port()).into(),
        SocketAddr::V6(all) if all.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, all.port()).into(),
        named => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_are_reached_at_loopback() {
        let cases = [("0.0.0.0:1", "127.0.0.1:1"), ("[::]:2", "[::1]:2"), ("10.0.0.5:3", "10.0.0.5:3")];
        for (listens, reached) in cases {
            assert_eq!(reachable(listens.parse().expect("an address")).to_string(), reached);
        }
    }
}
