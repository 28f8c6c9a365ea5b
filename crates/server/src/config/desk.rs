//! Settings: the URL of the desk, and the identity provider through which its members sign in.

use std::collections::BTreeSet;

use dossier_core::desk::Grant;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::reader::SettingReader;
use super::units::some;

#[derive(Clone)]
pub struct Desk {
    /// The URL of the desk, if it is set.
    pub url: Option<String>,
    /// The URL of the hosted form, if it is set.
    pub form_url: Option<String>,
    /// `None` if members do not sign in through an identity provider.
    pub oidc: Option<OidcSettings>,
}

/// The identity provider.
#[derive(Clone)]
pub struct OidcSettings {
    /// Exactly as the provider writes it.
    pub issuer: String,
    pub client_id: String,
    /// Empty if the provider knows this installation without a secret.
    pub client_secret: Zeroizing<String>,
    pub scopes: String,
    /// `None` if roles are given in Dossier.
    pub roles: Option<RoleRules>,
}

/// How the values of a claim become roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRules {
    pub claim: String,
    pub rules: Vec<RoleRule>,
}

/// The role of members for whom the claim has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    pub value: String,
    pub grant: Grant,
}

impl Desk {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let help = "the URL of the desk, to which passkeys belong; empty for http://localhost and the port of listen";
        let wanted = "https:// and a host name, or http://localhost with or without a port, and nothing after it";
        let url = from.setting("desk_url", "", help).recorded().read_or_empty(desk_url, wanted);
        let help = "the URL of the hosted form; empty for public_url";
        let wanted = "http:// or https:// and a host, and nothing after it";
        let form_url = from.setting("form_url", "", help).recorded().read_or_empty(form_url, wanted);
        Self { url, form_url, oidc: oidc(from) }
    }
}

fn oidc(from: &mut SettingReader<'_>) -> Option<OidcSettings> {
    let help = "the issuer of the identity provider (OpenID Connect) through which members sign in; empty for none";
    let issuer = from.setting("oidc_issuer", "", help).recorded().text();
    if !issuer.is_empty() && !is_issuer(issuer) {
        from.reject("oidc_issuer", "the provider's issuer: an https:// URL, or an http:// URL of this machine");
    }
    let help = "the client id of this installation at the identity provider";
    let client_id = from.setting("oidc_client_id", "", help).recorded().text();
    let help = "the client secret of this installation at the identity provider; empty if it has none";
    let client_secret = from.setting("oidc_client_secret", "", help).recorded().secret_text();
    let help = "the scopes that are requested from the identity provider. They decide what it says about a member";
    let wanted = "scopes separated by spaces, one of them openid";
    let scopes = from.setting("oidc_scopes", "openid email profile", help).recorded().read(scopes, wanted);
    let help = "the claim whose values become roles, such as groups; empty if roles are given in Dossier";
    let claim = from.setting("oidc_roles_claim", "", help).recorded().text();
    let help = "which role each value of the claim gives, in both environments or in one, such as \
        kyc-analysts=analyst, kyc-leads=approver@production";
    let text = from.setting("oidc_roles", "", help).recorded().text();
    let rules = role_rules(text);
    if !text.is_empty() && rules.is_none() {
        from.reject(
            "oidc_roles",
            "a list of value=role or value=role@environment. The roles are viewer, analyst, approver, developer, \
             admin and auditor, the environments sandbox and production",
        );
    }
    set_together(from, ("oidc_issuer", issuer), ("oidc_client_id", client_id));
    set_together(from, ("oidc_roles_claim", claim), ("oidc_roles", text));
    let roles = rules.map(|rules| RoleRules { claim: claim.to_owned(), rules });
    let (issuer, client_id) = (some(issuer)?, client_id.to_owned());
    Some(OidcSettings { issuer, client_id, client_secret, scopes, roles })
}

/// Rejects a setting that is empty although another, which needs it, is set.
fn set_together(from: &mut SettingReader<'_>, one: (&str, &str), other: (&str, &str)) {
    for ((name, value), (needed_by, needs)) in [(one, other), (other, one)] {
        if value.is_empty() && !needs.is_empty() {
            from.reject(name, &format!("set if {needed_by} is"));
        }
    }
}

