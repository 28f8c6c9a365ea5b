//! What an admin entered about a member: name, address and roles. It is kept when the form is shown again.

use dossier_core::caller::Environment;
use dossier_core::desk::{Grant, Member, Role, Roles};
use dossier_core::violation::Violations;
use maud::{Markup, html};

use super::fields::Fields;
use super::text::{say, say_with};

pub struct Entered {
    pub name: String,
    pub email: String,
    pub roles: Roles,
    /// What is wrong with it.
    pub violations: Violations,
}

impl Default for Entered {
    fn default() -> Self {
        let (name, email, roles) = Default::default();
        Self { name, email, roles, violations: Violations(Vec::new()) }
    }
}

impl From<&Member> for Entered {
    fn from(member: &Member) -> Self {
        let details = &member.details;
        let (name, email) = (details.name.as_str().to_owned(), details.email.clone());
        Self { name, email, roles: details.roles.clone(), ..Self::default() }
    }
}

impl Entered {
    #[must_use]
    pub fn read(fields: &Fields) -> Self {
        let (name, email) = (fields.get("name").to_owned(), fields.get("email").to_owned());
        Self { name, email, roles: fields.all("role").filter_map(Grant::parse).collect(), ..Self::default() }
    }

    /// The fields, with what is wrong above each of them.
    pub fn fields(&self) -> Markup {
        html! {
            (self.field("name", "text", "off", &self.name))
            (self.field("email", "email", "off", &self.email))
            fieldset aria-describedby=[self.wrong("roles").map(|_| "roles-problem")] {
                legend { (say("member-roles")) }
                (self.problem("roles"))
                table.roles {
                    thead {
                        tr {
                            th scope="col" { (say("role")) }
                            @for environment in Environment::ALL {
                                th scope="col" { (say(&format!("environment-{environment}"))) }
                            }
                        }
                    }
                    tbody { @for role in Role::ALL { (self.role(*role)) } }
                }
            }
        }
    }

    fn role(&self, role: Role) -> Markup {
        let name = say(&format!("role-{role}"));
        html! {
            tr {
                th scope="row" { (name) small { (role.help()) } }
                @for environment in Environment::ALL {
                    @let in_words = say(&format!("environment-{environment}"));
                    @let label = [("role", name.as_str().into()), ("environment", in_words.into())];
                    @let is_held = self.roles.of(*environment).contains(&role);
                    @let is_first = (Some(&role), Some(environment)) == (Role::ALL.first(), Environment::ALL.first());
                    td {
                        input type="checkbox" name="role" value={ (role) "@" (environment) }
                            aria-label=(say_with("role-in", &label)) checked[is_held]
                            autofocus[is_first && self.first_wrong() == Some("roles")];
                    }
                }
            }
        }
    }

    fn field(&self, name: &str, kind: &str, autocomplete: &str, value: &str) -> Markup {
        let problem = self.wrong(name).map(|_| format!("{name}-problem"));
        html! {
            label for={ "member-" (name) } { (say(&format!("member-{name}"))) }
            (self.problem(name))
            input id={ "member-" (name) } type=(kind) name=(name) value=(value) required autocomplete=(autocomplete)
                aria-invalid=[problem.as_ref().map(|_| "true")] aria-describedby=[problem]
                autofocus[self.first_wrong() == Some(name)];
        }
    }

    /// What is wrong with a field.
    fn wrong(&self, name: &str) -> Option<&str> {
        let found = self.violations.0.iter().find(|one| one.pointer.trim_start_matches('/') == name);
        found.map(|one| &*one.message)
    }

    /// Where the form is shown again, below the list of members.
    fn first_wrong(&self) -> Option<&str> {
        ["name", "email", "roles"].into_iter().find(|name| self.wrong(name).is_some())
    }

    fn problem(&self, name: &str) -> Markup {
        html! { @if let Some(text) = self.wrong(name) { p.problem id={ (name) "-problem" } { (text) } } }
    }
}
