//! `dossier members`.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use dossier_core::desk::sign_in::LINK_SECONDS;
use dossier_core::desk::{Grant, Member, MemberDetails, Role, SignIn};
use dossier_core::ids::{AccountId, MemberId};
use dossier_core::use_cases::members::{self, DeskError, MemberInput};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, DataFolder, group};
use super::context::CommandContext;
use super::output::Output;
use crate::desk::link;
use crate::errors::text;

group! {
    /// Manage the members of an account, who sign in to the desk
    Members { Invite, List, Set, Remove, Link }
}

/// Invite a member; prints a one-time link, with which they sign in and add a passkey
#[derive(Args, Serialize, Deserialize)]
pub struct Invite {
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The member's name, as the audit trail shows it
    #[arg(long)]
    pub name: String,
    /// The e-mail address, by which the identity provider's sign-in finds the member
    #[arg(long)]
    pub email: String,
    /// A role in both environments, or in one, such as analyst@production: viewer, analyst, approver, developer, admin
    /// or auditor; repeatable
    #[arg(long = "role", value_parser = role, value_name = "ROLE", required = true)]
    pub roles: Vec<String>,
}

#[async_trait]
impl DataCommand for Invite {
    fn needs(&self) -> DataFolder {
        DataFolder::CreatedIfMissing
    }

    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let account = context.account(self.account.as_deref()).await?;
        let caller = context.caller(Member::home(account));
        let new = (&*self.name, &*self.email, grants(&self.roles).collect());
        let (member, token) = members::invite(context.services, &caller, account, new).await.map_err(refused)?;
        Ok(with_link(member_json(&member, &[]), context, &token))
    }
}

/// List members
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
}

#[async_trait]
impl DataCommand for List {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let account = context.account(self.account.as_deref()).await?;
        let found = members::list(context.services, account).await.map_err(text)?;
        let now = context.services.clock.now();
        let sign_ins = context.services.store.sign_ins(account, now).await.map_err(text)?;
        Ok(found.iter().map(|member| member_json(member, &sign_ins)).collect())
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["member_id", "name", "email", "roles"]);
        Ok(ExitCode::SUCCESS)
    }
}

/// Change a member's name, e-mail address or roles; what is not named stays as it is
#[derive(Default, Args, Serialize, Deserialize)]
pub struct Set {
    /// The member's id
    pub member_id: String,
    /// The member's name
    #[arg(long)]
    pub name: Option<String>,
    /// The e-mail address; another one means another person at the identity provider
    #[arg(long)]
    pub email: Option<String>,
    /// A role in both environments, or in one, such as analyst@production; repeatable, and replaces all roles
    #[arg(long = "role", value_parser = role, value_name = "ROLE")]
    pub roles: Option<Vec<String>>,
}

#[async_trait]
impl DataCommand for Set {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let (account, id) = find(context, &self.member_id).await?;
        let caller = context.caller(Member::home(account));
        let roles = self.roles.as_ref().map(|roles| grants(roles).collect());
        let input = MemberInput { name: self.name.clone(), email: self.email.clone(), roles };
        let member = members::set(context.services, &caller, account, id, &input).await.map_err(refused)?;
        Ok(member_json(&member, &[]))
    }
}

/// Remove a member; their sessions end within a second
#[derive(Args, Serialize, Deserialize)]
pub struct Remove {
    /// The member's id
    pub member_id: String,
}

#[async_trait]
impl DataCommand for Remove {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let (account, id) = find(context, &self.member_id).await?;
        members::remove(context.services, &context.caller(Member::home(account)), account, id)
            .await
            .map_err(refused)?;
        Ok(json!({ "member_id": id, "removed": true }))
    }
}

/// Make a one-time link for a member who lost their passkey; earlier links of the member stop working
#[derive(Args, Serialize, Deserialize)]
pub struct Link {
    /// The member's id
    pub member_id: String,
}

#[async_trait]
impl DataCommand for Link {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let (account, id) = find(context, &self.member_id).await?;
        let caller = context.caller(Member::home(account));
        let token = members::link(context.services, &caller, account, id).await.map_err(refused)?;
        Ok(with_link(json!({ "member_id": id }), context, &token))
    }
}

/// Checks a role and keeps it as text, because the control socket carries it.
fn role(text: &str) -> Result<String, String> {
    let wrong = || {
        let known: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("must be one of {}, with or without @sandbox or @production", known.join(", "))
    };
    Grant::parse(text).map(|grant| grant.to_string()).ok_or_else(wrong)
}

fn grants(roles: &[String]) -> impl Iterator<Item = Grant> {
    roles.iter().filter_map(|role| Grant::parse(role))
}

/// The account of a member. Ids are unique across accounts.
async fn find(context: &CommandContext<'_>, member_id: &str) -> Result<(AccountId, MemberId), String> {
    let unknown = || "no such member; dossier members list shows them all".to_owned();
    let id = MemberId::parse(member_id).ok_or_else(unknown)?;
    let found = members::find(context.services, id).await.map_err(text)?;
    found.map(|member| (member.account, id)).ok_or_else(unknown)
}

/// Every rule that is broken, each on its line.
fn refused(error: DeskError) -> String {
    match error {
        DeskError::Invalid(violations) => {
            let lines =
                violations.0.iter().map(|one| format!("{}: {}", one.pointer.trim_start_matches('/'), one.message));
            lines.collect::<Vec<_>>().join("\n")
        }
        error => error.to_string(),
    }
}

fn member_json(member: &Member, sign_ins: &[SignIn]) -> Value {
    let MemberDetails { name, email, roles, invited_at, signed_in_at, passkeys, identity, no_shortcuts: _ } =
        &member.details;
    let used = sign_ins.iter().filter(|one| one.details.member == member.id).filter_map(|one| one.used_at);
    json!({
        "member_id": member.id,
        "account_id": member.account,
        "name": name,
        "email": email,
        "roles": roles.grants().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "invited_at": invited_at,
        "last_used_at": used.chain(*signed_in_at).max(),
        "passkeys": passkeys.len(),
        "identity_provider": identity.is_some(),
    })
}

fn with_link(mut json: Value, context: &CommandContext<'_>, token: &str) -> Value {
    json["link"] = format!("{}{}{token}", context.urls.desk, link::PATH).into();
    json["link_expires_at"] = json!(context.services.clock.now().plus_seconds(LINK_SECONDS));
    json
}
