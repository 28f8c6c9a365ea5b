//! What a browser keeps between the two requests of a sign-in or a registration: a sealed cookie that lives for ten
//! minutes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dossier_core::clock::Timestamp;
use dossier_core::words;
use dossier_store::vault::Tickets;
use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::cookie::{cookie, host_name, set};

/// How long a member may take to sign in or to add a passkey, in seconds.
const SECONDS: i64 = 10 * 60;

words! {
    /// What was begun. A cookie of one purpose is worth nothing for another.
    Purpose {
        /// A sign-in with a passkey.
        SignIn = "sign-in",
        /// The registration of a passkey.
        NewPasskey = "new-passkey",
        /// A sign-in through the identity provider.
        Provider = "provider",
    }
}

/// Gives browsers the state of what they begin, and takes it back.
pub struct Challenges<'a> {
    pub tickets: &'a Tickets,
    pub desk_url: &'a str,
}

impl Challenges<'_> {
    /// The header with which a browser keeps a state.
    pub fn begin(&self, purpose: Purpose, state: &impl Serialize, now: Timestamp) -> HeaderValue {
        let content = serde_json::to_vec(state).expect("a state has string keys only");
        let ticket = self.tickets.seal(purpose.as_str(), now.plus_seconds(SECONDS), &content);
        set(self.desk_url, &self.name(purpose), &URL_SAFE_NO_PAD.encode(ticket), SECONDS)
    }

    /// The state that a browser kept. `None` if there is none, or if it is too old.
    #[must_use]
    pub fn take<T: DeserializeOwned>(&self, purpose: Purpose, headers: &HeaderMap, now: Timestamp) -> Option<T> {
        let ticket = URL_SAFE_NO_PAD.decode(cookie(headers, &self.name(purpose))?).ok()?;
        let content = self.tickets.open(purpose.as_str(), now, &ticket)?;
        serde_json::from_slice(&content).ok()
    }

    /// The header that ends what was begun, whether it succeeded or not.
    #[must_use]
    pub fn end(&self, purpose: Purpose) -> HeaderValue {
        set(self.desk_url, &self.name(purpose), "", 0)
    }

    fn name(&self, purpose: Purpose) -> String {
        host_name(self.desk_url, &format!("dossier-{}", purpose.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use dossier_store::vault::SecretKey;
    use http::header;

    use super::*;

    /// What a browser sends back of a header that sets a cookie.
    fn sent_back(set: &HeaderValue) -> HeaderMap {
        let (pair, _) = set.to_str().expect("ASCII").split_once(';').expect("attributes");
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).expect("a cookie"))])
    }

    #[test]
    fn a_state_comes_back_for_its_purpose_within_ten_minutes() {
        let (tickets, now) = (Tickets::new(SecretKey::random()), Timestamp::from_micros(0));
        let challenges = Challenges { tickets: &tickets, desk_url: "https://desk.example.com" };
        let headers = sent_back(&challenges.begin(Purpose::SignIn, &"state", now));
        let taken = |purpose, at| challenges.take::<String>(purpose, &headers, now.plus_seconds(at));
        assert_eq!(taken(Purpose::SignIn, 599).as_deref(), Some("state"));
        assert_eq!(taken(Purpose::SignIn, 600), None);
        assert_eq!(taken(Purpose::NewPasskey, 0), None);
        let renamed = |name: &str| {
            let text = headers[header::COOKIE].to_str().expect("ASCII").replace("-sign-in=", name);
            HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&text).expect("a cookie"))])
        };
        assert_eq!(challenges.take::<String>(Purpose::Provider, &renamed("-provider="), now), None);
        assert_eq!(challenges.take::<String>(Purpose::SignIn, &HeaderMap::new(), now), None);
    }

    #[test]
    fn over_tls_only_the_host_of_the_desk_sets_the_cookie() {
        let tickets = Tickets::new(SecretKey::random());
        for (desk_url, begins, is_secure) in [
            ("https://desk.example.com", "__Host-dossier-provider=", true),
            ("http://localhost:8080", "dossier-provider=", false),
        ] {
            let challenges = Challenges { tickets: &tickets, desk_url };
            for set in
                [challenges.begin(Purpose::Provider, &(), Timestamp::from_micros(0)), challenges.end(Purpose::Provider)]
            {
                let text = set.to_str().expect("ASCII");
                assert!(text.starts_with(begins) && text.contains("; Path=/; "), "{text}");
                assert!(text.contains("; HttpOnly; SameSite=Lax") && !text.contains("Domain"), "{text}");
                assert_eq!(text.ends_with("; Secure"), is_secure, "{text}");
                assert!(set.is_sensitive());
            }
        }
    }
}
