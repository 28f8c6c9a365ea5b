//! Outgoing calls. Where they may go is checked when an endpoint is registered, and again at every connection after its
//! name was resolved. No redirects are followed and no proxy is used.

mod names;
pub mod operator;
pub mod targets;

use std::collections::HashMap;
use std::error::Error as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dossier_core::caller::Environment;
use dossier_core::clock::Timestamp;
use dossier_core::webhook::{AttemptResult, Guard, Message};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use names::{PrivateNames, Refused, Resolver};
use targets::{Targets, is_public};

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest wait for a response.
const TOTAL: Duration = Duration::from_secs(10);
/// How much of a response is read, so that the connection can be used again. The content is ignored.
const MAX_ANSWER: usize = 16 * 1_024;
/// The longest time for reading it.
const DRAIN: Duration = Duration::from_millis(250);
/// Idle connections are closed after this time, so a name's addresses are checked again at least this often.
const POOL_IDLE: Duration = Duration::from_secs(20);
/// Ports where a service listens that could take a POST for a command.
const REFUSED_PORTS: &[u16] =
    &[2049, 2375, 2376, 2379, 3306, 5432, 5984, 6000, 6379, 6443, 6667, 8500, 9042, 9200, 9300, 10250, 11211, 27017];

/// The result of a call.
#[derive(Debug)]
pub struct Sent {
    /// The status of the response. `None` when there was none.
    pub status: Option<u16>,
    /// The `Retry-After` of the response, in seconds.
    pub retry_after: Option<i64>,
    /// What the account may know. For a private address this is only whether it accepted the call. Anything more would
    /// turn the delivery log into a scanner of the operator's network.
    pub result: AttemptResult,
}

impl Sent {
    const fn nothing(why: &'static str) -> Self {
        Self { status: None, retry_after: None, result: AttemptResult::Failure(why) }
    }
}

/// Sends calls to where they may go.
pub struct Egress {
    targets: Arc<Targets>,
    private_names: Arc<PrivateNames>,
    /// One client for each port at which special addresses are allowed, and one for the rest. Each is made when it is
    /// first needed, because it holds the certificates of the system.
    clients: Mutex<HashMap<Option<u16>, Client>>,
}

impl Egress {
    /// Calls that may reach these targets.
    #[must_use]
    pub fn new(targets: Targets) -> Self {
        Self { targets: Arc::new(targets), private_names: Arc::default(), clients: Mutex::default() }
    }

