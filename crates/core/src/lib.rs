//! What Dossier means: the contract's types with their limits, the parser that reports every violation at once, the
//! merge rules, and a change as one value. There is no HTTP here, no SQL, no file and no clock: what a rule needs to
//! know is an argument.

pub mod account;
pub mod api_key;
pub mod audit;
pub mod base62;
pub mod caller;
pub mod change;
pub mod clock;
pub mod closed_accounts;
pub mod colour;
pub mod company;
pub mod customer;
pub mod desk;
pub mod disclosure;
pub mod erasure;
pub mod event;
pub mod file;
pub mod form;
pub mod hexadecimal;
pub mod hidden;
pub mod idempotency;
pub mod ids;
pub mod import;
pub mod kyc;
pub mod look;
pub mod mask;
pub mod parse;
pub mod pii;
pub mod place;
pub mod quota;
pub mod requests;
pub mod retention;
pub mod sandbox_clocks;
pub mod schema;
mod secret;
pub mod services;
pub mod settings;
pub mod store;
pub mod turns;
pub mod use_cases;
pub mod violation;
pub mod webhook;
pub mod words;
