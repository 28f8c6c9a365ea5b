//! The yardstick of the benchmarks: a bare handler on the same HTTP stack and the same accept loop, which reads the
//! body and answers `{}`. What Dossier does is measured as a ratio to it, in the same run.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use axum::{Router, body};
use dossier::http::connection::Deadlines;
use dossier::http::connection_limit::ConnectionLimit;
use dossier::http::listener::{Answer, Limits, MAX_AGE, Peer, serve};
use dossier::memory;
use prometheus_client::metrics::gauge::Gauge;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::Service as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Clone)]
struct Bare(Router);

impl Answer for Bare {
    async fn answer(&self, request: Request, _: &Peer) -> Response {
        self.0.clone().call(request).await.unwrap_or_else(|never| match never {})
    }
}

async fn handler(request: Request) -> Response {
    match body::to_bytes(request.into_body(), 4 * 1_024 * 1_024).await {
        Ok(_) => ([("content-type", "application/json")], "{}").into_response(),
        Err(_) => http::StatusCode::BAD_REQUEST.into_response(),
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    memory::configure(None);
    let listener = TcpListener::bind(std::env::args().nth(1).unwrap_or("127.0.0.1:8090".to_owned())).await?;
    let router = Router::new().route("/{*path}", any(handler));
    let limits = Limits { deadlines: Deadlines::DEFAULT, max_age: MAX_AGE, grace: Duration::from_secs(1) };
    let places = ConnectionLimit::new(4_096, None, Arc::default(), Gauge::default());
    let (_stop, stopped) = watch::channel(false);
    serve(listener, Bare(router), places, limits, stopped).await;
    Ok(())
}
