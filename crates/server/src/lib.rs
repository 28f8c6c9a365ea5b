//! The service and its command line, as a library so that tests can start it inside their own process.

// Only the binary and its own tests use this library.
#![allow(missing_docs)]

pub mod anchor;
pub mod backup;
pub mod cli;
pub mod config;
pub mod console;
pub mod control;
pub mod desk;
pub mod egress;
pub mod erasures;
pub mod errors;
pub mod export;
pub mod hardening;
pub mod http;
pub mod import;
pub mod installation;
pub mod logs;
pub mod looks;
pub mod memory;
pub mod metrics;
pub mod moving;
pub mod pages;
pub mod readable;
pub mod request_log;
pub mod room;
pub(crate) mod rotation;
pub mod scanner;
pub mod serve;
pub mod sumsub;
pub mod system;
pub mod trust;
pub mod worker;
