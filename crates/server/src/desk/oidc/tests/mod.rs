//! Sign-ins through a provider that behaves, and through one that does not.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use dossier_core::desk::{Grant, Role, Roles};
use http::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::config::desk::{RoleRule, RoleRules};
use crate::system::SystemRandom;
use provider::{Key, Provider, encoded};

mod provider;

const SECONDS: i64 = 1_800_000_000;
const NOW: Timestamp = Timestamp::from_micros(SECONDS * 1_000_000);

fn settings(provider: &Provider) -> OidcSettings {
    let grant = Grant { role: Role::Approver, environment: None };
    let rule = RoleRule { value: "leads".to_owned(), grant };
    OidcSettings {
        issuer: provider.url.clone(),
        client_id: "the desk".to_owned(),
        client_secret: Zeroizing::new("a:b c".to_owned()),
        scopes: "openid email groups".to_owned(),
        roles: Some(RoleRules { claim: "groups".to_owned(), rules: vec![rule] }),
    }
}

fn oidc(provider: &Provider) -> Oidc {
    Oidc::new(settings(provider), "https://desk.example.com").expect("a client")
}

/// What a good token says in a sign-in.
fn claims(provider: &Provider, sign_in: &ProviderSignIn) -> Value {
    json!({
        "iss": provider.url,
        "aud": "the desk",
        "sub": "7",
        "exp": SECONDS + 300,
        "iat": SECONDS,
        "nonce": sign_in.nonce,
        "email": "ada@example.com",
        "email_verified": true,
        "name": "Ada",
        "groups": ["leads"],
    })
}

fn callback(sign_in: &ProviderSignIn) -> Callback {
    Callback { state: Some(sign_in.state.clone()), code: Some("the code".to_owned()), error: None, iss: None }
}

async fn begin(oidc: &Oidc) -> (Url, ProviderSignIn) {
    oidc.begin(&SystemRandom::default(), false, NOW).await.expect("a sign-in")
}

/// Signs in with one token of a key, which the provider lists as `k`.
async fn sign_in_with(key: &Key, algorithm: &str) -> (Provider, Url, ProviderSignIn, Result<Person, OidcError>) {
    let provider = Provider::start().await;
    let oidc = oidc(&provider);
    provider.script().keys = vec![json!({ "kty": "new", "kid": "n" }), key.jwk("k")];
    let (url, sign_in) = begin(&oidc).await;
    let token = key.token(&json!({ "alg": algorithm, "kid": "k" }), &claims(&provider, &sign_in));
    provider.script().tokens = json!({ "id_token": token, "access_token": "the access token" });
    let person = oidc.finish(&sign_in, &callback(&sign_in), NOW).await;
    (provider, url, sign_in, person)
}

#[tokio::test]
async fn a_member_signs_in_with_each_allowed_algorithm() {
    let rsa = Key::rsa();
    for (key, algorithm) in [(&rsa, "RS256"), (&rsa, "PS256"), (&Key::ec(), "ES256"), (&Key::ed(), "EdDSA")] {
        let (provider, url, sign_in, person) = sign_in_with(key, algorithm).await;
        let person = person.unwrap_or_else(|error| panic!("{algorithm}: {error}"));
        assert_eq!((&person.identity.issuer, person.identity.subject.as_str()), (&provider.url, "7"));
        assert_eq!((person.name.as_deref(), person.email.as_deref()), (Some("Ada"), Some("ada@example.com")));
        assert_eq!(person.roles, Some(Roles::everywhere([Role::Approver])));
        assert!(!format!("{person:?}").contains("Ada"));

        let asked: HashMap<_, _> = url.query_pairs().into_owned().collect();
        let asked = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        assert_eq!((asked("a"), asked("response_type")), ("b", "code"));
        assert_eq!((asked("client_id"), asked("scope")), ("the desk", "openid email groups"));
        assert_eq!((asked("state"), asked("nonce")), (sign_in.state.as_str(), sign_in.nonce.as_str()));
        assert_eq!((asked("code_challenge_method"), asked("prompt")), ("S256", ""));
        let (form, _) = provider.script().asked_tokens[0].clone();
        assert_eq!(asked("code_challenge"), encoded(digest(&SHA256, form["code_verifier"].as_bytes())));
        assert_eq!((form["grant_type"].as_str(), form["code"].as_str()), ("authorization_code", "the code"));
        for redirect_uri in [asked("redirect_uri"), &form["redirect_uri"]] {
            assert_eq!(redirect_uri, "https://desk.example.com/desk/oidc/back");
        }
        assert!(provider.script().asked_user_info.is_empty(), "the token says everything");
    }
}

