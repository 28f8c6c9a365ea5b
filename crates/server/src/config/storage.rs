//! Where records and files lie.

use std::path::{Path, PathBuf};

use super::reader::SettingReader;
use super::units::{bytes, some};

/// The data folder when none is set.
pub(super) const DATA_DIR: &str = "./dossier-data";
/// Bytes of `cache` at most: more than any machine has is a slip.
const MOST_CACHE: u64 = 1 << 40;

/// Where records and files lie.
#[derive(Clone)]
pub struct Storage {
    /// The PostgreSQL database; the embedded one when `None`.
    pub database: Option<String>,
    /// The keyring's file.
    pub keyring: PathBuf,
    /// The file that says how far the audit trails had come.
    pub anchor: PathBuf,
    /// The bucket of files; `None` for a folder in the data folder.
    pub files: Option<String>,
    /// Bytes of customers that are remembered between requests; what the engine usually takes when `None`.
    pub cache: Option<u64>,
    /// How much of the disk stays free.
    pub disk_floor: Floor,
}

/// How much of the disk stays free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    /// 512 MiB, or 5 % of a smaller disk.
    Auto,
    /// This many bytes.
    Bytes(u64),
}

/// The data folder.
pub(super) fn data_dir(from: &mut SettingReader<'_>) -> PathBuf {
    PathBuf::from(from.setting("data_dir", DATA_DIR, "the folder with root key, keyring and database").text())
}

impl Storage {
    pub(super) fn read(from: &mut SettingReader<'_>, data_dir: &Path) -> Self {
        let help = "postgres://user:password@host/name, for many processes; the embedded database in the data folder \
            when empty";
        let postgres = |text: &str| Some(text.to_owned()).filter(|url| is_postgres(url));
        let database = from.setting("database", "", help).secret();
        let database = database.read_or_empty(postgres, "a URL that begins with postgres://");
        let help = "the file of epoch keys, the same for every process on one database; keyring.json in the data \
            folder when empty";
        let keyring = some(from.setting("keyring", "", help).text());
        let help = "the file that says how far the audit trails had come, one for each process, best on another disk \
            than the database; anchor in the data folder when empty";
        let anchor = some(from.setting("anchor", "", help).text());
        let help = "where the content of files lies: s3://bucket/folder, gs://…, az://… or file:///folder; in the data \
            folder when empty";
        let files = some(from.setting("files", "", help).recorded().text().trim_end_matches('/'));
        if files.as_ref().is_some_and(|url| !holds_files(url)) {
            from.wrong("files", "a URL that begins with s3://, gs://, az:// or file:///");
        }
        let help = "memory for customers that are remembered between requests, like 512MiB or 4GiB; 20MiB when empty, \
            with PostgreSQL 40MiB";
        let read = |text: &str| bytes(text).filter(|bytes| *bytes <= MOST_CACHE);
        let wanted = "an amount of memory up to 1024GiB, like 512MiB or 4GiB";
        let cache = from.setting("cache", "", help).read_or_empty(read, wanted);
        let help = "how much of the disk stays free, like 2GiB; below it only reads and deletions are served; auto \
            means 512MiB, or 5 % of a smaller disk";
        let read = |text: &str| if text == "auto" { Some(Floor::Auto) } else { bytes(text).map(Floor::Bytes) };
        let wanted = "auto, or an amount like 512MiB or 2GiB";
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

/// Whether a URL is that of a PostgreSQL database.
#[must_use]
pub fn is_postgres(url: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

/// Whether a URL is that of a place that the content of files can lie in.
#[must_use]
pub fn holds_files(url: &str) -> bool {
    ["s3://", "gs://", "az://", "file:///"].iter().any(|scheme| url.starts_with(scheme))
}
