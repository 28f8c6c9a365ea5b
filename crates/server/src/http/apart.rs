//! Threads for requests that take a core for long, so that they keep no other request waiting.

use std::io;
use std::panic::resume_unwind;
use std::thread::available_parallelism;

use bytes::Bytes;
use tokio::runtime::{Builder, Runtime};
use tokio_util::task::AbortOnDropHandle;

/// A body up to this size is parsed in less than a millisecond.
const SMALL: usize = 64 * 1_024;

/// A quarter of the cores, and at least one.
pub struct Apart(Option<Runtime>);

impl Apart {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// The system's, when it gives no thread.
    pub fn new() -> io::Result<Self> {
        let threads = available_parallelism().map_or(1, |cores| cores.get() / 4).max(1);
        let builder = &mut Builder::new_multi_thread();
        builder.worker_threads(threads).thread_name("dossier-large").enable_all().build().map(Some).map(Self)
    }

    /// Runs a request's work: at once if its body is small, else on a thread for large ones. If this is dropped, the
    /// work ends at its next await.
    ///
    /// The body is held here until then. Freed by the other thread, it would stay with the allocator: that gives memory
    /// back to the system where it was allocated.
    ///
    /// # Panics
    ///
    /// When the work does.
    pub async fn run<T: Send + 'static>(&self, body: Bytes, work: impl Future<Output = T> + Send + 'static) -> T {
        let runtime = match &self.0 {
            Some(runtime) if body.len() > SMALL => runtime,
            _ => {
                drop(body);
                return work.await;
            }
        };
        match AbortOnDropHandle::new(runtime.spawn(work)).await {
            Ok(done) => done,
            Err(ended) => resume_unwind(ended.into_panic()),
        }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // This may be dropped by a thread that must not wait.
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[tokio::test]
    async fn large_bodies_keep_no_other_request_waiting() {
        let apart = Apart::new().expect("threads");
        let busy = || async { std::thread::sleep(Duration::from_millis(300)) };
        let began = Instant::now();
        let body = |size| Bytes::from(vec![0; size]);
        let large = apart.run(body(SMALL + 1), busy());
        let small = apart.run(body(SMALL), async move { began.elapsed() });
        let (_, waited) = tokio::join!(large, small);
        assert!(waited < Duration::from_millis(250), "{waited:?}");
        assert!(began.elapsed() >= Duration::from_millis(300));
    }

    #[tokio::test]
    #[should_panic(expected = "the work's own words")]
    async fn a_panic_goes_where_the_request_is_answered() {
        Apart::new()
            .expect("threads")
            .run(Bytes::from(vec![0; SMALL + 1]), async { panic!("the work's own words") })
            .await
    }
}
