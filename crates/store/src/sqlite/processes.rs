//! The processes that share the database: this one alone.

use super::SqliteStore;
use crate::ProcessStore;

impl ProcessStore for SqliteStore {}
