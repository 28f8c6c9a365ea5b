//! The minimum of free disk space. Below it, only reads and deletions are served, so that the database can still write
//! checkpoints, deletions and audit entries.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use http::Method;

use crate::config::Config;
use crate::config::storage::{Floor, file_url_folder};

impl Floor {
    fn of(self, size: u64) -> u64 {
        match self {
            Self::Auto => (size / 20).min(512 << 20),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// A disk: how much of it is free, and how much must stay free, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Disk {
    pub(crate) free: u64,
    pub(crate) floor: u64,
}

/// Where a process writes: the data folder, and the folder of files if that is elsewhere.
pub(crate) fn folders(config: &Config) -> Vec<PathBuf> {
    let files = config.storage.files.as_deref().and_then(file_url_folder).map(PathBuf::from);
    [Some(config.data_dir.clone()), files].into_iter().flatten().collect()
}

/// The disk of these folders that is closest to its floor.
pub(crate) fn closest(folders: &[PathBuf], floor: Floor) -> Option<Disk> {
    let measured = folders.iter().filter_map(|folder| rustix::fs::statvfs(folder).ok());
    let disks = measured
        .map(|disk| Disk { free: disk.f_bavail * disk.f_frsize, floor: floor.of(disk.f_blocks * disk.f_frsize) });
    disks.min_by_key(|disk| i128::from(disk.free) - i128::from(disk.floor))
}

/// Whether there is enough disk space.
#[derive(Debug, Default)]
pub struct Room {
    short: AtomicBool,
}

impl Room {
    /// Whether a request of this method is served now.
    #[must_use]
    pub fn admits(&self, method: &Method) -> bool {
        !self.short.load(Ordering::Relaxed) || !matches!(*method, Method::POST | Method::PUT | Method::PATCH)
    }

    /// Measures the free space of the disks. Returns the one that is closest to its floor.
    pub(crate) fn look(&self, folders: &[PathBuf], floor: Floor) -> Option<Disk> {
        let closest = closest(folders, floor);
        let short = closest.is_some_and(|disk| disk.free < disk.floor);
        if short != self.short.swap(short, Ordering::Relaxed) {
            match short {
                true => tracing::error!(
                    "the disk is nearly full, so only reads and deletions are served; free space, or lower disk_floor"
                ),
                false => tracing::info!("the disk has enough free space again; all requests are served"),
            }
        }
        closest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_512_mib_or_5_percent_of_a_smaller_disk() {
        for (size, floor) in [(100 << 30, 512 << 20), (10 << 30, 512 << 20), (1 << 30, (1 << 30) / 20), (0, 0)] {
            assert_eq!(Floor::Auto.of(size), floor);
        }
        assert_eq!(Floor::Bytes(7).of(1), 7);
    }
}
