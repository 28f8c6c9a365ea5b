//! Registrations and sign-ins with an authenticator in software, which can be told to make mistakes.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 4;
const HAS_CREDENTIAL: u8 = 0x40;
const ADA: MemberId = MemberId::from_bytes([7; 16]);

/// What an authenticator and its browser send. A test changes what is to be wrong.
struct Device {
    key: EcdsaKeyPair,
    credential_id: Vec<u8>,
    user: MemberId,
    counter: u32,
    flags: u8,
    host: &'static str,
    origin: &'static str,
    kind: Option<&'static str>,
    challenge: Option<Value>,
    is_stored: bool,
}

impl Device {
    fn new(credential_id: &[u8]) -> Self {
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"),
            credential_id: credential_id.to_vec(),
            user: ADA,
            counter: 0,
            flags: USER_PRESENT | USER_VERIFIED,
            host: "localhost",
            origin: "http://localhost:8080",
            kind: None,
            challenge: None,
            is_stored: true,
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let challenge = self.challenge.as_ref().unwrap_or(&options["challenge"]);
        let kind = self.kind.unwrap_or(kind);
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string()
    }

    fn data(&self, more_flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.host.as_bytes()).as_ref().to_vec();
        data.push(self.flags | more_flags);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    /// The response to options of a registration.
    fn create(&self, options: &Value) -> Value {
        let mut data = self.data(HAS_CREDENTIAL);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(self.credential_id.len()).expect("a short id").to_be_bytes());
        data.extend_from_slice(&self.credential_id);
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        // The public key in COSE: elliptic curve, ES256, P-256, x and y.
        for part in [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32][..], x, &[0x22, 0x58, 32], y] {
            data.extend_from_slice(part);
        }
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("short data"));
        attestation.extend_from_slice(&data);
        let id = encoded(&self.credential_id);
        let client_data = encoded(self.client_data("webauthn.create", options));
        let response = json!({ "attestationObject": encoded(attestation), "clientDataJSON": client_data });
        let (kind, extensions) = ("public-key", json!({ "credProps": { "rk": self.is_stored } }));
        json!({ "id": id, "rawId": id, "type": kind, "response": response, "clientExtensionResults": extensions })
    }

    /// The response to options of a sign-in.
    fn get(&self, options: &Value) -> Value {
        let (data, client_data) = (self.data(0), self.client_data("webauthn.get", options));
        let signed = [&data, digest(&SHA256, client_data.as_bytes()).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        let id = encoded(&self.credential_id);
        let response = json!({
            "authenticatorData": encoded(data),
            "clientDataJSON": encoded(client_data),
            "signature": encoded(signature),
            "userHandle": encoded(self.user.as_bytes()),
        });
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
    }
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn passkeys() -> Passkeys {
    Passkeys::new("http://localhost:8080").expect("a relying party")
}

/// Through JSON, as in the cookie.
fn kept<T: Serialize + serde::de::DeserializeOwned>(state: &T) -> T {
    serde_json::from_str(&serde_json::to_string(state).expect("JSON")).expect("the same")
}

fn register(device: &Device, existing: &[Value]) -> Result<Value, PasskeyError> {
    let passkeys = passkeys();
    let (options, state) = passkeys.begin_registration(ADA, "Ada", "ada@example.com", existing).expect("options");
    passkeys.finish_registration(&kept(&state), existing, &device.create(&options).to_string())
}

fn sign_in(device: &Device, credentials: &[Value]) -> Result<UsedPasskey, PasskeyError> {
    let passkeys = passkeys();
    let (options, state) = passkeys.begin_sign_in().expect("options");
    let response = Passkeys::read_sign_in(&device.get(&options).to_string())?;
    passkeys.finish_sign_in(kept(&state), &response, credentials)
}

#[test]
fn a_registered_passkey_signs_in_without_a_name() {
    let mut device = Device::new(b"a credential");
    let credential = register(&device, &[]).expect("a credential");
    let other = register(&Device::new(b"another credential"), std::slice::from_ref(&credential)).expect("another");
    assert_eq!(id(&credential), Some(encoded(b"a credential").as_str()));
    device.counter = 5;
    let used = sign_in(&device, &[other, credential.clone()]).expect("a sign-in");
    assert_eq!((used.member, Some(used.id.as_str())), (ADA, id(&credential)));
    device.counter = 6;
    let used = sign_in(&device, std::slice::from_ref(&used.credential)).expect("a sign-in with the newer credential");
    assert_eq!(sign_in(&device, &[used.credential]), Err(PasskeyError::Copied), "the same counter again");
    // Passkeys that are synchronised between devices have no counter.
    device.counter = 0;
    assert!(sign_in(&device, std::slice::from_ref(&credential)).is_ok());
}

#[test]
fn browsers_are_asked_to_store_the_passkey_and_to_verify_the_user() {
    let known = register(&Device::new(b"known"), &[]).expect("a credential");
    let (options, state) = passkeys().begin_registration(ADA, "Ada", "ada@example.com", &[known]).expect("options");
    let selection = &options["authenticatorSelection"];
    assert_eq!((&selection["residentKey"], &selection["requireResidentKey"]), (&json!("required"), &json!(true)));
    assert_eq!(selection["userVerification"], "required");
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["rp"], json!({ "name": "Dossier", "id": "localhost" }));
    let user = json!({ "id": encoded(ADA.as_bytes()), "name": "ada@example.com", "displayName": "Ada" });
    assert_eq!(options["user"], user);
    assert_eq!(options["excludeCredentials"], json!([{ "type": "public-key", "id": encoded(b"known") }]));
    assert_eq!(state.member, ADA);
    let (options, _) = passkeys().begin_sign_in().expect("options");
    assert_eq!((&options["allowCredentials"], &options["userVerification"]), (&json!([]), &json!("required")));
    assert_eq!(options["rpId"], "localhost");
}

