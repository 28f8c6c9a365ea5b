//! A request as a command that repeats it. The key is a variable of the shell, and the body a file.

use dossier_core::requests::LoggedRequest;

/// The command. Parameters of the path that the log does not have stay as the documentation writes them.
#[must_use]
pub fn command(public_url: &str, request: &LoggedRequest) -> String {
    let mut lines = vec![
        format!("curl -i -X {} '{public_url}{}'", request.method, request.path()),
        "-H \"Api-Key: $DOSSIER_API_KEY\"".to_owned(),
    ];
    if request.route == "/v0/files" && request.method == "POST" {
        lines.push("-F file=@file.pdf".to_owned());
    } else if matches!(&*request.method, "POST" | "PUT" | "PATCH") {
        let media_type = if request.method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        lines.push(format!("-H 'Content-Type: {media_type}'"));
        lines.push("--data-binary @body.json".to_owned());
    }
    lines.join(" \\\n  ")
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
        let put = command("https://kyc.example.com", &request);
        let expected = "curl -i -X PUT \
            'https://kyc.example.com/v0/customers/03030303-0303-0303-0303-030303030303' \\\n  \
            -H \"Api-Key: $DOSSIER_API_KEY\" \\\n  -H 'Content-Type: application/json' \\\n  \
            --data-binary @body.json";
        assert_eq!(put, expected);
        (request.method, request.route) = ("POST".into(), "/v0/files".into());
        assert!(command("", &request).ends_with("-F file=@file.pdf"));
        request.method = "GET".into();
        assert!(!command("", &request).contains("body"));
    }
}
