//! A bucket of an object store, on a real S3 server on loopback, and what can go wrong with it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dossier_core::caller::{Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, FileId};
use dossier_core::store::StoreError;
use dossier_store::backup::{Backup, delete_older};
use dossier_store::blobs::{BlobPath, Blobs as _, Bucket, Objects};
use futures_util::TryStreamExt as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::backups::{NOW, backed_up, restored};
use crate::engines::Engine;
use crate::moves::fill;

const PART: usize = 5 * 1_024 * 1_024;

/// What the server does wrong, for a number of requests that change or read a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Responds with 500 and does nothing.
    Refuses,
    /// Does what was requested and responds with 500.
    FailsAfterwards,
    /// Responds after a second.
    IsSlow,
    /// Never responds.
    IsSilent,
    /// Receives another body than was sent.
    GarblesBodies,
    /// Sends half of the response and closes the connection.
    CutsAnswers,
}

/// An S3 server on a folder, which misbehaves on demand.
struct Server {
    url: String,
    faults: Arc<Mutex<Option<(Fault, usize)>>>,
    _folder: TempDir,
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("evidence")).expect("a bucket");
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).expect("a file system"));
        builder.set_auth(SimpleAuth::from_single("access", "secret"));
        let (service, faults) = (builder.build(), Arc::new(Mutex::new(None)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::clone(&faults);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (service, faults) = (service.clone(), Arc::clone(&shared));
                tokio::spawn(async move {
                    let answer = service_fn(move |request| answer(service.clone(), Arc::clone(&faults), request));
                    let _ =
                        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
                });
            }
        });
        Self { url, faults, _folder: folder }
    }

    fn bucket(&self) -> Bucket {
        let variables = [
            ("AWS_ENDPOINT", self.url.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "access"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_TIMEOUT", "2 seconds"),
            ("AWS_UNKNOWN", "is ignored"),
        ];
        let variables: Vec<_> = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Bucket::open("s3://evidence/of/dossier/", &variables).expect("a bucket")
    }

    fn goes_wrong(&self, fault: Fault, times: usize) {
        *self.faults.lock().expect("a lock") = Some((fault, times));
    }

    fn recovers(&self) {
        *self.faults.lock().expect("a lock") = None;
    }
}

async fn answer(
    service: S3Service,
    faults: Arc<Mutex<Option<(Fault, usize)>>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let fault = {
        let mut faults = faults.lock().expect("a lock");
        match &mut *faults {
            Some((fault, times @ 1..)) => {
                *times -= 1;
                Some(*fault)
            }
            _ => None,
        }
    };
    let failure = || {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    };
    match fault {
        Some(Fault::Refuses) => {
            let _ = request.into_body().collect().await;
            return Ok(failure());
        }
        Some(Fault::IsSlow) => tokio::time::sleep(Duration::from_secs(1)).await,
        Some(Fault::IsSilent) => std::future::pending().await,
        _ => {}
    }
    let reads = request.method() == Method::GET;
    let (parts, body) = request.into_parts();
    let mut body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    if fault == Some(Fault::GarblesBodies)
        && let Some(byte) = body.last_mut()
    {
        *byte ^= 1;
    }
    let response = service.call(Request::from_parts(parts, Body::from(body))).await;
    let Ok(response) = response else { return Ok(failure()) };
    match fault {
        Some(Fault::FailsAfterwards) => Ok(failure()),
        Some(Fault::CutsAnswers) if reads => {
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            // The announced length stays, so the client sees that something is missing.
            Ok(Response::from_parts(parts, Body::from(bytes.slice(..bytes.len() / 2))))
        }
        _ => Ok(response),
    }
}

fn place(number: u8) -> BlobPath {
    let scope = Scope { account: AccountId::from_bytes([1; 16]), environment: Environment::Sandbox };
    BlobPath { scope, id: FileId::from_bytes([number; 16]) }
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 7 % 253).expect("below 253")).collect()
}

async fn write(bucket: &Bucket, path: BlobPath, content: &[u8]) -> Result<(), StoreError> {
    let mut writer = bucket.create(path).await?;
    for piece in content.chunks(65_536) {
        writer.write(piece.to_vec()).await?;
    }
    writer.finish().await
}