/// A cookie of a browser has at most 4,096 bytes, and a member may have many passkeys with long ids.
#[test]
fn a_state_fits_into_a_cookie_however_many_passkeys_there_are() {
    let ids: Vec<_> = (0..20).map(|number| [number; 150]).collect();
    let existing: Vec<_> = ids.iter().map(|id| json!({ "cred": { "cred_id": encoded(id) } })).collect();
    let (_, state) = passkeys().begin_registration(ADA, "Ada", &"a".repeat(254), &existing).expect("options");
    let length = serde_json::to_string(&state).expect("JSON").len();
    assert!(length < 1_024, "{length}");
}

type Mistake = fn(&mut Device);

#[test]
fn a_registration_with_one_mistake_is_refused() {
    let mistakes: [(&str, Mistake, PasskeyError); 8] = [
        ("no verification of the user", |device| device.flags = USER_PRESENT, PasskeyError::NotVerified),
        ("no user", |device| device.flags = USER_VERIFIED, PasskeyError::NotVerified),
        ("not stored", |device| device.is_stored = false, PasskeyError::NotStored),
        ("known", |device| device.credential_id = b"known".to_vec(), PasskeyError::Duplicate),
        ("another challenge", |device| device.challenge = Some(json!(encoded([1; 32]))), PasskeyError::Invalid),
        ("another origin", |device| device.origin = "http://localhost:8081", PasskeyError::Invalid),
        ("another host", |device| device.host = "example.com", PasskeyError::Invalid),
        ("another ceremony", |device| device.kind = Some("webauthn.get"), PasskeyError::Invalid),
    ];
    let known = register(&Device::new(b"known"), &[]).expect("a credential");
    for (name, mistake, expected) in mistakes {
        let mut device = Device::new(b"new");
        mistake(&mut device);
        assert_eq!(register(&device, std::slice::from_ref(&known)), Err(expected), "{name}");
    }
    let (_, state) = passkeys().begin_registration(ADA, "Ada", "ada@example.com", &[]).expect("options");
    for malformed in ["", "{}", "[]", r#"{"id":"a","rawId":"a","type":"public-key","response":{}}"#] {
        let refused = passkeys().finish_registration(&state, &[], malformed);
        assert_eq!(refused, Err(PasskeyError::Malformed), "{malformed}");
    }
}

#[test]
fn a_sign_in_with_one_mistake_is_refused() {
    let mistakes: [(&str, Mistake, PasskeyError); 9] = [
        ("no verification of the user", |device| device.flags = USER_PRESENT, PasskeyError::NotVerified),
        ("no user", |device| device.flags = USER_VERIFIED, PasskeyError::NotVerified),
        (
            "a challenge of another sign-in",
            |device| device.challenge = Some(json!(encoded([1; 32]))),
            PasskeyError::Invalid,
        ),
        ("another port", |device| device.origin = "http://localhost:8081", PasskeyError::Invalid),
        ("a subdomain", |device| device.origin = "http://desk.localhost:8080", PasskeyError::Invalid),
        ("another host", |device| device.host = "example.com", PasskeyError::Invalid),
        ("another ceremony", |device| device.kind = Some("webauthn.create"), PasskeyError::Invalid),
        ("a removed passkey", |device| device.credential_id = b"removed".to_vec(), PasskeyError::Unknown),
        (
            "another key",
            |device| device.key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"),
            PasskeyError::Invalid,
        ),
    ];
    for (name, mistake, expected) in mistakes {
        let mut device = Device::new(b"a credential");
        let credential = register(&device, &[]).expect("a credential");
        mistake(&mut device);
        assert_eq!(sign_in(&device, &[credential]), Err(expected), "{name}");
    }
    let (options, _) = passkeys().begin_sign_in().expect("options");
    let mut nameless = Device::new(b"a credential").get(&options);
    nameless["response"]["userHandle"] = Value::Null;
    for malformed in ["", "{}", "[]", &nameless.to_string()] {
        assert!(matches!(Passkeys::read_sign_in(malformed), Err(PasskeyError::Malformed)), "{malformed}");
    }
}

#[test]
fn passkeys_belong_to_a_host_with_a_name() {
    for (url, is_good) in [
        ("https://desk.example.com", true),
        ("https://desk.example.com:8443", true),
        ("http://localhost:8080", true),
        ("http://127.0.0.1:8080", false),
        ("desk", false),
    ] {
        assert_eq!(Passkeys::new(url).is_ok(), is_good, "{url}");
    }
}
