//! The URL of the database: which settings it may contain, and which part of it is shown.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{CONNECT, CONNECTIONS, DEADLINE, READERS};

/// The address of the database, and how to connect to it.
pub(super) struct Address {
    pub(super) config: tokio_postgres::Config,
    pub(super) tls: MakeRustlsConnect,
    pub(super) prepared: bool,
    pub(super) connections: usize,
    /// Hosts and name, for people, without user and password.
    pub(super) shown: String,
    pub(super) name: String,
}

impl Address {
    pub(super) fn read(url: &str) -> Result<Self, String> {
        let UrlSettings { url, prepared, connections, roots, tls_chosen } = read_url(url)?;
        // The message of the library could quote the password.
        let config = tokio_postgres::Config::from_str(&url);
        let mut config = config.map_err(|_| "it must be postgres://user:password@host:port/name")?;
        // Otherwise the end of the password would be mistaken for the start of the host, and shown with it.
        if config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(name) if name.contains('@'))) {
            return Err("write an @ in the user or the password as %40".into());
        }
        if !tls_chosen && !config.get_hosts().iter().all(is_local) {
            config.ssl_mode(SslMode::Require);
        }
        let name = config.get_dbname().or(config.get_user()).unwrap_or_default().to_owned();
        let shown = format!("{}/{name}", hosts(&config));
        config.application_name("dossier").connect_timeout(CONNECT).tcp_user_timeout(DEADLINE);
        config.keepalives_idle(Duration::from_secs(30));
        let tls = tls(roots.as_deref().map(Path::new))?;
        Ok(Self { config, tls, prepared, connections, shown, name })
    }
}

/// The parts of the URL that tokio-postgres does not know.
struct UrlSettings {
    url: String,
    prepared: bool,
    connections: usize,
    roots: Option<String>,
    tls_chosen: bool,
}

fn read_url(url: &str) -> Result<UrlSettings, String> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut settings =
        UrlSettings { url: base.to_owned(), prepared: true, connections: CONNECTIONS, roots: None, tls_chosen: false };
    let mut separator = '?';
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (name, value) {
            ("prepared", "on" | "off") => settings.prepared = value == "on",
            ("prepared", _) => return Err("prepared must be on or off".into()),
            ("connections", _) => {
                let number = value.parse().ok().filter(|number| (READERS + 4..=1_000).contains(number));
                settings.connections = number.ok_or_else(|| format!("connections must be {} to 1000", READERS + 4))?;
            }
            ("sslrootcert", path) => settings.roots = Some(path.to_owned()),
            _ => {
                settings.tls_chosen |= name == "sslmode";
                // Certificates are always verified here.
                let pair = if name == "sslmode" && value.starts_with("verify") { "sslmode=require" } else { pair };
                settings.url.push(separator);
                settings.url.push_str(pair);
                separator = '&';
            }
        }
    }
    Ok(settings)
}

fn hosts(config: &tokio_postgres::Config) -> String {
    let ports = config.get_ports();
    let shown = |(place, host): (usize, &Host)| {
        let port = ports.get(place).or(ports.first()).filter(|port| **port != 5432);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        match host {
            Host::Tcp(name) => format!("{name}{port}"),
            Host::Unix(path) => format!("{}{port}", path.display()),
        }
    };
    config.get_hosts().iter().enumerate().map(shown).collect::<Vec<_>>().join(",")
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

fn tls(roots: Option<&Path>) -> Result<MakeRustlsConnect, String> {
    let mut store = rustls::RootCertStore::empty();
    match roots {
        Some(path) => {
            let certificates = CertificateDer::pem_file_iter(path).map_err(|error| format!("sslrootcert: {error}"))?;
            for certificate in certificates {
                let added = certificate.map_err(|error| error.to_string());
                added
                    .and_then(|one| store.add(one).map_err(|error| error.to_string()))
                    .map_err(|error| format!("sslrootcert: {error}"))?;
            }
        }
        None => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
