//! Settings: where records, keys and files are stored.

use std::path::{Path, PathBuf};

use super::reader::SettingReader;
use super::units::{bytes, some};

/// The default data folder.
pub(super) const DATA_DIR: &str = "./dossier-data";
/// The maximum of `cache`, in bytes. A larger value is a mistake.
const MAX_CACHE: u64 = 1 << 40;

#[derive(Clone)]
pub struct Storage {
    /// The URL of the PostgreSQL database; `None` for the embedded database.
    pub database: Option<String>,
    pub keyring: PathBuf,
    pub anchor: PathBuf,
    /// The URL of the place of files; `None` for the data folder.
    pub files: Option<String>,
    /// The size of the cache of customers in bytes; `None` for the default of the engine.
    pub cache: Option<u64>,
    pub disk_floor: Floor,
}

/// How much disk space must stay free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    /// 512 MiB, or 5 % of a smaller disk.
    Auto,
    Bytes(u64),
}

pub(super) fn data_dir(from: &mut SettingReader<'_>) -> PathBuf {
    let help = "the data folder, with root key, keyring and embedded database";
    PathBuf::from(from.setting("data_dir", DATA_DIR, help).text())
}

impl Storage {
    pub(super) fn read(from: &mut SettingReader<'_>, data_dir: &Path) -> Self {
        let help = "the PostgreSQL database, postgres://user:password@host/name, which several processes can share; \
            empty for the embedded database in the data folder";
        let postgres = |text: &str| Some(text.to_owned()).filter(|url| is_postgres(url));
        let database = from.setting("database", "", help).secret();
        let database = database.read_or_empty(postgres, "a URL that begins with postgres://");
        let help = "the file with the epoch keys, the same for every process on a database; empty for keyring.json in \
            the data folder";
        let keyring = some(from.setting("keyring", "", help).text());
        let help = "the file with a signed copy of the ends of all audit trails, one for each process, preferably on \
            another disk than the database; empty for anchor in the data folder";
        let anchor = some(from.setting("anchor", "", help).text());
        let help =
            "the place of files: s3://bucket/folder, gs://…, az://… or file:///folder; empty for the data folder";
        let files = some(from.setting("files", "", help).recorded().text().trim_end_matches('/'));
        if files.as_ref().is_some_and(|url| !holds_files(url)) {
            from.reject("files", "a URL that begins with s3://, gs://, az:// or file:///");
        }
        let help = "the memory for the cache of customers, such as 512MiB or 4GiB; empty for 20MiB, or 40MiB with \
            PostgreSQL";
        let read = |text: &str| bytes(text).filter(|bytes| *bytes <= MAX_CACHE);
        let wanted = "a size up to 1024GiB, such as 512MiB or 4GiB";
        let cache = from.setting("cache", "", help).read_or_empty(read, wanted);
        let help = "the free disk space below which only reads and deletions are served, such as 2GiB; auto for \
            512MiB, or 5 % of a smaller disk";
        let read = |text: &str| if text == "auto" { Some(Floor::Auto) } else { bytes(text).map(Floor::Bytes) };
        let wanted = "auto, or a size such as 512MiB or 2GiB";
        let disk_floor = from.setting("disk_floor", "auto", help).read(read, wanted);
        Self {
            database,
            keyring: keyring.map_or_else(|| data_dir.join("keyring.json"), PathBuf::from),
            anchor: anchor.map_or_else(|| data_dir.join("anchor"), PathBuf::from),
            files,
            cache,
            disk_floor,
        }
    }
}

/// Whether a URL names a PostgreSQL database.
#[must_use]
pub fn is_postgres(url: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

/// The folder of a `file://` URL.
#[must_use]
pub fn file_url_folder(url: &str) -> Option<&str> {
    url.strip_prefix("file://")
}

/// Whether a URL names a place that can store files.
#[must_use]
pub fn holds_files(url: &str) -> bool {
    ["s3://", "gs://", "az://", "file:///"].iter().any(|scheme| url.starts_with(scheme))
}
