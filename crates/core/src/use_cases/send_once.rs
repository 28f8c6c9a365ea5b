//! Forms that are sent once, although a browser sends them again when their result is reloaded.

use crate::caller::Caller;
use crate::idempotency::{Answer, Attempt, KeyReused};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write::{Outcome, write};

/// The route under which the numbers of forms are kept, beside the keys of requests.
const ROUTE: &str = "form";
/// The length of the number of a form.
const LENGTH: usize = 32;

/// The number of a new form, which its page carries in a hidden field.
#[must_use]
pub fn form_number(services: &Services) -> String {
    services.random.uuid().simple().to_string()
}

/// Records that the form with this number is being sent. Returns whether it is the first time. The number is kept like
/// an `Idempotency-Key`, with an empty answer: what the form made is a secret, and that is kept nowhere. If the server
/// ends between this and what the form asks for, nothing was made, and a new form makes it.
///
/// A program that sends no number decides for itself how often it sends.
pub async fn is_first(services: &Services, caller: &Caller, number: &str) -> Result<bool, StoreError> {
    if number.len() != LENGTH || !number.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(true);
    }
    let attempt = Attempt { key: number, route: ROUTE, content: [b"", b"", b""] };
    let nothing = |()| Ok(Outcome::Unchanged(Answer::about_no_customer(Vec::new())));
    match write(services, caller, Some(attempt), || async { Ok(()) }, nothing).await {
        Ok(answer) => Ok(!answer.replayed),
        Err(Failed::Used) => Ok(false),
        Err(Failed::Store(error)) => Err(error),
    }
}

/// Why the number of a form was not recorded.
enum Failed {
    Used,
    Store(StoreError),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<KeyReused> for Failed {
    fn from(_: KeyReused) -> Self {
        Self::Used
    }
}