    /// The client for a port. A name is resolved without its port, so a client has to know the port that it checks for.
    fn client(&self, port: u16) -> Option<Client> {
        let special = self.targets.special(port);
        let mut clients = self.clients.lock().expect("making a client does not panic");
        if let Some(client) = clients.get(&special) {
            return Some(client.clone());
        }
        let resolver = Resolver {
            targets: Arc::clone(&self.targets),
            private_names: Arc::clone(&self.private_names),
            // Any port that is not special stands for all others.
            port: special.unwrap_or(port),
        };
        let built = Client::builder()
            .user_agent(concat!("Dossier/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(resolver))
            .redirect(Policy::none())
            .no_proxy()
            .http1_only()
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .pool_max_idle_per_host(8)
            .pool_idle_timeout(POOL_IDLE)
            .build();
        // Without the system's certificates https cannot be called. Everything else still works.
        let client = built
            .inspect_err(|error| tracing::error!(%error, "failed to set up outgoing calls; nothing will be delivered"))
            .ok()?;
        clients.insert(special, client.clone());
        Some(client)
    }

    /// Sends one delivery.
    pub async fn send(&self, environment: Environment, message: Message, now: Timestamp) -> Sent {
        let url = match self.check(&message.url, environment) {
            Ok(url) => url,
            Err(_) => return Sent::nothing("address_refused"),
        };
        let Some(client) = self.client(port_of(&url)) else { return Sent::nothing("tls") };
        let host = host_of(&url).to_owned();
        let mut request = client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.timestamp)
            .header("webhook-signature", message.standard);
        for (name, signature) in [("x-hmac-signature", message.contract), ("x-hmac-signature-next", message.next)] {
            if let Some(signature) = signature {
                request = request.header(name, signature);
            }
        }
        let sent = match request.body(message.body.into_exposed()).send().await {
            Ok(mut response) => {
                let retry_after = response
                    .headers()
                    .get("retry-after")
                    .and_then(|value| value.to_str().ok())
                    .and_then(|value| seconds(value, now));
                let drain = async {
                    let mut read = 0;
                    while let Ok(Some(chunk)) = response.chunk().await {
                        read += chunk.len();
                        if read > MAX_ANSWER {
                            break;
                        }
                    }
                };
                let _ = tokio::time::timeout(DRAIN, drain).await;
                let status = response.status().as_u16();
                Sent { status: Some(status), retry_after, result: AttemptResult::Status(status) }
            }
            Err(error) => Sent::nothing(in_a_word(&error)),
        };
        if self.is_private(&host) { withheld(sent) } else { sent }
    }

    /// Whether a host is a private address, or a name that recently led to one.
    fn is_private(&self, host: &str) -> bool {
        match host.parse::<IpAddr>() {
            Ok(address) => !is_public(address),
            Err(_) => self.private_names.contains(host),
        }
    }

    /// The URL, or why it may not be called from an environment. The addresses of a name are checked when it is
    /// resolved.
    fn check(&self, url: &str, environment: Environment) -> Result<Url, &'static str> {
        if url.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err("must be a URL without spaces, control characters and backslashes");
        }
        let Ok(url) = Url::parse(url) else { return Err("must be a URL") };
        match (url.scheme(), environment) {
            ("https", _) | ("http", Environment::Sandbox) => {}
            (_, Environment::Production) => return Err("must be an https URL"),
            (_, Environment::Sandbox) => return Err("must be an http or https URL"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user or password");
        }
        let port = port_of(&url);
        if (port < 1_024 && port != 443 && !(port == 80 && environment == Environment::Sandbox))
            || REFUSED_PORTS.contains(&port)
        {
            return Err("must not lead to this port");
        }
        let host = host_of(&url);
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) if name == "localhost" || name.ends_with(".localhost") => {
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            }
            Err(_) => Vec::new(),
        };
        if addresses.iter().all(|address| self.targets.allow(*address, port)) {
            Ok(url)
        } else {
            Err("must not lead to a private, local or reserved address, or back to this server")
        }
    }
}

/// What an account may know about a call to a private address.
fn withheld(sent: Sent) -> Sent {
    let delivered = matches!(sent.status, Some(200..=299));
    let result = AttemptResult::Failure(if delivered { "delivered" } else { "not delivered" });
    // Neither its Retry-After nor its status, except 410, which ends the calls.
    let status = sent.status.filter(|status| delivered || *status == 410);
    Sent { status, retry_after: None, result }
}

fn port_of(url: &Url) -> u16 {
    url.port_or_known_default().unwrap_or(0)
}

/// The host without the brackets of an IPv6 address.
fn host_of(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
}

/// Seconds or a date. Any other value is ignored.
fn seconds(value: &str, now: Timestamp) -> Option<i64> {
    let value = value.trim();
    value.parse().ok().or_else(|| {
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
        Some(date.as_second() - now.as_micros().div_euclid(1_000_000))
    })
}

fn in_a_word(error: &reqwest::Error) -> &'static str {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<Refused>() {
            return "address_refused";
        }
        let text = inner.to_string();
        if text.contains("certificate") || text.contains("tls") || text.contains("handshake") {
            return "tls";
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connection"
    } else {
        "broken_answer"
    }
}

impl Guard for Egress {
    fn refuse(&self, url: &str, environment: Environment) -> Option<&'static str> {
        self.check(url, environment).err()
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::targets::PrivateTargets;
    use super::*;

    const NEAR: &str = "127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7";

    fn egress(private: &str) -> Egress {
        let private = PrivateTargets::parse(private).unwrap_or_default();
        Egress::new(Targets::new(vec![SocketAddr::from(([127, 0, 0, 1], 8_080))], private))
    }

