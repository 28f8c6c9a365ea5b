//! The data folder, which one process uses at a time.

pub(crate) mod audit;
pub mod engine;
pub mod error;
pub mod first_start;
pub mod home;
pub mod lock;
pub mod open;
pub mod root_key;
pub(crate) mod services;
