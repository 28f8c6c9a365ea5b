//! PostgreSQL for tests: the cluster that `DOSSIER_TEST_POSTGRES` names, or one made from the installed programs, which
//! is started for the test and removed with it. Nothing is downloaded.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A cluster, by the URL of its database `postgres`.
pub(crate) struct Cluster {
    url: String,
    own: Option<(Child, TempDir)>,
}

/// Debian installs the programs outside the path.
fn program(name: &str) -> PathBuf {
    let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|folders| folders.flatten().map(|folder| folder.path().join("bin").join(name)).collect())
        .unwrap_or_default();
    versions.retain(|path: &PathBuf| path.exists());
    versions.sort();
    versions.pop().unwrap_or_else(|| name.into())
}

/// The programs refuse to run as root, so they run as the user nobody.
fn command(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(program(name));
    if std::fs::metadata("/proc/self").is_ok_and(|of| std::os::unix::fs::MetadataExt::uid(&of) == 0) {
        std::os::unix::fs::chown(folder, Some(65_534), Some(65_534)).expect("the folder is given away");
        command.uid(65_534).gid(65_534);
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn not_in_the_quick_tier() {
    let profile = std::env::var("NEXTEST_PROFILE");
    assert_ne!(profile.as_deref(), Ok("quick"), "this test starts PostgreSQL: .config/nextest.toml must leave it out");
}

impl Cluster {
    /// The cluster that the environment names, or a new one.
    pub(crate) async fn any() -> Self {
        not_in_the_quick_tier();
        match std::env::var("DOSSIER_TEST_POSTGRES") {
            Ok(url) => Self { url, own: None },
            Err(_) => Self::own(&[]).await,
        }
    }

    /// A new cluster with these additional settings.
    pub(crate) async fn own(settings: &[&str]) -> Self {
        not_in_the_quick_tier();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        let mut initdb = command("initdb", folder.path());
        initdb.args(["--no-sync", "--username=dossier", "--auth=trust", "--encoding=UTF8", "--pgdata"]).arg(&data);
        let made = initdb.output().expect("PostgreSQL is installed (initdb); install the package postgresql");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut server = command("postgres", folder.path());
        server.arg("-D").arg(&data).arg("-k").arg(folder.path());
        server.args(["-c", "listen_addresses=", "-c", "max_connections=100", "-c", "shared_buffers=32MB"]);
        for setting in settings {
            server.args(["-c", setting]);
        }
        let child = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("postgres starts");
        let url = format!(
            "postgres://dossier@%2F{}/postgres",
            folder.path().display().to_string().trim_start_matches('/').replace('/', "%2F")
        );
        let cluster = Self { url, own: Some((child, folder)) };
        let began = Instant::now();
        while cluster.run("SELECT 1").await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "the cluster does not respond");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        cluster
    }

    /// Runs a statement in the database `postgres`.
    pub(crate) async fn run(&self, sql: &str) -> Result<Option<String>, tokio_postgres::Error> {
        run(&self.url, sql).await
    }

    /// Creates an empty database and returns its URL.
    pub(crate) async fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("dossier_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let (server, _) = self.url.rsplit_once('/').expect("a URL");
        for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
            self.run(&sql).await.expect("a database");
        }
        format!("{server}/{name}")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some((child, folder)) = &mut self.own {
            let mut stop = command("pg_ctl", folder.path());
            let _ = stop.args(["stop", "-m", "immediate", "-D"]).arg(folder.path().join("data")).output();
            let _ = child.wait();
        }
    }
}

/// Runs a statement on its own connection. Returns the first column of the first row.
pub(crate) async fn run(url: &str, sql: &str) -> Result<Option<String>, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    let driven = tokio::spawn(connection);
    let messages = client.simple_query(sql).await;
    drop(client);
    let _ = driven.await;
    Ok(messages?.iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