async fn listed(bucket: &Bucket) -> Vec<BlobPath> {
    let mut paths: Vec<_> = bucket.list().map_ok(|listed| listed.path).try_collect().await.expect("a listing");
    paths.sort_by_key(|path| path.id);
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn contents_of_all_sizes_are_stored_listed_and_deleted() {
    let server = Server::start().await;
    let bucket = server.bucket();
    let before = Timestamp::from_micros(0);
    for (number, length) in (0..).zip([1, 1_000, PART - 1, PART, PART + 1, 2 * PART + 1_000]) {
        let content = content(length);
        write(&bucket, place(number), &content).await.expect("written");
        let middle = length as u64 / 2;
        let read = bucket.read(place(number), middle..length as u64).await.expect("read");
        assert!(read == content[length / 2..], "{length}");
        assert!(bucket.read(place(number), 0..length as u64).await.expect("read") == content, "{length}");
    }
    assert_eq!(listed(&bucket).await, (0..6).map(place).collect::<Vec<_>>());
    let times: Vec<_> = bucket.list().map_ok(|listed| listed.written_at).try_collect().await.expect("a listing");
    assert!(times.iter().all(|at| *at > before));
    bucket.delete(place(3)).await.expect("deleted");
    bucket.delete(place(3)).await.expect("gone already");
    assert!(matches!(bucket.read(place(3), 0..1).await, Err(StoreError::Corrupt(_))));
    // A read beyond the end is damage: the content is too short.
    assert!(bucket.read(place(0), 0..2).await.is_err());
    // A content that was dropped unfinished is not visible.
    let mut writer = bucket.create(place(9)).await.expect("begun");
    writer.write(content(PART + 1)).await.expect("a part");
    drop(writer);
    assert!(!listed(&bucket).await.contains(&place(9)));
}

#[tokio::test(flavor = "multi_thread")]
async fn transient_faults_are_retried() {
    let server = Server::start().await;
    let bucket = server.bucket();
    let content = content(10_000);
    for (number, (fault, times)) in (0..).zip([
        (Fault::Refuses, 2),
        (Fault::FailsAfterwards, 1),
        (Fault::IsSlow, 1),
        (Fault::IsSilent, 1),
        (Fault::CutsAnswers, 1),
    ]) {
        server.goes_wrong(fault, times);
        write(&bucket, place(number), &content).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        server.goes_wrong(fault, times);
        // A read with a truncated response is not retried; the caller gets the error.
        let read = bucket.read(place(number), 0..10_000).await;
        match fault {
            Fault::CutsAnswers => assert!(read.is_err() || read.as_ref().is_ok_and(|read| *read == content)),
            _ => assert!(read.is_ok_and(|read| read == content), "{fault:?}"),
        }
        server.recovers();
        assert!(bucket.read(place(number), 0..10_000).await.is_ok_and(|read| read == content), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lasting_faults_are_reported_and_store_nothing() {
    let server = Server::start().await;
    let bucket = server.bucket();
    for (number, fault) in (0..).zip([Fault::Refuses, Fault::FailsAfterwards, Fault::IsSilent, Fault::GarblesBodies]) {
        let (small, large) = (content(10_000), content(PART + 10));
        for content in [small, large] {
            server.goes_wrong(fault, usize::MAX);
            let began = Instant::now();
            let failed = write(&bucket, place(number), &content).await;
            assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{fault:?}: {failed:?}");
            assert!(began.elapsed() < Duration::from_secs(40), "{fault:?}: {:?}", began.elapsed());
        }
        server.recovers();
        // The next write is accepted, in the same place too.
        write(&bucket, place(number), &content(100)).await.expect("written");
        assert_eq!(bucket.read(place(number), 0..100).await.expect("read"), content(100));
    }
}

#[test]
fn an_invalid_bucket_url_is_refused_with_a_reason() {
    for (url, reason) in [
        ("s3:/evidence", "must be a URL"),
        ("s3://", "has no bucket"),
        ("ftp://evidence", "must start with"),
        ("az://evidence", "ccount"),
    ] {
        let refused = Bucket::open(url, &[]).err().unwrap_or_default();
        assert!(refused.contains(reason), "{url}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_goes_to_a_bucket_and_comes_back() {
    let server = Server::start().await;
    let place: Arc<dyn Objects> = Arc::new(server.bucket());
    let mut engine = Engine::sqlite().await;
    fill(&engine.services()).await;
    backed_up(&engine, &place, NOW).await.expect("a backup");
    // This one dies before its end. The next one reuses its contents.
    let killed = Backup::find(&place, None).await.expect("complete").name;
    place.delete_object(&format!("{killed}/manifest.json")).await.expect("deleted");
    assert!(Backup::find(&place, None).await.is_err(), "none is complete");
    let second = backed_up(&engine, &place, NOW.plus_seconds(60)).await.expect("a backup");
    let third = backed_up(&engine, &place, NOW.plus_seconds(120)).await.expect("a backup");
    delete_older(&place, &third, Some(2), false).await.expect("deleted");
    let backups = Backup::list(&place).await.expect("backups");
    let names: Vec<_> = backups.iter().map(|backup| backup.name.as_str()).collect();
    assert_eq!(names, [second.name.as_str(), third.name.as_str()]);
    assert_eq!(place.list_objects(&killed).await.expect("a list"), [], "nothing of it remains");
    for backup in &backups {
        assert_eq!(restored(backup).await.expect("restored").findings, Vec::new());
    }
}
