//! The control socket, over which commands reach the server that holds the data folder. A connection carries one
//! command as a line of JSON. The server replies with lines of progress and a line with the result.

use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dossier_core::caller::OperatorName;
use dossier_core::store::Progress;
use dossier_store::Engine;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use crate::anchor::ProcessAnchor;
use crate::cli::command::{Kind, OTHER_VERSION};
use crate::cli::context::CommandContext;
use crate::cli::registry::Command;
use crate::cli::saving::Saving;
use crate::config::{Config, Urls};
use crate::errors::text;
use crate::http::state::App;

const NAME: &str = "control.sock";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Progress(u64, u64),
    /// A part of the file that the command saves, in Base64.
    Piece(String),
    Done(Value),
    Failed(String),
}

#[derive(Serialize, Deserialize)]
struct Request<C> {
    operator: String,
    command: C,
}

/// Creates the socket. Only the owner of the data folder can enter that, and so use the socket.
pub fn listen(folder: &Path) -> io::Result<UnixListener> {
    // The process that created an existing socket has ended, because we hold the lock.
    let _ = std::fs::remove_file(folder.join(NAME));
    let listener = at_short_path(folder, |path| UnixListener::bind(path))?;
    std::fs::set_permissions(folder.join(NAME), std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// The path of a socket has at most 107 bytes. If the data folder's is too long, uses a path through the open folder.
fn at_short_path<T>(folder: &Path, use_path: impl FnOnce(PathBuf) -> io::Result<T>) -> io::Result<T> {
    let path = folder.join(NAME);
    if path.as_os_str().len() <= 100 {
        return use_path(path);
    }
    let folder = std::fs::File::open(folder)?;
    use_path(PathBuf::from(format!("/proc/self/fd/{}/{NAME}", folder.as_raw_fd())))
}

/// The parts of a running server that commands use.
#[derive(Clone)]
pub struct ControlledServer {
    app: App,
    store: Arc<dyn Engine>,
    anchor: Arc<ProcessAnchor>,
    config: Config,
    urls: Urls,
}

impl ControlledServer {
    #[must_use]
    pub fn new(app: &App, store: &Arc<dyn Engine>, anchor: &Arc<ProcessAnchor>, config: &Config) -> Self {
        let (app, store, anchor) = (Arc::clone(app), Arc::clone(store), Arc::clone(anchor));
        let urls = Urls { public: app.public_url.clone(), form: app.form_url.clone(), desk: app.desk_url.clone() };
        Self { app, store, anchor, config: config.clone(), urls }
    }

    fn context<'a>(
        &'a self,
        operator: &'a OperatorName,
        progress: Progress<'a>,
        pieces: &'a mpsc::Sender<Vec<u8>>,
    ) -> CommandContext<'a> {
        let Self { app, store, anchor, config, urls } = self;
        let (services, metrics) = (&app.services, Some(&app.metrics));
        CommandContext { services, store: &**store, anchor, config, urls, metrics, operator, progress, pieces }
    }
}

/// Runs commands until it is aborted.
pub async fn serve(listener: UnixListener, server: ControlledServer) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let server = server.clone();
                tokio::spawn(async move {
                    if let Err(error) = run(stream, &server).await {
                        tracing::debug!(%error, "the connection of a command was lost");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "failed to accept the connection of a command");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn run(stream: UnixStream, server: &ControlledServer) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut request = String::new();
    BufReader::new(read).read_line(&mut request).await?;
    let (progress, mut reports) = mpsc::unbounded_channel();
    let (sender, mut pieces) = mpsc::channel(1);
    let report = move |done, total| {
        // The receiver is dropped when the command ends.
        let _ = progress.send((done, total));
    };
    let work = async {
        let of_another_version = || Reply::Failed(OTHER_VERSION.to_owned());
        let Ok(Request::<Command> { operator, command }) = serde_json::from_str(&request) else {
            return of_another_version();
        };
        let Some(Kind::Data(command)) = command.kind() else { return of_another_version() };
        let operator = match OperatorName::new(&operator) {
            Ok(operator) => operator,
            Err(error) => return Reply::Failed(error.to_string()),
        };
        match command.run(&server.context(&operator, &report, &sender)).await {
            Ok(value) => Reply::Done(value),
            Err(text) => Reply::Failed(text),
        }
    };
    let mut work = std::pin::pin!(work);
    let outcome = loop {
        tokio::select! {
            outcome = work.as_mut() => break outcome,
            Some((done, total)) = reports.recv() => send(&mut write, &Reply::Progress(done, total)).await?,
            Some(piece) = pieces.recv() => send(&mut write, &Reply::Piece(STANDARD.encode(piece))).await?,
        }
    };
    while let Ok(piece) = pieces.try_recv() {
        send(&mut write, &Reply::Piece(STANDARD.encode(piece))).await?;
    }
    send(&mut write, &outcome).await
}

async fn send(write: &mut (impl tokio::io::AsyncWrite + Unpin), reply: &Reply) -> io::Result<()> {
    let mut text = serde_json::to_vec(reply).expect("a reply has string keys only");
    text.push(b'\n');
    write.write_all(&text).await
}

/// Sends a command to the server that holds the data folder. `None` if no server can be reached.
pub async fn call(
    folder: &Path,
    operator: &OperatorName,
    command: &Command,
    progress: Progress<'_>,
    saving: &mut Saving,
) -> Option<Result<Value, String>> {
    // A blocking connect is fast enough, because the socket is local.
    let stream = at_short_path(folder, |path| {
        let stream = std::os::unix::net::UnixStream::connect(path)?;
        stream.set_nonblocking(true)?;
        UnixStream::from_std(stream)
    })
    .ok()?;
    let (read, mut write) = stream.into_split();
    let request = Request { operator: operator.as_str().to_owned(), command };
    let mut line = serde_json::to_vec(&request).expect("a command has string keys only");
    line.push(b'\n');
    write.write_all(&line).await.ok()?;
    let mut lines = BufReader::new(read).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str(&line) {
            Ok(Reply::Progress(done, total)) => progress(done, total),
            Ok(Reply::Piece(piece)) => match STANDARD.decode(piece).map_err(text).and_then(|it| saving.write(&it)) {
                Ok(()) => {}
                Err(error) => return Some(Err(error)),
            },
            Ok(Reply::Done(value)) => return Some(Ok(value)),
            Ok(Reply::Failed(text)) => return Some(Err(text)),
            Err(_) => break,
        }
    }
    Some(Err("the server stopped before it replied; check whether the command took effect".to_owned()))
}
