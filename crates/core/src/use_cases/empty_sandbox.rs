//! Empties a sandbox: erases its customers, and deletes their events, deliveries, kept answers and files. This is done
//! in portions. After a crash it continues, because the store remembers that the sandbox is being emptied.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Caller, Environment, Scope};
use crate::change::{Change, Effect};
use crate::idempotency::{Answer, Request};
use crate::ids::FileId;
use crate::sandbox_clocks::Emptying;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::erase::erase_of_sandbox;
use crate::use_cases::write::{Outcome, commit, write};
use crate::use_cases::write_customer::UpdateError;

/// The number of customers or files that are read at a time.
const PAGE: usize = 100;

/// Begins to empty the caller's sandbox of everything that exists now. `answer` is the response body.
///
/// # Errors
///
/// [`UpdateError::NotFound`] in production, which has no sandbox, and the errors of an update.
pub async fn begin(
    services: &Services,
    caller: &Caller,
    request: Request<'_>,
    answer: &[u8],
) -> Result<Answer, UpdateError> {
    if caller.scope.environment != Environment::Sandbox {
        return Err(UpdateError::NotFound);
    }
    let nothing = || std::future::ready(Ok(()));
    write(services, caller, request.about(b""), nothing, |()| {
        let (until, until_there) = (services.clock.now(), services.now(caller.scope));
        let emptying = Emptying { account: caller.scope.account, until, until_there };
        let audit = AuditEntry::new(caller, until_there, Action::EmptyingStarted);
        let change = Change::new(caller.scope, Effect::EmptyingStarted(emptying), audit);
        Ok(Outcome::Change(change, Answer::about_no_customer(answer.to_vec())))
    })
    .await
}

/// Empties every sandbox that is to be emptied, and returns the number of erased customers. It is called every second.
///
/// # Errors
///
/// The first failure. What is left is done at the next call.
pub async fn run(services: &Services) -> Result<usize, StoreError> {
    let mut erased = 0;
    for emptying in services.store.sandboxes_to_empty().await? {
        erased += empty(services, emptying).await?;
    }
    Ok(erased)
}

async fn empty(services: &Services, emptying: Emptying) -> Result<usize, StoreError> {
    let scope = Scope { account: emptying.account, environment: Environment::Sandbox };
    let (mut erased, mut after) = (0, None);
    loop {
        let page = services.store.summaries(scope, after, PAGE).await?;
        after = page.summaries.last().map(|summary| summary.id);
        for summary in page.summaries.iter().filter(|summary| summary.created_at <= emptying.until_there) {
            erased += usize::from(erase_of_sandbox(services, scope, summary.id).await?);
        }
        if !page.more {
            break;
        }
    }
    services.store.finish_erasures().await?;
    while services.store.empty_portion(emptying).await? > 0 {}
    delete_files(services, scope, emptying).await?;
    let caller = Caller::system(scope, "emptying");
    let audit = AuditEntry::new(&caller, services.now(scope), Action::SandboxEmptied);
    match commit(services, Change::new(scope, Effect::SandboxEmptied(emptying), audit)).await {
        // Another process was faster, or the sandbox is to be emptied once more.
        Ok(()) | Err(StoreError::Busy) => Ok(erased),
        Err(error) => Err(error),
    }
}

/// Deletes the files that were uploaded and are evidence of no customer.
async fn delete_files(services: &Services, scope: Scope, emptying: Emptying) -> Result<(), StoreError> {
    let mut before = None;
    loop {
        let page = services.store.list_files(scope, None, before, PAGE).await?;
        before = page.last().map(|file| file.id);
        let unused: Vec<FileId> = page
            .iter()
            .filter(|file| file.attachments.is_empty() && file.uploaded_at <= emptying.until)
            .map(|file| file.id)
            .collect();
        services.store.delete_unused_files(scope, &unused).await?;
        for file in unused {
            services.store.discard_file(scope, file).await;
        }
        if page.len() < PAGE {
            return Ok(());
        }
    }
}
