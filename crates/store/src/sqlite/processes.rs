//! The processes that share the database. Here it is always one.

use super::SqliteStore;
use crate::ProcessStore;

impl ProcessStore for SqliteStore {}
