//! File contents in a bucket: S3 and compatible services, Google Cloud Storage, Azure.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dossier_core::clock::Timestamp;
use dossier_core::store::StoreError;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, Checksum};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientConfigKey, Error, MultipartUpload, ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig,
};

use super::{BlobInfo, BlobPath, BlobWriter, Blobs, Object, Objects};

/// The smallest part that S3 accepts, apart from the last one. Each upload holds this much in memory.
const PART: usize = 5 * 1_024 * 1_024;
/// The timeouts of one request, and of its connection.
const TIMEOUTS: [(ClientConfigKey, &str); 2] =
    [(ClientConfigKey::Timeout, "20 seconds"), (ClientConfigKey::ConnectTimeout, "5 seconds")];
/// How often, and for how long, a request is retried.
const RETRY: RetryConfig = RetryConfig {
    backoff: BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(5), base: 2. },
    max_retries: 5,
    retry_timeout: Duration::from_secs(20),
};

/// A bucket, or a folder in one.
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
}

/// Passes on those variables that the builder of the service knows.
macro_rules! configured {
    ($builder:ty, $key:ident, $variables:expr) => {{
        let mut builder = <$builder>::new().with_retry(RETRY);
        for (key, value) in TIMEOUTS {
            builder = builder.with_config($key::Client(key), value);
        }
        for (name, value) in $variables {
            if let Ok(key) = name.to_ascii_lowercase().parse::<$key>() {
                builder = builder.with_config(key, value);
            }
        }
        builder
    }};
}

impl Bucket {
    /// Opens a bucket by its URL: `s3://bucket/folder`, `gs://…` or `az://…`. Region, endpoint and credentials come
    /// from the usual variables of these services (`AWS_…`, `GOOGLE_…`, `AZURE_…`). The error text is for people.
    pub fn open(url: &str, variables: &[(String, String)]) -> Result<Self, String> {
        let message = |error: Error| error.to_string();
        let (scheme, rest) = url.split_once("://").ok_or("must be a URL such as s3://bucket/folder")?;
        let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err("has no bucket".to_owned());
        }
        let prefix = Path::parse(folder.trim_end_matches('/')).map_err(|error| error.to_string())?;
        let of = |service: &'static str| variables.iter().filter(move |(name, _)| name.starts_with(service));
        let store: Arc<dyn ObjectStore> = match scheme {
            "s3" => {
                let builder = configured!(AmazonS3Builder, AmazonS3ConfigKey, of("AWS_"));
                Arc::new(
                    builder
                        .with_bucket_name(bucket)
                        .with_checksum_algorithm(Checksum::SHA256)
                        .build()
                        .map_err(message)?,
                )
            }
            "gs" => {
                let builder = configured!(GoogleCloudStorageBuilder, GoogleConfigKey, of("GOOGLE_"));
                Arc::new(builder.with_bucket_name(bucket).build().map_err(message)?)
            }
            "az" => {
                let builder = configured!(MicrosoftAzureBuilder, AzureConfigKey, of("AZURE_"));
                Arc::new(builder.with_container_name(bucket).build().map_err(message)?)
            }
            _ => return Err("must start with s3://, gs:// or az://".to_owned()),
        };
        Ok(Self { store, prefix })
    }

    fn at(&self, path: BlobPath) -> Path {
        self.named(&path.to_string())
    }

    fn named(&self, name: &str) -> Path {
        Path::from_iter(self.prefix.parts().chain(Path::from(name).parts()))
    }
}

#[async_trait]
impl Blobs for Bucket {
    async fn create(&self, path: BlobPath) -> Result<Box<dyn BlobWriter>, StoreError> {
        // A content that fits into one part, as most do, takes a single request.
        Ok(Box::new(BucketUpload { store: Arc::clone(&self.store), at: self.at(path), part: Vec::new(), parts: None }))
    }

    async fn read(&self, path: BlobPath, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let wanted = range.end - range.start;
        let bytes = self.store.get_range(&self.at(path), range).await.map_err(failed)?;
        if bytes.len() as u64 == wanted {
            Ok(bytes.into())
        } else {
            Err(StoreError::Corrupt("the content of a file is truncated".into()))
        }
    }