/// An origin. The desk is at the root of its host, because its cookies are.
fn origin(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    (text.trim_end_matches('/') == url.origin().ascii_serialization()).then_some(url)
}

fn desk_url(text: &str) -> Option<String> {
    let url = origin(text)?;
    // Browsers allow passkeys on https and on localhost, and never at an address.
    let fits = url.domain().is_some_and(|host| url.scheme() == "https" || host == "localhost");
    fits.then(|| url.origin().ascii_serialization())
}

fn form_url(text: &str) -> Option<String> {
    Some(origin(text)?.origin().ascii_serialization())
}

fn is_issuer(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let is_plain = url.query().is_none() && url.fragment().is_none();
    is_plain && is_protected(&url) && url.username().is_empty() && url.password().is_none()
}

/// Whether what is sent to a URL is protected by TLS, or does not leave the machine.
#[must_use]
pub fn is_protected(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
}

fn scopes(text: &str) -> Option<String> {
    let scopes: BTreeSet<_> = text.split_whitespace().collect();
    let are_words = text.bytes().all(|byte| byte == b' ' || (byte.is_ascii_graphic() && !b"\"\\".contains(&byte)));
    (are_words && scopes.contains("openid")).then(|| text.to_owned())
}

fn role_rules(text: &str) -> Option<Vec<RoleRule>> {
    text.split(',').map(role_rule).collect()
}

fn role_rule(text: &str) -> Option<RoleRule> {
    let (value, role) = text.rsplit_once('=')?;
    let (value, role) = (some(value.trim())?, role.trim());
    Some(RoleRule { value, grant: Grant::parse(role)? })
}

#[cfg(test)]
mod tests {
    use dossier_core::caller::Environment;
    use dossier_core::desk::Role;

    use super::*;

    #[test]
    fn the_desk_has_a_host_name_because_passkeys_need_one() {
        for (text, expected) in [
            ("https://desk.example.com", Some("https://desk.example.com")),
            ("https://desk.example.com/", Some("https://desk.example.com")),
            ("https://desk.example.com:8443", Some("https://desk.example.com:8443")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://localhost", Some("http://localhost")),
            ("http://desk.example.com", None),
            ("http://127.0.0.1:8080", None),
            ("https://192.0.2.7", None),
            ("https://[2001:db8::1]", None),
            ("https://desk.example.com/desk", None),
            ("https://desk.example.com/?a=b", None),
            ("https://user@desk.example.com", None),
            ("desk.example.com", None),
            ("ftp://desk.example.com", None),
        ] {
            assert_eq!(desk_url(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_issuer_is_a_protected_url() {
        for (text, is_good) in [
            ("https://id.example.com", true),
            ("https://id.example.com/", true),
            ("https://id.example.com/realms/a", true),
            ("http://localhost:9400", true),
            ("http://127.0.0.1:9400", true),
            ("http://[::1]:9400", true),
            ("http://id.example.com", false),
            ("http://10.0.0.5", false),
            ("http://localhost.example.com", false),
            ("https://id.example.com/?a=b", false),
            ("https://id.example.com/#a", false),
            ("https://user:password@id.example.com", false),
            ("id.example.com", false),
        ] {
            assert_eq!(is_issuer(text), is_good, "{text}");
        }
    }

    #[test]
    fn a_value_of_the_claim_gives_a_role_in_both_environments_or_in_one() {
        let rule =
            |value: &str, role, environment| RoleRule { value: value.to_owned(), grant: Grant { role, environment } };
        for (text, expected) in [
            ("kyc-analysts=analyst", Some(vec![rule("kyc-analysts", Role::Analyst, None)])),
            (
                " KYC leads = approver@production ,kyc=viewer@sandbox",
                Some(vec![
                    rule("KYC leads", Role::Approver, Some(Environment::Production)),
                    rule("kyc", Role::Viewer, Some(Environment::Sandbox)),
                ]),
            ),
            ("cn=kyc=admin", Some(vec![rule("cn=kyc", Role::Admin, None)])),
            ("kyc=boss", None),
            ("kyc=analyst@live", None),
            ("kyc=Analyst", None),
            ("=analyst", None),
            ("analyst", None),
            ("kyc=analyst,", None),
        ] {
            assert_eq!(role_rules(text), expected, "{text}");
        }
    }
}
