//! Errors of use cases and of the store, as problems.

use dossier_core::file::check::Fault;
use dossier_core::file::{MAX_FILE, MediaType};
use dossier_core::idempotency::KeyReused;
use dossier_core::kyc::Conflict;
use dossier_core::parse::SyntaxError;
use dossier_core::store::StoreError;
use dossier_core::use_cases::create_customer::CreateError;
use dossier_core::use_cases::upload_file::UploadError;
use dossier_core::use_cases::webhooks::WebhookError;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::webhook::MAX_ENDPOINTS;
use http::header;

use super::{Problem, ProblemCode};
use crate::http::conditions::etag;
use crate::http::limiter::Limited;

impl From<SyntaxError> for Problem {
    fn from(error: SyntaxError) -> Self {
        let SyntaxError { line, column } = error;
        Self::new(ProblemCode::MalformedJson, format!("The body is not valid JSON at line {line}, column {column}."))
            .member("line", line)
            .member("column", column)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::new(
                ProblemCode::StorageFull,
                "The disk is full, or nearly full; nothing was changed. Reading and deleting still work.",
            )
            .retry_after(20),
            StoreError::OverQuota(over) => Limited::quota(over).into(),
            StoreError::Busy => Self::overloaded(),
            StoreError::Unavailable(_) => Self {
                cause: Some(error.to_string()),
                ..Self::new(ProblemCode::StorageUnavailable, "The storage is unavailable; nothing was changed.")
                    .retry_after(5)
            },
            StoreError::Erased { customer, at } => {
                Self::new(ProblemCode::Erased, "The customer was erased; its data can no longer be read.")
                    .member("customer_id", customer.to_string())
                    .member("erased_at", at.to_string())
            }
            StoreError::Taken(_) | StoreError::Exhausted | StoreError::Corrupt(_) | StoreError::Unknown(_) => {
                Self { cause: Some(error.to_string()), ..Self::internal() }
            }
        }
    }
}

impl From<KeyReused> for Problem {
    fn from(KeyReused(first_request_id): KeyReused) -> Self {
        Self::new(ProblemCode::IdempotencyKeyReused, "This Idempotency-Key was used for another request.")
            .member("first_request_id", first_request_id)
    }
}

impl From<CreateError> for Problem {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Syntax(error) => error.into(),
            CreateError::Invalid(violations) => Self::invalid(violations),
            CreateError::EmailTaken(customer) => Self::email_taken(customer),
            CreateError::KeyReused(reused) => reused.into(),
            CreateError::Store(error) => error.into(),
        }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Refused(Fault::OtherType(known)) => {
                let known = known.map_or(String::new(), |known| format!(" This is {known}."));
                let accepted: Vec<_> = MediaType::ALL.iter().map(|accepted| accepted.as_str()).collect();
                Self::new(
                    ProblemCode::UnsupportedFileType,
                    format!("A file must be a JPEG, a PNG or a PDF by its content.{known}"),
                )
                .member("accepted", accepted)
            }
            UploadError::Refused(fault @ (Fault::Empty | Fault::Damaged { .. })) => {
                let text = fault.to_string();
                Self::new(ProblemCode::DamagedFile, format!("{}{}.", text[..1].to_uppercase(), &text[1..]))
            }
            UploadError::TooLarge => {
                let text = format!("A file may have at most {} MiB.", MAX_FILE / (1_024 * 1_024));
                Self::new(ProblemCode::PayloadTooLarge, text).close()
            }
            UploadError::Infected => Self::new(ProblemCode::InfectedFile, "The virus scanner refused the file."),
            UploadError::NotScanned => {
                let text = "The file could not be scanned for viruses; nothing was stored.";
                Self::new(ProblemCode::ScannerUnavailable, text).retry_after(10)
            }
            UploadError::KeyReused(reused) => reused.into(),
            UploadError::Store(error) => error.into(),
        }
    }
}

impl From<Conflict> for Problem {
    fn from(conflict: Conflict) -> Self {
        let code = match conflict {
            Conflict::AlreadyApproved => ProblemCode::AlreadyApproved,
            Conflict::NoSession => ProblemCode::NoSession,
            Conflict::Offboarded => ProblemCode::Offboarded,
            Conflict::NotPossible(..) => ProblemCode::NotPossible,
            Conflict::ApprovedLocked => ProblemCode::ApprovedLocked,
            Conflict::NeedsSecondPerson | Conflict::NoProposal | Conflict::OwnProposal => {
                ProblemCode::SecondPersonNeeded
            }
            Conflict::AccountIncomplete(..) => ProblemCode::AccountIncomplete,
        };
        let text = conflict.to_string();
        Self::new(code, format!("{}{}; nothing was changed.", text[..1].to_uppercase(), &text[1..]))
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Syntax(error) => error.into(),
            WebhookError::Invalid(violations) => Self::invalid(violations),
            WebhookError::NotFound => Self::not_found(),
            WebhookError::KeyReused(reused) => reused.into(),
            WebhookError::TooMany => {
                let text = format!("This environment already has {MAX_ENDPOINTS} endpoints.");
                Self::new(ProblemCode::TooManyWebhooks, text)
            }
            // Only the console and the command line rotate and test, and both say it in their own way.
            error @ (WebhookError::Disabled | WebhookError::KeyRevoked | WebhookError::Rotating(_)) => {
                Self::new(ProblemCode::NotPossible, format!("Not possible: {error}."))
            }
            WebhookError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateError> for Problem {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::NotFound => Self::not_found(),
            UpdateError::Syntax(error) => error.into(),
            UpdateError::Invalid(violations) => Self::invalid(violations),
            UpdateError::ConditionFailed { version, changed } => {
                Self::new(ProblemCode::PreconditionFailed, "The stored version does not meet the condition.")
                    .member("changed", changed)
                    .header(header::ETAG, etag(version))
            }
            UpdateError::PersonErased { person, at } => {
                Self::new(ProblemCode::Erased, "The person was erased; their data can no longer be read.")
                    .member("person_id", person.to_string())
                    .member("erased_at", at.to_string())
            }
            UpdateError::KeyReused(reused) => reused.into(),
            UpdateError::Conflict(conflict) => conflict.into(),
            UpdateError::EmailTaken(customer) => Self::email_taken(customer),
            UpdateError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use dossier_core::ids::CustomerId;
    use dossier_core::quota::{OverQuota, Quota};

    use super::*;

    #[test]
    fn every_error_of_the_store_becomes_a_problem_that_hides_the_cause() {
        for (error, code, retry) in [
            (StoreError::Full, ProblemCode::StorageFull, true),
            (
                StoreError::OverQuota(OverQuota { quota: Quota::IdempotencyKeys, most: 10 }),
                ProblemCode::QuotaExceeded,
                true,
            ),
            (StoreError::Busy, ProblemCode::Overloaded, true),
            (StoreError::Unavailable("a secret cause".into()), ProblemCode::StorageUnavailable, true),
            (StoreError::Exhausted, ProblemCode::InternalError, false),
            (StoreError::Corrupt("a secret cause".into()), ProblemCode::InternalError, false),
            (StoreError::Unknown("a secret cause".into()), ProblemCode::InternalError, false),
            (StoreError::Taken(CustomerId::from_bytes([1; 16])), ProblemCode::InternalError, false),
        ] {
            let problem = Problem::from(error);
            assert_eq!(problem.code(), code);
            assert!(!problem.detail.contains("cause"));
            let response = problem.render("http://x", "id");
            assert_eq!(response.headers().contains_key(header::RETRY_AFTER), retry);
            assert_eq!(response.status().as_u16(), code.status());
        }
    }
}
