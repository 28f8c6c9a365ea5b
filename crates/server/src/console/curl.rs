//! A request as a command that repeats it, as far as the log knows it. The key is a variable of the shell, the body a
//! file, and an id that the log does not have is a word in capitals.

use dossier_core::requests::LoggedRequest;

/// Operations that change something and take no body.
const WITHOUT_BODY: [&str; 3] = [
    "/v0/webhooks/{webhook_id}/enable",
    "/v0/webhooks/{webhook_id}/deliveries/{delivery_id}/resend",
    "/v0/sandbox/empty",
];
/// Operations whose body may be left out.
const OPTIONAL_BODY: [&str; 1] = ["/v0/customers/{customer_id}/kycs"];

/// Whether an operation takes a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    None,
    Optional,
    Required,
    /// A file, and what it is for.
    Form,
}

/// Whether an operation takes a body. A test compares this with the description of the API.
#[must_use]
pub fn body_of(method: &str, route: &str) -> Body {
    match method {
        "POST" if route == "/v0/files" => Body::Form,
        "POST" if WITHOUT_BODY.contains(&route) => Body::None,
        "POST" if OPTIONAL_BODY.contains(&route) => Body::Optional,
        "POST" | "PUT" | "PATCH" => Body::Required,
        _ => Body::None,
    }
}

/// The command. `None` if the path is none of the API's, because the log does not have such paths.
#[must_use]
pub fn command(public_url: &str, request: &LoggedRequest) -> Option<String> {
    let path = Some(request.path()).filter(|path| path.starts_with('/'))?;
    let path = unknown(&path).iter().fold(path.clone(), |path, name| path.replace(&format!("{{{name}}}"), &word(name)));
    // A response to HEAD has no body, for which -X would let curl wait.
    let how = if request.method == "HEAD" { "-I".to_owned() } else { format!("-i -X {}", request.method) };
    let mut lines = vec![format!("curl {how} '{public_url}{path}'"), "-H \"Api-Key: $DOSSIER_API_KEY\"".to_owned()];
    match body_of(&request.method, &request.route) {
        Body::None | Body::Optional => {}
        Body::Form => lines.push("-F file=@file.pdf".to_owned()),
        Body::Required => {
            let kind = if request.method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
            lines.push(format!("-H 'Content-Type: {kind}'"));
            lines.push("--data-binary @body.json".to_owned());
        }
    }
    Some(lines.join(" \\\n  "))
}

/// The words in the command for ids that the log does not have.
#[must_use]
pub fn words(request: &LoggedRequest) -> Vec<String> {
    unknown(&request.path()).iter().map(|name| word(name)).collect()
}

/// The parameters of a path that have no value.
fn unknown(path: &str) -> Vec<String> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// A name as a word that cannot be overlooked, and that means nothing to curl or the shell.
fn word(name: &str) -> String {
    name.to_uppercase()
}

#[cfg(test)]
mod tests {
    use dossier_core::caller::{Environment, Scope};
    use dossier_core::clock::Timestamp;
    use dossier_core::ids::{AccountId, CustomerId, KeyId};

    use super::*;

    #[test]
    fn a_command_names_the_customer_and_never_a_key() {
        let mut request = LoggedRequest {
            scope: Scope { account: AccountId::from_bytes([1; 16]), environment: Environment::Sandbox },
            at: Timestamp::from_micros(0),
            request_id: "req-1".to_owned(),
            method: "PUT".into(),
            route: "/v0/customers/{customer_id}".into(),
            status: 400,
            code: None,
            violations: Vec::new(),
            key: KeyId::from_bytes([2; 16]),
            customer: Some(CustomerId::from_bytes([3; 16])),
            file: None,
            duration_us: 0,
            trail: None,
        };
        let put = command("https://kyc.example.com", &request).expect("a command");
        let expected = "curl -i -X PUT \
            'https://kyc.example.com/v0/customers/03030303-0303-0303-0303-030303030303' \\\n  \
            -H \"Api-Key: $DOSSIER_API_KEY\" \\\n  -H 'Content-Type: application/json' \\\n  \
            --data-binary @body.json";
        assert_eq!(put, expected);
        (request.method, request.route) = ("POST".into(), "/v0/files".into());
        assert!(command("", &request).expect("a command").ends_with("-F file=@file.pdf"));
        request.method = "GET".into();
        assert!(!command("", &request).expect("a command").contains("body"));
        request.method = "HEAD".into();
        assert!(command("", &request).expect("a command").starts_with("curl -I '/v0/files'"));
        (request.method, request.route) = ("POST".into(), WITHOUT_BODY[1].into());
        let resent = command("", &request).expect("a command");
        assert!(!resent.contains("body") && !resent.contains('{'), "{resent}");
        assert!(resent.contains("'/v0/webhooks/WEBHOOK_ID/deliveries/DELIVERY_ID/resend'"), "{resent}");
        assert_eq!(words(&request), ["WEBHOOK_ID", "DELIVERY_ID"]);
        request.route = "other".into();
        assert_eq!(command("", &request), None);
    }
}