type Mistake = fn(&mut Value, &mut Value);

/// Each mistake in a header or in claims, and the reason that is given for the refusal.
const MISTAKES: &[(&str, &str, Mistake)] = &[
    ("its algorithm is not allowed", "RS384", |header, _| header["alg"] = json!("RS384")),
    ("its algorithm is not allowed", "ES384", |header, _| header["alg"] = json!("ES384")),
    ("its header is malformed", "none", |header, _| header["alg"] = json!("none")),
    ("its header is malformed", "no algorithm", |header, _| header["alg"] = Value::Null),
    ("its key is not for its algorithm", "ES256 with an RSA key", |header, _| header["alg"] = json!("ES256")),
    ("its key is not for its algorithm", "EdDSA with an RSA key", |header, _| header["alg"] = json!("EdDSA")),
    ("its key is not for its algorithm", "a key for encryption", |header, _| header["kid"] = json!("enc")),
    ("its key is not for its algorithm", "a key for PS256", |header, _| header["kid"] = json!("ps")),
    ("its signature is not valid", "another key", |header, _| header["kid"] = json!("other")),
    ("its signature is not valid", "a critical extension", |header, _| header["crit"] = json!(["exp"])),
    ("its key is unknown", "an unknown key", |header, _| header["kid"] = json!("unknown")),
    ("it does not say which key signed it", "no key", |header, _| header["kid"] = Value::Null),
    ("it has another issuer", "another issuer", |_, claims| claims["iss"] = json!("https://evil.example")),
    ("it has another issuer", "a slash", |_, claims| claims["iss"] = json!(format!("{}/", claims["iss"]))),
    ("it has another issuer", "a list of issuers", |_, claims| claims["iss"] = json!([claims["iss"].clone()])),
    ("it is for another client", "another audience", |_, claims| claims["aud"] = json!("another")),
    ("it is for another client", "no audience", |_, claims| claims["aud"] = Value::Null),
    ("it is for another client", "an empty audience", |_, claims| claims["aud"] = json!([])),
    ("it is for another client", "two audiences", |_, claims| claims["aud"] = json!(["the desk", "another"])),
    ("it is for another client", "another azp", |_, claims| claims["azp"] = json!("another")),
    ("it is for another client", "another azp of two", |_, claims| {
        claims["aud"] = json!(["the desk", "another"]);
        claims["azp"] = json!("another");
    }),
    ("it has expired", "expired", |_, claims| claims["exp"] = json!(SECONDS - 60)),
    ("it has expired", "no expiry", |_, claims| claims["exp"] = Value::Null),
    ("it has expired", "an expiry in text", |_, claims| claims["exp"] = json!((SECONDS + 300).to_string())),
    ("it has expired", "an expiry beyond time", |_, claims| claims["exp"] = json!(1e300)),
    ("it was issued in the future", "from the future", |_, claims| claims["iat"] = json!(SECONDS + 61)),
    ("it was issued in the future", "no moment", |_, claims| claims["iat"] = Value::Null),
    ("it is not valid yet", "later", |_, claims| claims["nbf"] = json!(SECONDS + 61)),
    ("it is not valid yet", "at no moment", |_, claims| claims["nbf"] = json!("now")),
    ("it belongs to another sign-in", "a nonce of another sign-in", |_, claims| claims["nonce"] = json!("other")),
    ("it belongs to another sign-in", "no nonce", |_, claims| claims["nonce"] = Value::Null),
    ("it names no one", "no one", |_, claims| claims["sub"] = json!("")),
    ("it names no one", "a number", |_, claims| claims["sub"] = json!(7)),
    ("it names no one", "a long subject", |_, claims| claims["sub"] = json!("x".repeat(256))),
];

