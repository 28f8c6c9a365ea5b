//! Calls that leave: where they may go, looked at when an endpoint is registered and again at every connection, after
//! its name was resolved. No redirects are followed and no proxy is asked.

use std::error::Error as _;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use dossier_core::caller::Environment;
use dossier_core::clock::Timestamp;
use dossier_core::webhook::{Guard, Message, Said};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(5);
/// Until an answer is there.
const TOTAL: Duration = Duration::from_secs(10);
/// How much of an answer is read, so that the connection can be used again; nobody looks at it.
const MAX_ANSWER: usize = 16 * 1_024;
/// How long that may take.
const DRAIN: Duration = Duration::from_millis(250);
/// More addresses than this a name does not need.
const MAX_ADDRESSES: usize = 32;
/// Ports at which something listens that could take a POST for a command.
const REFUSED_PORTS: &[u16] =
    &[2049, 2375, 2376, 2379, 3306, 5432, 5984, 6000, 6379, 6443, 6667, 8500, 9042, 9200, 9300, 10250, 11211, 27017];

/// Where calls may go.
pub struct Egress {
    own: Vec<SocketAddr>,
    /// Made when first needed: each holds the certificates of the system.
    sandbox: OnceLock<Option<Client>>,
    production: OnceLock<Option<Client>>,
}

impl Egress {
    /// Calls of a server that listens at these addresses itself, and is not to be made to call itself.
    #[must_use]
    pub const fn new(own: Vec<SocketAddr>) -> Self {
        Self { own, sandbox: OnceLock::new(), production: OnceLock::new() }
    }

    fn client(&self, environment: Environment) -> Option<&Client> {
        let client = match environment {
            Environment::Sandbox => &self.sandbox,
            Environment::Production => &self.production,
        };
        let make = || {
            let built = Client::builder()
                .user_agent(concat!("Dossier/", env!("CARGO_PKG_VERSION")))
                .dns_resolver(Arc::new(Guarded(environment)))
                .redirect(Policy::none())
                .no_proxy()
                .http1_only()
                .connect_timeout(CONNECT)
                .timeout(TOTAL)
                .pool_max_idle_per_host(8)
                .pool_idle_timeout(Duration::from_secs(20))
                .build();
            // Without certificates of the system there is no calling by https; everything else goes on.
            built.inspect_err(|error| tracing::error!(%error, "webhooks cannot be called")).ok()
        };
        client.get_or_init(make).as_ref()
    }

    /// Sends one delivery. Answers what was said, and how many seconds a `Retry-After` asks for.
    pub async fn send(&self, environment: Environment, message: Message, now: Timestamp) -> (Said, Option<i64>) {
        if self.refuse(&message.url, environment).is_some() {
            return (Said::Failure("address_refused"), None);
        }
        let Some(client) = self.client(environment) else { return (Said::Failure("tls"), None) };
        let mut request = client
            .post(message.url)
            .header("content-type", "application/json")
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.timestamp)
            .header("webhook-signature", message.standard);
        for (name, signature) in [("x-hmac-signature", message.contract), ("x-hmac-signature-next", message.next)] {
            if let Some(signature) = signature {
                request = request.header(name, signature);
            }
        }
        match request.body(message.body.into_exposed()).send().await {
            Ok(mut response) => {
                let status = response.status().as_u16();
                let asked = response
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
                (Said::Status(status), asked)
            }
            Err(error) => (Said::Failure(in_a_word(&error)), None),
        }
    }
}

/// Seconds, or a date; what is neither asks for nothing.
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
        if url.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Some("must be a URL without spaces, control characters and backslashes");
        }
        let Ok(parsed) = Url::parse(url) else { return Some("must be a URL") };
        match (parsed.scheme(), environment) {
            ("https", _) | ("http", Environment::Sandbox) => {}
            (_, Environment::Production) => return Some("must be an https URL"),
            (_, Environment::Sandbox) => return Some("must be an http or https URL"),
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Some("must not hold a user or password");
        }
        let port = parsed.port_or_known_default().unwrap_or(0);
        if (port < 1_024 && port != 443 && !(port == 80 && environment == Environment::Sandbox))
            || REFUSED_PORTS.contains(&port)
        {
            return Some("must not lead to this port");
        }
        let host = parsed.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let local = host.trim_end_matches('.').eq_ignore_ascii_case("localhost")
            || host.trim_end_matches('.').to_ascii_lowercase().ends_with(".localhost");
        let literal = host.parse::<IpAddr>().ok();
        if literal.is_some_and(|address| !may_be_called(address, environment))
            || (local && environment == Environment::Production)
        {
            return Some("must not lead to a private, local or reserved address");
        }
        let here = |own: &SocketAddr| {
            own.port() == port
                && (local || literal.is_some_and(|address| address.to_canonical().is_loopback() || address == own.ip()))
        };
        self.own.iter().any(here).then_some("must not lead back to this server")
    }
}

