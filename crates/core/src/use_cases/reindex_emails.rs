//! Reindexes the e-mails that an older version compared differently.

use std::collections::BTreeSet;

use crate::audit::action::Action;
use crate::caller::Caller;
use crate::customer::record::{Customer, EmailIndex};
use crate::customer::summary::Summary;
use crate::idempotency::Request;
use crate::ids::CustomerId;
use crate::parse::leaf::Email;
use crate::services::Services;
use crate::use_cases::step::{Step, StepResult, take_step};
use crate::use_cases::write_customer::UpdateError;

/// How many customers are read at a time.
const PORTION: usize = 500;

/// Gives each customer of a scope whose e-mail is now compared differently the index that a search uses. If several
/// customers share an address, the oldest gets the first index and each of the others the next free one. Nothing else
/// may write at the same time. An interrupted run can be repeated safely.
///
/// Returns the customers of each shared address, oldest first.
pub async fn reindex_emails(services: &Services, caller: &Caller) -> Result<BTreeSet<Vec<CustomerId>>, UpdateError> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = services.store.summaries(caller.scope, after, PORTION).await?;
        found.extend(page.summaries.iter().filter_map(|summary| Some((summary.id, changed_email(summary)?))));
        after = page.summaries.last().map(|summary| summary.id);
        if !page.more {
            break;
        }
    }
    // This is oldest first, because ids are UUIDs of version 7.
    found.sort_unstable_by_key(|(id, _)| *id);
    let mut shared = BTreeSet::new();
    for (id, email) in found {
        let sharing = services.store.summaries_by_email(caller.scope, &email).await?;
        let mut customers: Vec<_> = sharing.iter().map(|summary| summary.id).collect();
        if !customers.contains(&id) {
            let oldest = customers.iter().all(|other| *other > id);
            if let (true, Some(first)) = (oldest, customers.first()) {
                give_index(services, caller, *first, 1).await?;
            }
            give_index(services, caller, id, u8::from(!oldest)).await?;
            customers.push(id);
            customers.sort_unstable();
        }
        if customers.len() > 1 {
            shared.retain(|fewer: &Vec<CustomerId>| !fewer.iter().all(|one| customers.contains(one)));
            shared.insert(customers);
        }
    }
    Ok(shared)
}

/// The e-mail, if it is now compared in a different form.
fn changed_email(summary: &Summary) -> Option<Email> {
    #[derive(serde::Deserialize)]
    struct Names {
        email: Email,
    }

    let names: Names = serde_json::from_slice(summary.names.as_json()).ok()?;
    (names.email.folded() != names.email.lowercase()).then_some(names.email)
}

/// Gives a customer the first free index of its e-mail from this one on.
async fn give_index(services: &Services, caller: &Caller, id: CustomerId, from: u8) -> Result<(), UpdateError> {
    for nth in from..EmailIndex::MOST {
        let compute = |mut customer: Customer, _| {
            customer.email_index = EmailIndex::Nth(nth);
            Ok(StepResult { step: Some(Step::unseen(Action::EmailIndexed)), after: customer })
        };
        match take_step(services, caller, Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await {
            Err(UpdateError::EmailTaken(_)) => {}
            done => return done.map(drop),
        }
    }
    // More customers have this e-mail than a search by it can find. This one is still in lists, and found by its id.
    Ok(())
}
