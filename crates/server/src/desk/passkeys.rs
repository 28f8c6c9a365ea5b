//! Passkeys: how they are added and how members sign in with them. The ceremonies are WebAuthn's; `webauthn-rs` checks
//! what browsers send.

use dossier_core::ids::MemberId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Webauthn, WebauthnBuilder, WebauthnError,
};

/// The name of the service, as a browser shows it when it asks for a passkey.
const SERVICE: &str = "Dossier";

/// The desk as a relying party of passkeys.
pub struct Passkeys(Webauthn);

/// The state of a registration between the two requests of a browser.
#[derive(Serialize, Deserialize)]
pub struct Registration {
    /// Whose passkey it will be.
    pub member: MemberId,
    state: PasskeyRegistration,
}

/// The state of a sign-in between the two requests of a browser.
#[derive(Serialize, Deserialize)]
pub struct PasskeySignIn(DiscoverableAuthentication);

/// A passkey that was just used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedPasskey {
    pub member: MemberId,
    /// See [`id`].
    pub id: String,
    /// The credential to keep from now on, with its counter.
    pub credential: Value,
}

/// Why a passkey is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// Its response is not what a browser sends.
    #[error("the response of the passkey is malformed")]
    Malformed,
    /// The member has this passkey already.
    #[error("the member already has this passkey")]
    Duplicate,
    /// It cannot be used without a user name, which the desk does not ask for.
    #[error("the device did not store the passkey")]
    NotStored,
    /// No member has it, or its member has removed it.
    #[error("no member has this passkey")]
    Unknown,
    /// The device did not check who used it.
    #[error("the device did not verify its user")]
    NotVerified,
    /// Its counter went back: there are two copies of a key that cannot be copied.
    #[error("the passkey may have been copied")]
    Copied,
    /// Its signature, challenge or origin is wrong.
    #[error("the response of the passkey is not valid")]
    Invalid,
}

impl From<WebauthnError> for PasskeyError {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::UserNotVerified | WebauthnError::UserNotPresent => Self::NotVerified,
            WebauthnError::CredentialPossibleCompromise => Self::Copied,
            WebauthnError::CredentialNotFound | WebauthnError::InvalidUserUniqueId => Self::Unknown,
            _ => Self::Invalid,
        }
    }
}

impl Passkeys {
    /// For a desk at a URL, as the settings have it. Passkeys belong to its host for ever.
    pub fn new(desk_url: &str) -> Result<Self, String> {
        let failed = |why: &str| format!("desk_url: passkeys cannot belong to it: {why}");
        let url = Url::parse(desk_url).map_err(|error| failed(&error.to_string()))?;
        let host = url.domain().ok_or_else(|| failed("it has no host name"))?;
        let builder = WebauthnBuilder::new(host, &url).map_err(|error| failed(&error.to_string()))?;
        Ok(Self(builder.rp_name(SERVICE).build().map_err(|error| failed(&error.to_string()))?))
    }

    /// Begins the registration of a passkey. Returns the options for `navigator.credentials.create`, and the state.
    pub fn begin_registration(
        &self,
        member: MemberId,
        name: &str,
        email: &str,
        existing: &[Value],
    ) -> Result<(Value, Registration), PasskeyError> {
        let (options, state) =
            self.0.start_passkey_registration(Uuid::from_bytes(*member.as_bytes()), email, name, None)?;
        let mut options = serde_json::to_value(&options.public_key).map_err(|_| PasskeyError::Invalid)?;
        // The library offers this only for attested devices. It checks nothing of it in the end, because no device
        // proves it.
        options["authenticatorSelection"]["residentKey"] = json!("required");
        options["authenticatorSelection"]["requireResidentKey"] = json!(true);
        // Not through the library, which would make them part of the state, and the state has to fit into a cookie.
        let exclude = existing.iter().filter_map(id).map(|id| json!({ "type": "public-key", "id": id }));
        options["excludeCredentials"] = exclude.collect();
        Ok((options, Registration { member, state }))
    }

    /// Ends a registration. Returns the credential to keep.
    pub fn finish_registration(
        &self,
        registration: &Registration,
        existing: &[Value],
        response: &str,
    ) -> Result<Value, PasskeyError> {
        let response: RegisterPublicKeyCredential =
            serde_json::from_str(response).map_err(|_| PasskeyError::Malformed)?;
        let is_stored = response.extensions.cred_props.as_ref().and_then(|properties| properties.rk);
        if is_stored == Some(false) {
            return Err(PasskeyError::NotStored);
        }
        let passkey = self.0.finish_passkey_registration(&response, &registration.state)?;
        let credential = serde_json::to_value(&passkey).map_err(|_| PasskeyError::Invalid)?;
        let is_known = existing.iter().any(|known| id(known) == id(&credential));
        if is_known { Err(PasskeyError::Duplicate) } else { Ok(credential) }
    }

    /// Begins a sign-in. Returns the options for `navigator.credentials.get`, and the state. No name is typed: the
    /// device offers the passkeys that it has for the desk.
    pub fn begin_sign_in(&self) -> Result<(Value, PasskeySignIn), PasskeyError> {
        let (options, state) = self.0.start_discoverable_authentication()?;
        // Without `mediation`, which would let the browser wait for a click into a field for names.
        let options = serde_json::to_value(&options.public_key).map_err(|_| PasskeyError::Invalid)?;
        Ok((options, PasskeySignIn(state)))
    }

    /// Reads the response of a browser. Whom it names is not proven yet.
    pub fn read_sign_in(response: &str) -> Result<SignInResponse, PasskeyError> {
        let response: PublicKeyCredential = serde_json::from_str(response).map_err(|_| PasskeyError::Malformed)?;
        let member = response.get_user_unique_id().and_then(|handle| handle.try_into().ok()).map(MemberId::from_bytes);
        Ok(SignInResponse { member: member.ok_or(PasskeyError::Malformed)?, response })
    }

    /// Ends a sign-in with the credentials of the member that the response names.
    pub fn finish_sign_in(
        &self,
        sign_in: PasskeySignIn,
        response: &SignInResponse,
        credentials: &[Value],
    ) -> Result<UsedPasskey, PasskeyError> {
        let passkeys = credentials.iter().filter_map(|credential| Passkey::deserialize(credential).ok());
        let is_used = |passkey: &Passkey| passkey.cred_id().as_slice() == response.response.get_credential_id();
        let mut passkey = { passkeys }.find(is_used).ok_or(PasskeyError::Unknown)?;
        let result = self.0.finish_discoverable_authentication_v2(&response.response, sign_in.0, &passkey)?;
        passkey.update_credential(&result);
        let credential = serde_json::to_value(&passkey).map_err(|_| PasskeyError::Invalid)?;
        let id = id(&credential).ok_or(PasskeyError::Invalid)?.to_owned();
        Ok(UsedPasskey { member: response.member, id, credential })
    }
}

/// The response of a browser to the options of a sign-in.
pub struct SignInResponse {
    /// The member whom it names.
    pub member: MemberId,
    response: PublicKeyCredential,
}

/// The id of a credential: base64url, as browsers write it.
#[must_use]
pub fn id(credential: &Value) -> Option<&str> {
    credential["cred"]["cred_id"].as_str()
}

#[cfg(test)]
mod tests;
