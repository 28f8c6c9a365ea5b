//! Threads for requests that occupy a core for long, so that no other request waits for them.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{self, available_parallelism};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};

/// A body up to this size is parsed in less than a millisecond.
const SMALL: usize = 64 * 1_024;

/// Limits the threads that exist at the same time to a quarter of the cores, but at least one.
pub struct Apart(Arc<Semaphore>);

impl Default for Apart {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(available_parallelism().map_or(1, |cores| cores.get() / 4).max(1))))
    }
}

impl Apart {
    /// Runs a request's work: at once if its body is small, and otherwise on a thread of its own. If this future is
    /// dropped, the work ends at its next await. If the work panics, so does this.
    ///
    /// The thread ends with the work, because the allocator keeps memory that a thread has freed until the thread frees
    /// more or ends. The body is held here until then for the same reason: this thread allocated it.
    ///
    /// The work is boxed, because a large future would be copied at each call that it is passed through.
    pub async fn run<T: Send + 'static>(&self, body: Bytes, work: BoxFuture<'static, T>) -> T {
        if body.len() <= SMALL {
            drop(body);
            return work.await;
        }
        let permit = Arc::clone(&self.0).acquire_owned().await.expect("the semaphore is never closed");
        let runtime = Handle::current();
        let (hand_over, handed_over) = oneshot::channel();
        let (mut reply, answer) = oneshot::channel();
        let thread = thread::Builder::new().name("dossier-large".into()).spawn(move || {
            let _permit = permit;
            let Ok(work) = handed_over.blocking_recv() else { return };
            let done = runtime.block_on(async {
                tokio::select! {
                    () = reply.closed() => None,
                    done = work => Some(done),
                }
            });
            done.map(|done| reply.send(done));
        });
        // Without a thread, other requests have to wait after all.
        let Ok(thread) = thread else { return work.await };
        let _ = hand_over.send(work);
        match answer.await {
            Ok(done) => done,
            Err(_) => resume_unwind(thread.join().expect_err("a thread that returns nothing has panicked")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[tokio::test]
    async fn no_request_waits_for_a_large_body() {
        let apart = Apart::default();
        let busy = || Box::pin(async { std::thread::sleep(Duration::from_millis(300)) });
        let began = Instant::now();
        let body = |size| Bytes::from(vec![0; size]);
        let large = apart.run(body(SMALL + 1), busy());
        let small = apart.run(body(SMALL), Box::pin(async move { began.elapsed() }));
        let (_, waited) = tokio::join!(large, small);
        assert!(waited < Duration::from_millis(250), "{waited:?}");
        assert!(began.elapsed() >= Duration::from_millis(300));
    }

    #[tokio::test]
    async fn work_ends_when_its_request_is_dropped() {
        let apart = Apart::default();
        let (ended, end) = oneshot::channel::<()>();
        let endless = Box::pin(async move {
            let _ended = ended;
            std::future::pending::<()>().await;
        });
        let given_up =
            tokio::time::timeout(Duration::from_millis(50), apart.run(Bytes::from(vec![0; SMALL + 1]), endless));
        assert!(given_up.await.is_err());
        assert!(tokio::time::timeout(Duration::from_secs(5), end).await.is_ok_and(|end| end.is_err()));
        let next = apart.run(Bytes::from(vec![0; SMALL + 1]), Box::pin(async { 7 }));
        assert_eq!(tokio::time::timeout(Duration::from_secs(5), next).await.expect("its thread has ended"), 7);
    }

    #[tokio::test]
    #[should_panic(expected = "the work's own words")]
    async fn a_panic_reaches_the_thread_of_the_request() {
        let work = Box::pin(async { panic!("the work's own words") });
        Apart::default().run(Bytes::from(vec![0; SMALL + 1]), work).await
    }
}
