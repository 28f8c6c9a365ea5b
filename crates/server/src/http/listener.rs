//! The accept loop: HTTP/1.1, a limit on connections, deadlines on each, and an orderly end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_util::task::TaskTracker;

use super::connection::{Connection, Deadlines, Progress};

/// A request header, request line included, may have this many bytes. 2,000 unfinished headers cost 86 MiB with this
/// limit and 619 MiB with hyper's own.
pub(super) const MAX_HEADER_BYTES: usize = 32 * 1_024;

/// What answers requests.
pub trait Answer: Clone + Send + Sync + 'static {
    /// Answers one request of a client at an address; never fails.
    fn answer(&self, request: Request, from: SocketAddr) -> impl Future<Output = Response> + Send;
}

/// How a listener treats its clients.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections open at the same time; more wait to be accepted.
    pub connections: usize,
    /// How long clients may take.
    pub deadlines: Deadlines,
    /// How long requests that were accepted may take to finish once the end has come.
    pub grace: Duration,
}

/// Serves until `stop` turns true, then finishes what was accepted.
///
/// Answers whether everything was finished in time.
pub async fn serve(
    listener: TcpListener,
    answer: impl Answer,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) -> bool {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &slots) => accepted,
            () = stopped(&mut stop) => break,
        };
        let Some((stream, from, slot)) = accepted else { continue };
        let (answer, stop) = (answer.clone(), stop.clone());
        connections.spawn(async move {
            serve_connection(stream, from, answer, limits.deadlines, stop).await;
            drop(slot);
        });
    }
    drop(listener);
    connections.close();
    tokio::time::timeout(limits.grace, connections.wait()).await.is_ok()
}

/// Waits for the end; a sender that is gone is the end as well.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.expect("the semaphore is never closed");
    match listener.accept().await {
        Ok((stream, from)) => Some((stream, from, slot)),
        Err(error) => {
            // Mostly too many open files. Waiting lets some close; accepting again at once would only spin.
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    from: SocketAddr,
    answer: impl Answer,
    deadlines: Deadlines,
    mut stop: watch::Receiver<bool>,
) {
    // Answers are small and whole; waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let progress = Arc::new(Progress::default());
    let io = TokioIo::new(Connection::new(stream, Arc::clone(&progress), deadlines));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (answer, progress) = (answer.clone(), Arc::clone(&progress));
        async move {
            progress.begin();
            let response = answer.answer(request.map(Body::new), from).await;
            progress.end(response.headers().get(header::CONNECTION).is_some_and(|value| value == "close"));
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let connection =
        http1::Builder::new().max_buf_size(MAX_HEADER_BYTES).half_close(false).serve_connection(io, service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stopped(&mut stop) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // A client's doing: it went away, took too long, or spoke no HTTP.
        tracing::debug!(%error, "a connection ended early");
    }
}
