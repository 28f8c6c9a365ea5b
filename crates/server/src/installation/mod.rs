//! One data folder, held by one process.

pub mod engine;
pub mod error;
pub mod first_start;
pub mod home;
pub mod lock;
pub mod open;
pub mod root_key;
