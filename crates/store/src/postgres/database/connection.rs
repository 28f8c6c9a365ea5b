//! A connection taken from the pool, and when it goes back.

use std::sync::atomic::{AtomicUsize, Ordering};

use deadpool_postgres::Object;

use super::error::Error;

/// A connection that is closed, which ends its transaction, unless all that was begun on it has ended.
pub(crate) struct SharedConnection {
    client: Option<Object>,
    in_flight: AtomicUsize,
}

impl SharedConnection {
    /// For one transaction, which begins now.
    pub(crate) const fn new(client: Object) -> Self {
        Self { client: Some(client), in_flight: AtomicUsize::new(1) }
    }

    /// For several that follow each other, each a statement that is sent while others are in flight.
    pub(crate) const fn shared(client: Object) -> Self {
        Self { client: Some(client), in_flight: AtomicUsize::new(0) }
    }

    /// One of several begins.
    pub(crate) fn begin(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// One of several has ended.
    pub(crate) fn ended(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// The transaction has ended.
    pub(crate) fn give_back(self) {
        self.ended();
    }

    /// Given back when its transaction could be undone, and the database did not end it.
    pub(crate) fn after(self, error: &Error, undone: Result<(), Error>) {
        if undone.is_ok() && !matches!(error, Error::Gone(_)) {
            self.give_back();
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