    async fn delete(&self, path: BlobPath) -> Result<(), StoreError> {
        match self.store.delete(&self.at(path)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    fn list(&self) -> BoxStream<'_, Result<BlobInfo, StoreError>> {
        let listing = self.store.list(Some(&self.prefix)).map_err(failed);
        listing
            .try_filter_map(move |object| {
                let below = object.location.prefix_match(&self.prefix);
                let below = below.map(|parts| Path::from_iter(parts).to_string());
                let written_at = Timestamp::from_micros(object.last_modified.timestamp_micros());
                let path = below.and_then(|below| BlobPath::parse(&below));
                std::future::ready(Ok(path.map(|path| BlobInfo { path, written_at, size: object.size })))
            })
            .boxed()
    }
}

#[async_trait]
impl Objects for Bucket {
    async fn create_object(&self, name: &str) -> Result<Box<dyn BlobWriter>, StoreError> {
        let at = self.named(name);
        Ok(Box::new(BucketUpload { store: Arc::clone(&self.store), at, part: Vec::new(), parts: None }))
    }

    async fn read_object(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = range.end - range.start;
        let bytes = self.store.get_range(&self.named(name), range).await.map_err(failed)?;
        if bytes.len() as u64 == wanted { Ok(bytes.into()) } else { Err(StoreError::Corrupt("it is truncated".into())) }
    }

    async fn object_size(&self, name: &str) -> Result<Option<u64>, StoreError> {
        match self.store.head(&self.named(name)).await {
            Ok(object) => Ok(Some(object.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    async fn link_object(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.store.copy(&self.named(from), &self.named(to)).await.map_err(failed)
    }

    async fn delete_object(&self, name: &str) -> Result<(), StoreError> {
        match self.store.delete(&self.named(name)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    async fn list_objects(&self, below: &str) -> Result<Vec<Object>, StoreError> {
        let at = self.named(below);
        let listing = self.store.list(Some(&at)).map_err(failed);
        let objects = listing.try_filter_map(|object| {
            let name = object.location.prefix_match(&self.prefix).map(|parts| Path::from_iter(parts).to_string());
            std::future::ready(Ok(name.map(|name| Object { name, size: object.size })))
        });
        objects.try_collect().await
    }

    async fn list_names(&self) -> Result<Vec<String>, StoreError> {
        let listing = self.store.list_with_delimiter(Some(&self.prefix)).await.map_err(failed)?;
        let name = |path: &Path| path.filename().map(str::to_owned);
        Ok(listing.common_prefixes.iter().filter_map(name).collect())
    }
}

struct BucketUpload {
    store: Arc<dyn ObjectStore>,
    at: Path,
    /// Received bytes that have not been sent yet.
    part: Vec<u8>,
    /// `None` unless the content is larger than a part.
    parts: Option<Box<dyn MultipartUpload>>,
}

impl BucketUpload {
    async fn send_part(&mut self) -> Result<(), StoreError> {
        let parts = match &mut self.parts {
            Some(parts) => parts,
            None => self.parts.insert(self.store.put_multipart(&self.at).await.map_err(failed)?),
        };
        parts.put_part(PutPayload::from(std::mem::take(&mut self.part))).await.map_err(failed)
    }
}

#[async_trait]
impl BlobWriter for BucketUpload {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.part.extend_from_slice(&bytes);
        if self.part.len() < PART { Ok(()) } else { self.send_part().await }
    }

    async fn finish(mut self: Box<Self>) -> Result<(), StoreError> {
        if self.parts.is_none() {
            let payload = PutPayload::from(std::mem::take(&mut self.part));
            return self.store.put(&self.at, payload).await.map(drop).map_err(failed);
        }
        if !self.part.is_empty() {
            self.send_part().await?;
        }
        if let Some(parts) = &mut self.parts {
            parts.complete().await.map_err(failed)?;
        }
        self.parts = None;
        Ok(())
    }
}

impl Drop for BucketUpload {
    /// Parts of an upload that is never completed would stay in the bucket, invisible and paid for.
    fn drop(&mut self) {
        if let (Some(mut parts), Ok(runtime)) = (self.parts.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                if let Err(error) = parts.abort().await {
                    tracing::warn!(%error, "failed to delete the parts of an unfinished upload");
                }
            });
        }
    }
}

fn failed(error: Error) -> StoreError {
    match error {
        Error::NotFound { .. } => StoreError::Corrupt("the content of a file is missing".into()),
        error => StoreError::Unavailable(format!("the object store: {error}")),
    }
}
