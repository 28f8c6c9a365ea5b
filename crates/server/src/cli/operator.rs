//! The name of the operator in the audit trail.

use dossier_core::caller::OperatorName;

/// The variables that hold the login name. `SUDO_USER` is first, because `sudo -u dossier` sets the other two to the
/// service's user.
const LOGIN: [&str; 3] = ["SUDO_USER", "LOGNAME", "USER"];

/// Parses the value of `--as`.
pub(super) fn name(text: &str) -> Result<OperatorName, String> {
    OperatorName::new(text).map_err(|error| error.to_string())
}

/// The login name. It may come from the environment, because anyone who can run commands can also choose a name.
pub(super) fn login() -> OperatorName {
    let user = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    login_of(|name| std::env::var(name).ok(), &users, user)
}

fn login_of(variable: impl Fn(&str) -> Option<String>, users: &str, user: u32) -> OperatorName {
    let named = LOGIN.iter().filter_map(|name| variable(name)).find_map(|text| OperatorName::new(&text).ok());
    let listed = || {
        let is_user = |line: &&str| line.split(':').nth(2).is_some_and(|id| id == user.to_string());
        let line = users.lines().find(is_user)?;
        OperatorName::new(line.split(':').next()?).ok()
    };
    named.or_else(listed).unwrap_or_else(|| OperatorName::new(&format!("uid {user}")).expect("a short name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_of_sudo_takes_precedence_over_the_service_user() {
        let users = "root:x:0:0::/root:/bin/sh\ndossier:x:999:999::/var/lib/dossier:/bin/false\n";
        for (variables, user, name) in [
            (&[("SUDO_USER", "ada"), ("LOGNAME", "dossier"), ("USER", "dossier")][..], 999, "ada"),
            (&[("LOGNAME", "bob"), ("USER", "robert")], 1_000, "bob"),
            (&[("LOGNAME", ""), ("USER", "robert")], 1_000, "robert"),
            (&[("USER", "a\nb")], 999, "dossier"),
            (&[], 0, "root"),
            (&[], 1_234, "uid 1234"),
        ] {
            let variable =
                |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(login_of(variable, users, user).as_str(), name);
        }
    }
}
