//! A browser that members use without scripts.

use std::collections::BTreeMap;

use dossier_core::caller::Caller;
use dossier_core::desk::{Member, Role, Roles};
use dossier_core::ids::MemberId;
use dossier_core::services::Services;
use dossier_core::use_cases::members;
use reqwest::Method;
use reqwest::redirect::Policy;

use crate::app::{Answered, TestApp};
use crate::desk::account;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A browser that keeps cookies, follows no redirects and runs no scripts.
pub(crate) struct Visitor {
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub(crate) fn of(app: &TestApp) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { url: app.url.clone(), client, cookies: BTreeMap::new() }
    }

    /// A browser in which a member has used a one-time link.
    pub(crate) async fn signed_in(app: &TestApp, member: &Member) -> Self {
        let mut visitor = Self::of(app);
        let link = app.link(member.id).await;
        assert_eq!(visitor.post(&link, &[]).await.status, 303);
        visitor
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let port = self.url.rsplit(':').next().expect("a port");
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.request(method, format!("{}{path}", self.url)).header("Cookie", cookies.join("; "));
        request.header("Host", format!("localhost:{port}")).header("Sec-Fetch-Site", "same-origin")
    }

    pub(crate) async fn send(&mut self, request: reqwest::RequestBuilder) -> Answered {
        let answer = TestApp::send(request).await;
        for set in answer.headers.get_all("set-cookie") {
            let (pair, attributes) = set.to_str().expect("ASCII").split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            assert!(attributes.contains("HttpOnly") && attributes.contains("SameSite=Lax"), "{attributes}");
            self.cookies.insert(name.to_owned(), value.to_owned());
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            }
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answered {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answered {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(self.request(Method::POST, path).header("Content-Type", FORM).body(body)).await
    }

    pub(crate) fn session(&self) -> Option<String> {
        self.cookies.get("dossier-desk").cloned()
    }
}

impl TestApp {
    pub(crate) fn services(&self) -> &Services {
        &self.server.as_ref().expect("running").app.services
    }

    pub(crate) async fn system(&self) -> Caller {
        Caller::system(Member::home(account(self).await), "test")
    }

    /// A new member with these roles in both environments.
    pub(crate) async fn member(&self, name: &str, roles: &[Role]) -> Member {
        let roles = Roles::everywhere(roles.iter().copied());
        self.member_with(name, roles).await
    }

    async fn member_with(&self, name: &str, roles: Roles) -> Member {
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
        let (account, caller) = (account(self).await, self.system().await);
        let invited = members::invite(self.services(), &caller, account, (name, &email, roles)).await;
        invited.expect("invited").0
    }

    /// The path of a new link.
    pub(crate) async fn link(&self, member: MemberId) -> String {
        self.link_of(self.services(), member).await
    }

    pub(crate) async fn link_of(&self, services: &Services, member: MemberId) -> String {
        let (account, caller) = (account(self).await, self.system().await);
        let token = members::link(services, &caller, account, member).await.expect("a link");
        format!("/desk/link/{}", *token)
    }
}

/// Whether a browser is signed in.
pub(crate) async fn is_in(visitor: &mut Visitor) -> bool {
    visitor.get("/desk/sessions").await.status == 200
}