#[tokio::test]
async fn a_token_with_one_mistake_is_refused() {
    let provider = Provider::start().await;
    let oidc = oidc(&provider);
    let (key, other) = (Key::rsa(), Key::rsa());
    let mut encryption = key.jwk("enc");
    encryption["use"] = json!("enc");
    let mut probabilistic = key.jwk("ps");
    probabilistic["alg"] = json!("PS256");
    provider.script().keys = vec![key.jwk("k"), other.jwk("other"), encryption, probabilistic];
    let (_, sign_in) = begin(&oidc).await;
    let finish = async |token: &str| {
        provider.script().tokens = json!({ "id_token": token });
        oidc.finish(&sign_in, &callback(&sign_in), NOW).await
    };
    let good = || (json!({ "alg": "RS256", "kid": "k" }), claims(&provider, &sign_in));
    for (expected, name, mistake) in MISTAKES {
        let (mut header, mut claims) = good();
        mistake(&mut header, &mut claims);
        let refused = finish(&key.token(&header, &claims)).await;
        assert_eq!(refused, Err(OidcError::Token(expected)), "{name}");
    }
    let (header, claims) = good();
    let token = key.token(&header, &claims);
    finish(&token).await.expect("a good token");
    let (message, signature) = token.rsplit_once('.').expect("three parts");
    let public = key.jwk("k")["n"].to_string();
    let shared =
        format!("{}.{}", encoded(r#"{"alg":"HS256","kid":"k"}"#), message.split_once('.').expect("two parts").1);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes()), shared.as_bytes());
    let none = message.split_once('.').expect("two parts").1;
    for (token, expected) in [
        (format!("{message}."), "its signature is not valid"),
        (format!("{message}.{}x", &signature[1..]), "its signature is not valid"),
        (message.to_owned(), "its header is malformed"),
        (format!("{shared}.{}", encoded(tag)), "its algorithm is not allowed"),
        (format!("{}.{none}.", encoded(r#"{"alg":"none"}"#)), "its header is malformed"),
        (String::new(), "its header is malformed"),
    ] {
        assert_eq!(finish(&token).await, Err(OidcError::Token(expected)), "{token}");
    }
}

#[tokio::test]
async fn what_is_unusual_but_right_is_accepted() {
    let cases: [(&str, Mistake); 6] = [
        ("a list of one audience", |_, claims| claims["aud"] = json!(["the desk"])),
        ("two audiences of which this one asked", |_, claims| {
            claims["aud"] = json!(["another", "the desk"]);
            claims["azp"] = json!("the desk");
        }),
        ("a clock that is late", |_, claims| claims["exp"] = json!(SECONDS - 59)),
        ("a clock that is early", |_, claims| claims["iat"] = json!(SECONDS + 60)),
        ("seconds with a fraction", |_, claims| claims["exp"] = json!(f64::from(1_800_000_300) + 0.5)),
        ("no key where there is one", |header, _| header["kid"] = Value::Null),
    ];
    let provider = Provider::start().await;
    let oidc = oidc(&provider);
    let key = Key::ec();
    provider.script().keys = vec![key.jwk("k")];
    let (_, sign_in) = begin(&oidc).await;
    for (name, change) in cases {
        let (mut header, mut claims) = (json!({ "alg": "ES256", "kid": "k" }), claims(&provider, &sign_in));
        change(&mut header, &mut claims);
        header.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        provider.script().tokens = json!({ "id_token": key.token(&header, &claims) });
        oidc.finish(&sign_in, &callback(&sign_in), NOW).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[tokio::test]
async fn an_unknown_key_makes_it_ask_again_at_most_once_a_minute() {
    let provider = Provider::start().await;
    let oidc = oidc(&provider);
    let (old, new) = (Key::ec(), Key::ed());
    provider.script().keys = vec![old.jwk("old")];
    let (_, sign_in) = begin(&oidc).await;
    let mut with_expiry = claims(&provider, &sign_in);
    with_expiry["exp"] = json!(SECONDS + 100_000);
    let finish = async |key: &Key, header: Value, seconds: i64| {
        provider.script().tokens = json!({ "id_token": key.token(&header, &with_expiry) });
        oidc.finish(&sign_in, &callback(&sign_in), NOW.plus_seconds(seconds)).await.map(|_| ())
    };
    let old_token = json!({ "alg": "ES256", "kid": "old" });
    let new_token = json!({ "alg": "EdDSA", "kid": "new" });
    assert_eq!(finish(&old, old_token.clone(), 59).await, Ok(()));
    provider.script().keys = vec![new.jwk("new")];
    for seconds in [1, 30, 59] {
        let unknown = finish(&new, new_token.clone(), seconds).await;
        assert_eq!(unknown, Err(OidcError::Token("its key is unknown")), "{seconds}");
    }
    assert_eq!(provider.script().asked_keys, 1, "within a minute after it was asked");
    assert_eq!(finish(&new, new_token.clone(), 60).await, Ok(()));
    assert_eq!(finish(&new, new_token.clone(), 3_659).await, Ok(()), "from memory");
    assert_eq!(provider.script().asked_keys, 2);
    provider.script().keys = Vec::new();
    assert_eq!(finish(&new, new_token, 3_660).await, Err(OidcError::Token("its key is unknown")), "it was withdrawn");
}

#[tokio::test]
async fn a_client_proves_itself_as_the_provider_wants() {
    let basic = Some(format!("Basic {}", STANDARD.encode("the+desk:a%3Ab+c")));
    let (id, secret) = (Some("the desk"), Some("a:b c"));
    for (methods, own_secret, in_form, in_header) in [
        (Value::Null, "a:b c", (None, None), &basic),
        (json!(["client_secret_post", "client_secret_basic"]), "a:b c", (None, None), &basic),
        (json!(["private_key_jwt", "client_secret_post"]), "a:b c", (id, secret), &None),
        (json!(["client_secret_basic"]), "", (id, None), &None),
        (json!(["none"]), "", (id, None), &None),
    ] {
        let provider = Provider::start().await;
        provider.script().document["token_endpoint_auth_methods_supported"] = methods.clone();
        let client_secret = Zeroizing::new(own_secret.to_owned());
        let settings = OidcSettings { client_secret, ..settings(&provider) };
        let oidc = Oidc::new(settings, "https://desk.example.com").expect("a client");
        let (_, sign_in) = begin(&oidc).await;
        oidc.finish(&sign_in, &callback(&sign_in), NOW).await.expect_err("no token");
        let (form, authorization) = provider.script().asked_tokens[0].clone();
        let field = |name: &str| form.get(name).map(String::as_str);
        assert_eq!((field("client_id"), field("client_secret")), in_form, "{methods}");
        assert_eq!(&authorization, in_header, "{methods}");
    }
}

type Change = fn(&mut Callback);

#[tokio::test]
async fn what_the_browser_brings_back_belongs_to_what_it_began() {
    let other_sign_in = OidcError::OtherSignIn;
    let refused = |code: &str| OidcError::Refused(code.to_owned());
    let cases: [(&str, Change, bool, OidcError); 8] = [
        ("another state", |callback| callback.state = Some("other".to_owned()), false, other_sign_in.clone()),
        ("no state", |callback| callback.state = None, false, other_sign_in.clone()),
        ("no code", |callback| callback.code = None, false, other_sign_in.clone()),
        (
            "another issuer",
            |callback| callback.iss = Some("https://evil.example".to_owned()),
            false,
            other_sign_in.clone(),
        ),
        ("no issuer, though it promised one", |_| {}, true, other_sign_in.clone()),
        (
            "an error for another state",
            |callback| (callback.state, callback.error) = (None, Some("access_denied".to_owned())),
            false,
            other_sign_in,
        ),
        ("an error", |callback| callback.error = Some("access_denied".to_owned()), false, refused("access_denied")),
        (
            "an error that is no code",
            |callback| callback.error = Some("<b>call 555-1234</b>".to_owned()),
            false,
            refused("without a known code"),
        ),
    ];
    for (name, change, names_issuer, expected) in cases {
        let provider = Provider::start().await;
        provider.script().document["authorization_response_iss_parameter_supported"] = json!(names_issuer);
        let oidc = oidc(&provider);
        let (_, sign_in) = begin(&oidc).await;
        let mut brought = callback(&sign_in);
        change(&mut brought);
        assert_eq!(oidc.finish(&sign_in, &brought, NOW).await, Err(expected), "{name}");
        assert!(provider.script().asked_tokens.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_provider_that_misbehaves_is_named_and_asked_again_later() {
    let unexpected = |text: &str| OidcError::Unexpected(text.to_owned());
    let ok = StatusCode::OK;
    for (place, status, body, expected) in [
        ("document", StatusCode::NOT_FOUND, "no", unexpected("discovery: it responded with status 404")),
        ("document", StatusCode::FOUND, "", unexpected("discovery: it responded with status 302")),
        ("document", ok, "<html>", unexpected("discovery: its response has an unexpected format")),
        ("keys", ok, "{}", unexpected("keys: its response has an unexpected format")),
        ("keys", StatusCode::INTERNAL_SERVER_ERROR, "{}", unexpected("keys: it responded with status 500")),
        ("keys", ok, &" ".repeat(300_000), unexpected("keys: its response is too large")),
    ] {
        let provider = Provider::start().await;
        let oidc = oidc(&provider);
        provider.script().instead.insert(place, (status, body.to_owned()));
        let begin = async |seconds| {
            let begun = oidc.begin(&SystemRandom::default(), false, NOW.plus_seconds(seconds)).await;
            begun.map(|_| ())
        };
        assert_eq!(begin(0).await, Err(expected.clone()));
        provider.script().instead.clear();
        assert_eq!(begin(4).await, Err(expected), "it is not asked by every request");
        assert_eq!(begin(5).await, Ok(()));
    }
    let provider = Provider::start().await;
    let settings = OidcSettings { issuer: "http://127.0.0.1:1".to_owned(), ..settings(&provider) };
    let oidc = Oidc::new(settings, "https://desk.example.com").expect("a client");
    let begun = oidc.begin(&SystemRandom::default(), false, NOW).await.map(|_| ());
    assert_eq!(begun, Err(OidcError::Unreachable));
}

#[tokio::test]
async fn a_document_that_leads_elsewhere_is_refused() {
    let another_issuer = "discovery: it names another issuer than the setting oidc_issuer";
    let no_tls = "discovery: one of its endpoints is not an https URL";
    let no_method = "discovery: it takes a secret neither in the header nor in the form";
    for (member, value, expected) in [
        ("issuer", json!("https://evil.example"), another_issuer),
        ("token_endpoint", json!("http://evil.example/token"), no_tls),
        ("jwks_uri", json!("http://10.0.0.5/keys"), no_tls),
        ("userinfo_endpoint", json!("http://169.254.169.254/"), no_tls),
        ("authorization_endpoint", json!("javascript:alert(1)"), no_tls),
        ("token_endpoint", json!("token"), "discovery: its response has an unexpected format"),
        ("token_endpoint_auth_methods_supported", json!(["private_key_jwt"]), no_method),
    ] {
        let provider = Provider::start().await;
        provider.script().document[member] = value;
        let begun = oidc(&provider).begin(&SystemRandom::default(), false, NOW).await.map(|_| ());
        assert_eq!(begun, Err(OidcError::Unexpected(expected.to_owned())), "{member}");
    }
}

#[tokio::test]
async fn what_the_token_lacks_comes_from_user_info_about_the_same_person() {
    let about = |sub: &str| json!({ "sub": sub, "email": "ada@example.com", "groups": ["leads"], "name": "Other" });
    for (lacking, info, expected) in [
        (&["email"][..], about("7"), Ok(())),
        (&["groups"], about("7"), Ok(())),
        (&["email", "groups", "email_verified"], about("7"), Ok(())),
        (&["email"], about("8"), Err("user info: it is about another person")),
        (&["email"], json!({}), Err("user info: it is about another person")),
        (&["email"], json!([]), Err("user info: its response has an unexpected format")),
    ] {
        let provider = Provider::start().await;
        let (oidc, key) = (oidc(&provider), Key::ec());
        provider.script().keys = vec![key.jwk("k")];
        let (_, sign_in) = begin(&oidc).await;
        let mut claims = claims(&provider, &sign_in);
        claims.as_object_mut().expect("an object").retain(|name, _| !lacking.contains(&name.as_str()));
        let token = key.token(&json!({ "alg": "ES256", "kid": "k" }), &claims);
        provider.script().tokens = json!({ "id_token": token, "access_token": "the access token" });
        provider.script().user_info = info;
        let person = oidc.finish(&sign_in, &callback(&sign_in), NOW).await;
        match expected {
            Ok(()) => {
                let person = person.unwrap_or_else(|error| panic!("{lacking:?}: {error}"));
                assert_eq!(person.email.as_deref(), Some("ada@example.com"), "{lacking:?}");
                assert_eq!(person.roles, Some(Roles::everywhere([Role::Approver])), "{lacking:?}");
                assert_eq!(person.name.as_deref(), Some("Ada"), "what the token says counts");
            }
            Err(expected) => assert_eq!(person, Err(OidcError::Unexpected(expected.to_owned()))),
        }
        assert_eq!(provider.script().asked_user_info, [Some("Bearer the access token".to_owned())]);
    }
}

#[tokio::test]
async fn a_fresh_sign_in_needs_a_new_authentication() {
    for (auth_time, is_fresh) in
        [(json!(SECONDS), true), (json!(SECONDS - 599), true), (json!(SECONDS - 600), false), (Value::Null, false)]
    {
        let provider = Provider::start().await;
        let (oidc, key) = (oidc(&provider), Key::ec());
        provider.script().keys = vec![key.jwk("k")];
        let (url, sign_in) = oidc.begin(&SystemRandom::default(), true, NOW).await.expect("a sign-in");
        assert!(url.query().is_some_and(|query| query.ends_with("&prompt=login&max_age=0")), "{url}");
        let mut claims = claims(&provider, &sign_in);
        claims["auth_time"] = auth_time.clone();
        provider.script().tokens = json!({ "id_token": key.token(&json!({ "alg": "ES256", "kid": "k" }), &claims) });
        let finished = oidc.finish(&sign_in, &callback(&sign_in), NOW).await.map(|_| ());
        let expected = if is_fresh { Ok(()) } else { Err(OidcError::Token("the member did not authenticate again")) };
        assert_eq!(finished, expected, "{auth_time}");
    }
}
