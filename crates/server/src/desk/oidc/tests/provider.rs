//! A small identity provider for tests, which says what a test tells it to say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(super) enum Key {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Key {
    pub(super) fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    pub(super) fn ec() -> Self {
        Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    pub(super) fn ed() -> Self {
        Self::Ed(Ed25519KeyPair::generate().expect("a key"))
    }

    /// The public key with a name, as the provider lists it.
    pub(super) fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Rsa(key) => {
                let [modulus, exponent] = rsa_components(key.public_key().as_ref());
                json!({ "kid": kid, "kty": "RSA", "n": encoded(modulus), "e": encoded(exponent) })
            }
            Self::Ec(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({ "kid": kid, "kty": "EC", "crv": "P-256", "x": encoded(x), "y": encoded(y) })
            }
            Self::Ed(key) => json!({ "kid": kid, "kty": "OKP", "crv": "Ed25519", "x": encoded(key.public_key()) }),
        }
    }

    pub(super) fn token(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        let (random, bytes) = (SystemRandom::new(), message.as_bytes());
        let signature = match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                let padding = if header["alg"] == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                key.sign(padding, &random, bytes, &mut signature).expect("a signature");
                signature
            }
            Self::Ec(key) => key.sign(&random, bytes).expect("a signature").as_ref().to_vec(),
            Self::Ed(key) => key.sign(bytes).as_ref().to_vec(),
        };
        format!("{message}.{}", encoded(signature))
    }
}

pub(super) fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Modulus and exponent of a DER sequence of both. Each has a length of two bytes or of one.
fn rsa_components(der: &[u8]) -> [&[u8]; 2] {
    let (content, _) = element(der);
    let (modulus, rest) = element(content);
    let (exponent, _) = element(rest);
    [modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent]
}

/// The content of the first element, and what follows it.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let (length, from) = match der[1] {
        short @ 0..=0x7f => (usize::from(short), 2),
        0x81 => (usize::from(der[2]), 3),
        _ => (usize::from(u16::from_be_bytes([der[2], der[3]])), 4),
    };
    der[from..].split_at(length)
}

/// What the provider says next, and what it was asked.
pub(super) struct Script {
    pub(super) document: Value,
    pub(super) keys: Vec<Value>,
    pub(super) tokens: Value,
    pub(super) user_info: Value,
    /// The bodies and `Authorization` headers of requests for tokens.
    pub(super) asked_tokens: Vec<(HashMap<String, String>, Option<String>)>,
    pub(super) asked_keys: usize,
    pub(super) asked_user_info: Vec<Option<String>>,
    /// Responses in place of the usual ones, by path.
    pub(super) instead: HashMap<&'static str, (StatusCode, String)>,
}

type Shared = Arc<Mutex<Script>>;

pub(super) struct Provider {
    pub(super) url: String,
    script: Shared,
}

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let document = json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize?a=b"),
            "token_endpoint": format!("{url}/token"),
            "jwks_uri": format!("{url}/keys"),
            "userinfo_endpoint": format!("{url}/user"),
        });
        let script = Arc::new(Mutex::new(Script {
            document,
            keys: Vec::new(),
            tokens: json!({}),
            user_info: json!({}),
            asked_tokens: Vec::new(),
            asked_keys: 0,
            asked_user_info: Vec::new(),
            instead: HashMap::new(),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(document_of))
            .route("/keys", get(keys))
            .route("/token", post(tokens))
            .route("/user", get(user_info))
            .with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, script }
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().expect("no test panics with it")
    }
}

fn response(script: &Script, path: &'static str, usual: &Value) -> Response {
    match script.instead.get(path) {
        Some((status, body)) => (*status, [(header::LOCATION, "/elsewhere")], body.clone()).into_response(),
        None => Json(usual.clone()).into_response(),
    }
}

async fn document_of(State(script): State<Shared>) -> Response {
    let script = script.lock().expect("no test panics with it");
    response(&script, "document", &script.document)
}

async fn keys(State(script): State<Shared>) -> Response {
    let mut script = script.lock().expect("no test panics with it");
    script.asked_keys += 1;
    response(&script, "keys", &json!({ "keys": script.keys }))
}

async fn tokens(State(script): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let mut script = script.lock().expect("no test panics with it");
    let form = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    script.asked_tokens.push((form, authorization(&headers)));
    response(&script, "token", &script.tokens)
}

async fn user_info(State(script): State<Shared>, headers: HeaderMap) -> Response {
    let mut script = script.lock().expect("no test panics with it");
    script.asked_user_info.push(authorization(&headers));
    response(&script, "user", &script.user_info)
}

fn authorization(headers: &HeaderMap) -> Option<String> {
    headers.get(header::AUTHORIZATION).map(|value| value.to_str().expect("ASCII").to_owned())
}
