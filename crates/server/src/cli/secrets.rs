//! Detects secrets on the command line, where every user of the machine can read them while the command runs.

use std::ffi::OsString;

use dossier_core::api_key::ApiKey;

const WARNING: &str = "the command line contains a secret, and every user of this machine can read it. Pass it in a \
    variable or a file, such as DOSSIER_API_KEY or DOSSIER_DATABASE_FILE";

/// A warning if one of the arguments is a secret.
pub(super) fn warning(arguments: impl Iterator<Item = OsString>) -> Option<String> {
    let is_secret = |argument: OsString| argument.to_str().is_some_and(is_secret);
    arguments.skip(1).any(is_secret).then(|| WARNING.to_owned())
}

/// Whether an argument, or the value after its `=`, is an API key or a URL that contains a password or a token.
fn is_secret(argument: &str) -> bool {
    let value = match argument.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => value,
        _ => argument,
    };
    ApiKey::parse(value).is_some()
        || url::Url::parse(value).is_ok_and(|url| {
            let names = ["password", "token", "secret"];
            url.password().is_some() || url.query_pairs().any(|(name, _)| names.iter().any(|part| name.contains(part)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_urls_and_keys_are_secrets() {
        let key = ApiKey::generate(dossier_core::caller::Environment::Sandbox, &crate::system::SystemRandom::default());
        for (argument, secret) in [
            ("postgres://dossier:hunter2@db/dossier", true),
            ("--database=postgres://dossier:hunter2@db/dossier", true),
            ("--to=postgres://db/dossier?user=dossier&password=hunter2", true),
            (key.expose(), true),
            (&format!("--key={}", key.expose()), true),
            ("postgres://dossier@db/dossier", false),
            ("postgres://db/dossier?sslmode=verify-full", false),
            ("s3://bucket/folder", false),
            ("serve", false),
            ("--key", false),
            ("user:password", false),
        ] {
            assert_eq!(is_secret(argument), secret, "{argument}");
        }
        assert!(warning(["dossier", "serve"].into_iter().map(OsString::from)).is_none());
    }
}