/// Resolves names, and refuses a name of which any address is refused.
struct Guarded(Environment);

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads to a private, local or reserved address")
    }
}

impl std::error::Error for Refused {}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let environment = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(judged(found, environment)?.into_iter()) as Addrs)
        })
    }
}

/// The addresses of a name, when none of them is refused: one that leads inside makes the name a trap.
fn judged(found: impl Iterator<Item = SocketAddr>, environment: Environment) -> Result<Vec<SocketAddr>, Refused> {
    let addresses: Vec<SocketAddr> = found.take(MAX_ADDRESSES).collect();
    if addresses.iter().all(|address| may_be_called(address.ip(), environment)) { Ok(addresses) } else { Err(Refused) }
}

/// Whether an address may be called. Production calls public addresses only; the sandbox those of the machine and its
/// network as well, so that developers can listen where they work, but never what answers for a cloud's metadata.
#[must_use]
pub fn may_be_called(address: IpAddr, environment: Environment) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address) || environment == Environment::Sandbox && is_near_v4(address),
        IpAddr::V6(address) => is_public_v6(address) || environment == Environment::Sandbox && is_near_v6(address),
    }
}

const fn is_near_v4(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_private()
}

const fn is_near_v6(address: Ipv6Addr) -> bool {
    address.is_loopback() || address.is_unique_local()
}

/// What the registry of special-purpose addresses (IANA) does not take out.
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

/// Global unicast (2000::/3), without what carries an IPv4 address that was not looked at (Teredo, 6to4) and without
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

    /// The forms in which an address hides, refused in production; those marked may be called from the sandbox.
    #[test]
    fn what_leads_inside_is_refused_in_every_form() {
        let guard = Egress::new(vec![SocketAddr::from(([127, 0, 0, 1], 8_080))]);
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
            assert!(guard.refuse(&url, Environment::Production).is_some(), "{url} in production");
            assert_eq!(guard.refuse(&url, Environment::Sandbox).is_none(), near, "{url} in the sandbox");
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
        for url in ["http://127.0.0.1:8080/", "http://localhost:8080/", "http://127.1:8080/v0", "http://[::1]:8080/"] {
            assert!(guard.refuse(url, Environment::Sandbox).is_some(), "{url} is this server");
        }
        assert_eq!(guard.refuse("http://127.0.0.1:3000/hook", Environment::Sandbox), None);
    }

    #[test]
    fn one_address_that_leads_inside_spoils_a_name() {
        let address = |text: &str| SocketAddr::new(text.parse().expect("an address"), 0);
        let judge = |texts: &[&str]| judged(texts.iter().map(|text| address(text)), Environment::Production);
        assert_eq!(judge(&["93.184.216.34", "2606:2800:220:1::1"]).map(|all| all.len()).ok(), Some(2));
        for trap in [&["93.184.216.34", "10.0.0.1"][..], &["127.0.0.1"], &["2606:2800:220:1::1", "::ffff:10.0.0.1"]] {
            assert!(judge(trap).is_err(), "{trap:?}");
        }
        let many = (0..1_000_u32).map(|n| SocketAddr::new(Ipv4Addr::from(0x5db8_0000 + n).into(), 0));
        assert_eq!(judged(many, Environment::Production).map(|all| all.len()).ok(), Some(MAX_ADDRESSES));
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

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_when_it_is_resolved() {
        let name = || -> Name { "localhost".parse().expect("a name") };
        let production = Guarded(Environment::Production).resolve(name()).await;
        assert!(production.is_err_and(|error| error.is::<Refused>()));
        assert!(Guarded(Environment::Sandbox).resolve(name()).await.is_ok());
    }
}
