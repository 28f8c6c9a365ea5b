//! The accept loop: HTTP/1.1, a limit on connections, deadlines for each, and an orderly shutdown.

use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::header;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::clients::read_proxy_header;
use super::connection::{Connection, Deadlines, Progress};
use super::connection_limit::{ConnectionLimit, OpenConnection};

/// The most bytes that a request header may have, including the request line. 2,000 unfinished headers cost 86 MiB with
/// this limit and 619 MiB with hyper's own.
pub(super) const MAX_HEADER_BYTES: usize = 32 * 1_024;
/// How long a connection lives, give or take a tenth, so that load spreads over the processes behind a balancer.
pub const MAX_AGE: Duration = Duration::from_secs(60 * 60);

pub trait Answer: Clone + Send + Sync + 'static {
    /// Answers one request of a peer. Never fails.
    fn answer(&self, request: Request, peer: &Peer) -> impl Future<Output = Response> + Send;
}

/// The other end of a connection.
#[derive(Debug)]
pub struct Peer {
    /// Its address, or that of the client for which it opened the connection.
    pub address: IpAddr,
    /// Whether it is a proxy that may name the client of a request.
    pub is_proxy: bool,
    pub progress: Arc<Progress>,
}

/// How a listener treats its clients.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub deadlines: Deadlines,
    /// How long a connection lives, give or take a tenth.
    pub max_age: Duration,
    /// How long accepted requests may take to finish during a shutdown.
    pub grace: Duration,
}

/// Serves until `stop` turns true, then finishes the accepted requests. Returns whether all were finished in time.
pub async fn serve(
    listener: TcpListener,
    answer: impl Answer,
    places: Arc<ConnectionLimit>,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) -> bool {
    let connections = TaskTracker::new();
    loop {
        let admitted = tokio::select! {
            admitted = admit(&listener, &places) => admitted,
            () = stopped(&mut stop) => break,
        };
        let Some((stream, peer, open)) = admitted else { continue };
        connections.spawn(serve_connection(stream, peer, open, answer.clone(), limits, stop.clone()));
    }
    drop(listener);
    connections.close();
    tokio::time::timeout(limits.grace, connections.wait()).await.is_ok()
}

/// Waits for the shutdown. It has also come when the sender is gone.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Accepts the next connection. One for which there is no room is closed by being dropped.
async fn admit(listener: &TcpListener, places: &Arc<ConnectionLimit>) -> Option<(TcpStream, Peer, OpenConnection)> {
    let (stream, from) = accept(listener).await?;
    let peer = Peer { address: from.ip().to_canonical(), is_proxy: false, progress: Arc::new(Progress::new()) };
    let open = places.admit(peer.address, &peer.progress).await?;
    Some((stream, peer, open))
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            // Usually too many files are open. Waiting lets some close, while accepting again at once would only spin.
            tracing::warn!(%error, "failed to accept a connection");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

/// The body of a response, which records on the connection when all of it was handed over.
struct TrackedBody {
    body: Body,
    peer: Arc<Peer>,
}

impl HttpBody for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for TrackedBody {
    fn drop(&mut self) {
        self.peer.progress.rest();
    }
}

/// Finds the client for which a peer opened the connection. Returns `false` when it must not be served.
async fn introduce(stream: &mut TcpStream, peer: &mut Peer, open: &OpenConnection, deadline: Duration) -> bool {
    let proxies = open.proxies();
    if proxies.begins_with_header(peer.address) {
        match tokio::time::timeout(deadline, read_proxy_header(stream)).await {
            Ok(Ok(Some(client))) if open.belongs_to(client) => peer.address = client,
            Ok(Ok(None)) => {}
            Ok(Ok(Some(_))) => return false,
            Ok(Err(_)) | Err(_) => {
                tracing::debug!("a trusted proxy sent no PROXY protocol header");
                return false;
            }
        }
    }
    peer.is_proxy = proxies.trust(peer.address);
    if peer.is_proxy {
        peer.progress.know();
    }
    true
}

/// The limit on a connection's age. It differs for each, so that they do not all end at once.
fn age(max_age: Duration) -> Duration {
    let part = RandomState::new().hash_one(()) >> 32;
    max_age.mul_f64(0.9 + 0.2 * (part as f64 / f64::from(u32::MAX)))
}

async fn serve_connection(
    mut stream: TcpStream,
    mut peer: Peer,
    open: OpenConnection,
    answer: impl Answer,
    Limits { deadlines, max_age, .. }: Limits,
    mut stop: watch::Receiver<bool>,
) {
    // Responses are small and written whole, so waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    if !introduce(&mut stream, &mut peer, &open, deadlines.first_byte).await {
        return;
    }
    let progress = Arc::clone(&peer.progress);
    let io = TokioIo::new(Connection::new(stream, Arc::clone(&progress), deadlines));
    let peer = Arc::new(peer);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (answer, peer) = (answer.clone(), Arc::clone(&peer));
        async move {
            peer.progress.begin();
            let response = answer.answer(request.map(Body::new), &peer).await;
            peer.progress.answer(response.headers().get(header::CONNECTION).is_some_and(|value| value == "close"));
            Ok::<_, std::convert::Infallible>(response.map(|body| TrackedBody { body, peer }))
        }
    });
    let connection =
        http1::Builder::new().max_buf_size(MAX_HEADER_BYTES).half_close(false).serve_connection(io, service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = progress.closing() => {
            // It had sent no byte of a request when it was chosen. If it has by now, it gets its response.
            if progress.idle_since().is_some() {
                return;
            }
            None
        }
        () = tokio::time::sleep(age(max_age)) => None,
        () = stopped(&mut stop) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    drop(open);
    if let Err(error) = ended {
        // The client caused this: it went away, took too long, or did not speak HTTP.
        tracing::debug!(%error, "a connection ended early");
    }
}
