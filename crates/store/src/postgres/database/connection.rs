//! A connection from the pool, and when it returns there.

use std::sync::atomic::{AtomicUsize, Ordering};

use deadpool_postgres::Object;

use super::error::Error;

/// A connection that is closed when it is dropped, which ends its transaction, unless everything begun on it has ended.
pub(crate) struct SharedConnection {
    client: Option<Object>,
    in_flight: AtomicUsize,
}

impl SharedConnection {
    /// For one transaction, which begins now.
    pub(crate) const fn new(client: Object) -> Self {
        Self { client: Some(client), in_flight: AtomicUsize::new(1) }
    }

    /// For several one-statement transactions, which are sent while others are in flight.
    pub(crate) const fn shared(client: Object) -> Self {
        Self { client: Some(client), in_flight: AtomicUsize::new(0) }
    }

    /// Counts the start of a transaction.
    pub(crate) fn begin(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts the end of a transaction.
    pub(crate) fn end(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// Returns the connection to the pool: its transaction has ended.
    pub(crate) fn return_to_pool(self) {
        self.end();
    }

    /// Returns the connection to the pool if its transaction was rolled back and the database did not end it.
    pub(crate) fn recover(self, error: &Error, undone: Result<(), Error>) {
        if undone.is_ok() && !matches!(error, Error::Unavailable(_)) {
            self.return_to_pool();
        }
    }
}

impl std::ops::Deref for SharedConnection {
    type Target = Object;

    fn deref(&self) -> &Object {
        self.client.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for SharedConnection {
    fn drop(&mut self) {
        if let Some(client) = self.client.take()
            && *self.in_flight.get_mut() > 0
        {
            drop(Object::take(client));
        }
    }
}
