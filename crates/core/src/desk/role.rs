//! What members may do, by their roles.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::caller::Environment;
use crate::words::words;

words! {
    /// A role of a member in one environment.
    Role {
    Viewer = "viewer": "Sees customers with masked numbers.",
    Analyst = "analyst": "Takes cases, gives verdicts, asks customers again, and proposes decisions.",
    Approver = "approver": "Confirms proposals, and decides alone where the policy allows it.",
    Developer = "developer": "Looks after keys and webhooks. Sees no personal data in production.",
    Admin = "admin": "Manages members, settings and policy.",
    Auditor = "auditor": "Reads everything, including the audit trail, and changes nothing.",
}
}

words! {
    /// Something that a member may be allowed to do.
    Permission {
    View = "view": "See customers, with masked numbers.",
    Reveal = "reveal": "See numbers in full, and evidence.",
    Work = "work": "Take cases, give verdicts, write notes, ask customers again, and propose decisions.",
    Decide = "decide": "Confirm proposals, and decide where the policy allows one person.",
    ReadTrail = "read_trail": "Read the audit trail of the account.",
    ManageMembers = "manage_members": "Invite members, change their roles, and remove them.",
    ManageKeys = "manage_keys": "Look after keys and webhooks: see, limit and revoke keys, and follow deliveries.",
    GiveAccess = "give_access": "Make keys, and say where webhooks are sent.",
}
}

impl Role {
    /// The table: whether a role allows something in an environment.
    #[must_use]
    pub const fn allows(self, permission: Permission, environment: Environment) -> bool {
        use Permission::{Decide, GiveAccess, ManageKeys, ManageMembers, ReadTrail, Reveal, View, Work};
        match self {
            Self::Viewer => matches!(permission, View),
            Self::Analyst => matches!(permission, View | Reveal | Work),
            Self::Approver => matches!(permission, View | Reveal | Work | Decide),
            Self::Developer => match environment {
                Environment::Sandbox => matches!(permission, ManageKeys | GiveAccess | View | Reveal),
                // Whoever makes a key or names a webhook's URL can read customers with it.
                Environment::Production => matches!(permission, ManageKeys),
            },
            Self::Admin => matches!(permission, ManageMembers | ManageKeys | GiveAccess),
            Self::Auditor => matches!(permission, View | Reveal | ReadTrail),
        }
    }
}

/// The roles of a member, by environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Roles {
    /// The roles in the sandbox.
    pub sandbox: BTreeSet<Role>,
    /// The roles in production.
    pub production: BTreeSet<Role>,
}

impl Roles {
    /// The same roles in both environments.
    #[must_use]
    pub fn everywhere(roles: impl IntoIterator<Item = Role>) -> Self {
        let roles: BTreeSet<_> = roles.into_iter().collect();
        Self { sandbox: roles.clone(), production: roles }
    }

    /// The roles in an environment.
    #[must_use]
    pub const fn of(&self, environment: Environment) -> &BTreeSet<Role> {
        match environment {
            Environment::Sandbox => &self.sandbox,
            Environment::Production => &self.production,
        }
    }

    /// The roles in an environment, to change them.
    pub const fn of_mut(&mut self, environment: Environment) -> &mut BTreeSet<Role> {
        match environment {
            Environment::Sandbox => &mut self.sandbox,
            Environment::Production => &mut self.production,
        }
    }

    /// Whether one of the roles allows something in an environment.
    #[must_use]
    pub fn allow(&self, permission: Permission, environment: Environment) -> bool {
        self.of(environment).iter().any(|role| role.allows(permission, environment))
    }

    /// Whether the member may manage members. An admin of either environment may, because members belong to both.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.sandbox.contains(&Role::Admin) || self.production.contains(&Role::Admin)
    }

    /// Whether there are none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sandbox.is_empty() && self.production.is_empty()
    }

    /// The same roles as a list. A role in both environments is one item.
    #[must_use]
    pub fn grants(&self) -> Vec<Grant> {
        let grant = |role: &Role| {
            let environment = match (self.sandbox.contains(role), self.production.contains(role)) {
                (true, true) => None,
                (true, false) => Some(Environment::Sandbox),
                (false, true) => Some(Environment::Production),
                (false, false) => return None,
            };
            Some(Grant { role: *role, environment })
        };
        Role::ALL.iter().filter_map(grant).collect()
    }
}

/// A role in one environment, or in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The role that is granted.
    pub role: Role,
    /// The environment. `None` for both.
    pub environment: Option<Environment>,
}

impl Grant {
    /// Reads `analyst@production`, or `analyst` for both environments.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (role, environment) = match text.split_once('@') {
            None => (text, None),
            Some((role, environment)) => (role, Some(Environment::parse(environment)?)),
        };
        Some(Self { role: Role::parse(role)?, environment })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.role.as_str())?;
        self.environment.map_or(Ok(()), |environment| write!(f, "@{environment}"))
    }
}

impl FromIterator<Grant> for Roles {
    fn from_iter<T: IntoIterator<Item = Grant>>(grants: T) -> Self {
        let mut roles = Self::default();
        for Grant { role, environment } in grants {
            for one in Environment::ALL.iter().filter(|one| environment.is_none_or(|only| only == **one)) {
                roles.of_mut(*one).insert(role);
            }
        }
        roles
    }
}

impl Permission {
    /// The roles that allow it in an environment, for a refusal that says what is missing.
    pub fn roles(self, environment: Environment) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| role.allows(self, environment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the documentation, written once more: what each role may do in production.
    #[test]
    fn the_table_of_roles_is_as_documented() {
        use Permission::{Decide, GiveAccess, ManageKeys, ManageMembers, ReadTrail, Reveal, View, Work};
        for (role, allowed) in [
            (Role::Viewer, &[View][..]),
            (Role::Analyst, &[View, Reveal, Work]),
            (Role::Approver, &[View, Reveal, Work, Decide]),
            (Role::Developer, &[ManageKeys]),
            (Role::Admin, &[ManageMembers, ManageKeys, GiveAccess]),
            (Role::Auditor, &[View, Reveal, ReadTrail]),
        ] {
            for permission in Permission::ALL {
                let expected = allowed.contains(permission);
                assert_eq!(role.allows(*permission, Environment::Production), expected, "{role:?} {permission:?}");
            }
        }
    }

    #[test]
    fn roles_are_written_with_their_environment_unless_they_count_in_both() {
        for (given, expected) in [
            (&["analyst"][..], &["analyst"][..]),
            (&["viewer@sandbox", "analyst@production"], &["viewer@sandbox", "analyst@production"]),
            (&["viewer@sandbox", "viewer@production"], &["viewer"]),
            (&["viewer", "viewer@production"], &["viewer"]),
        ] {
            let roles: Roles = given.iter().map(|text| Grant::parse(text).expect(text)).collect();
            assert_eq!(roles.grants().iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        }
        for wrong in ["", "boss", "Analyst", "analyst@", "analyst@live", "@sandbox", "analyst@sandbox@production"] {
            assert_eq!(Grant::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_developer_sees_personal_data_and_gives_access_to_it_in_the_sandbox_only() {
        let roles = Roles::everywhere([Role::Developer]);
        for permission in [Permission::View, Permission::Reveal, Permission::GiveAccess] {
            assert!(roles.allow(permission, Environment::Sandbox));
            assert!(!roles.allow(permission, Environment::Production));
        }
    }
}
