//! The service through its public surface: a server in this process, on a data folder of its own.

mod anchor;
mod app;
mod auth;
mod backups;
mod canary;
#[path = "../../../store/tests/it/cluster.rs"]
mod cluster;
mod command_line;
mod concurrency;
mod connections;
mod countries;
mod customers;
mod described;
mod documentation;
mod events;
mod fairness;
mod files;
mod flaws;
mod form;
mod kyc;
mod lists;
mod logs;
mod patching;
mod problems;
mod processes;
mod providers;
mod readme;
mod retries;
mod samples;
mod scopes;
mod snapshots;
mod trail;
mod webhooks;
