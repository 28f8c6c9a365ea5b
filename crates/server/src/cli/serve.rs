//! `dossier serve`.

use std::process::ExitCode;

use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use super::output::{Output, say};
use crate::config::Config;
use crate::errors::text;
use crate::serve::Server;

/// Serves until the process gets SIGTERM or SIGINT.
pub(super) async fn serve(config: &Config, output: Output) -> Result<ExitCode, String> {
    // Registered before the first request is accepted, so that no signal ends the process at once.
    let mut terminate = signal(SignalKind::terminate()).map_err(text)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(text)?;
    let server = Server::start(config).await.map_err(text)?;
    banner(&server, config, output);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping; waiting for accepted requests to finish");
    if !server.stop().await {
        tracing::warn!("stopped before all requests had finished; shutdown_seconds sets how long to wait");
    }
    Ok(ExitCode::SUCCESS)
}

/// The engine and its location: `PostgreSQL 15.18 at db.internal/dossier`.
fn database(server: &Server) -> String {
    let store = server.store();
    let engine = store.name();
    // Without the name of the distribution's package.
    let engine = engine.split(" (").next().unwrap_or_default();
    let place = if engine.starts_with("SQLite") { "in" } else { "at" };
    format!("{engine} {place} {}", store.location())
}

/// Prints the addresses of the server, and the first key, on standard output.
fn banner(server: &Server, config: &Config, output: Output) {
    let (api, desk) = (&server.app.public_url, format!("{}/desk", server.app.desk_url));
    let is_first = server.first.is_some();
    let metrics = server.metrics_address.map(|address| format!("http://{address}/metrics"));
    let (key, link) = match &server.first {
        Some(first) => (Some(first.key.expose().to_owned()), Some(format!("{desk}/link/{}", first.link.as_str()))),
        None => (None, None),
    };
    let shown = [
        ("dossier", "Dossier", Some(env!("CARGO_PKG_VERSION").to_owned())),
        ("api", "API", Some(format!("{api}/v0"))),
        ("docs", "Docs", Some(format!("{api}/docs"))),
        ("desk", "Desk", Some(desk)),
        ("metrics", "Metrics", metrics),
        ("data", "Data", Some(config.data_dir.display().to_string())),
        ("database", "Database", Some(database(server))),
        ("desk_link", "Desk link", link),
        ("sandbox_key", "Sandbox key", key),
    ];
    let shown = shown.into_iter().filter_map(|(member, name, value)| Some((member, name, value?)));
    let text = match output {
        Output::Json => {
            Value::Object(shown.map(|(member, _, value)| (member.to_owned(), value.into())).collect()).to_string()
        }
        Output::Text => {
            let mut lines: Vec<_> = shown.map(|(_, name, value)| format!("{name:11}  {value}")).collect();
            if is_first {
                let text = "Link and key are shown only once. The link signs you in to the desk within 30 minutes; \
                    dossier members link makes another, and dossier keys create another key.";
                lines.push(text.to_owned());
            }
            lines.join("\n")
        }
    };
    say(&text);
}