    /// The forms in which an address can hide. They are refused unless the operator names the network; the marked ones
    /// are in one.
    #[test]
    fn what_leads_inside_is_refused_in_every_form() {
        let (guard, near_guard) = (egress(""), egress(NEAR));
        for (host, near) in [
            ("127.0.0.1", true),
            ("127.255.255.254", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", true),
            ("10.255.255.255", true),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("169.254.169.254", false),
            ("172.16.0.1", true),
            ("172.31.255.255", true),
            ("192.0.0.1", false),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.1.1", true),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.1", false),
            ("203.0.113.1", false),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            // 127.0.0.1 as a number, in octal, in hexadecimal, short and mixed.
            ("2130706433", true),
            ("017700000001", true),
            ("0x7f000001", true),
            ("127.1", true),
            ("127.0.1", true),
            ("0177.0.0.1", true),
            ("0x7f.0.0.1", true),
            ("0x7f.1", true),
            ("[::]", false),
            ("[::1]", true),
            ("[0:0:0:0:0:0:0:1]", true),
            ("[::ffff:127.0.0.1]", true),
            ("[::ffff:7f00:1]", true),
            ("[0:0:0:0:0:ffff:169.254.169.254]", false),
            ("[::ffff:a9fe:a9fe]", false),
            ("[::127.0.0.1]", false),
            ("[64:ff9b::7f00:1]", false),
            ("[64:ff9b::169.254.169.254]", false),
            ("[64:ff9b:1::1]", false),
            ("[2002:7f00:1::]", false),
            ("[2002:a9fe:a9fe::1]", false),
            ("[2001:0:4136:e378:8000:63bf:3fff:fdd2]", false),
            ("[2001:2::1]", false),
            ("[2001:10::1]", false),
            ("[fc00::1]", true),
            ("[fd12:3456::1]", true),
            ("[fe80::1]", false),
            ("[febf::1]", false),
            ("[fec0::1]", false),
            ("[ff02::1]", false),
            ("[2001:db8::1]", false),
            ("[100::1]", false),
            ("localhost", true),
            ("LocalHost", true),
            ("localhost.", true),
            ("a.localhost", true),
        ] {
            let url = format!("https://{host}/hook");
            for environment in [Environment::Production, Environment::Sandbox] {
                assert!(guard.refuse(&url, environment).is_some(), "{url} in {environment:?}");
                assert_eq!(near_guard.refuse(&url, environment).is_none(), near, "{url} in {environment:?}, named");
            }
        }
        for url in [
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "gopher://example.com/",
            "unix:/run/x",
            "https://user@example.com/",
            "https://user:password@example.com/",
            "https://example.com\\@127.0.0.1/",
            "https://exa\tmple.com/",
            "https://exa\nmple.com/",
            "https://example.com:0/",
            "https://example.com:22/",
            "https://example.com:25/",
            "https://example.com:6379/",
            "https://example.com:65536/",
            "https://[fe80::1%25eth0]/",
            "https://1.2.3.4.5:x/",
            "https://",
            "example.com",
            "",
        ] {
            assert!(guard.refuse(url, Environment::Production).is_some(), "{url}");
        }
        for url in [
            "https://example.com/hook",
            "https://example.com:8443/hook?x=1",
            "https://EXAMPLE.com./",
            "https://93.184.216.34/",
            "https://[2606:2800:220:1::1]/",
            "https://xn--bcher-kva.example/",
        ] {
            assert_eq!(guard.refuse(url, Environment::Production), None, "{url}");
        }
        for url in ["http://127.0.0.1:8080/", "http://localhost:8080/", "http://127.1:8080/v0", "http://0.0.0.0:8080/"]
        {
            assert!(near_guard.refuse(url, Environment::Sandbox).is_some(), "{url} is this server");
        }
        assert_eq!(near_guard.refuse("http://127.0.0.1:3000/hook", Environment::Sandbox), None);
    }

    #[test]
    fn of_a_private_address_a_tenant_learns_only_whether_it_took_the_call() {
        for (status, shown, kept) in [
            (Some(204), "delivered", Some(204)),
            (Some(404), "not delivered", None),
            (Some(410), "not delivered", Some(410)),
            (None, "not delivered", None),
        ] {
            let result = status.map_or(AttemptResult::Failure("connection"), AttemptResult::Status);
            let told = withheld(Sent { status, retry_after: Some(9), result });
            assert_eq!((told.result, told.status, told.retry_after), (AttemptResult::Failure(shown), kept, None));
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::from_micros(1_792_569_600_000_000);
        for (value, expected) in [
            ("60", Some(60)),
            (" 60 ", Some(60)),
            ("-7", Some(-7)),
            ("Wed, 21 Oct 2026 08:01:00 GMT", Some(60)),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(seconds(value, now), expected, "{value}");
        }
    }
}
