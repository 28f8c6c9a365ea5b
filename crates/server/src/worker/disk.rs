//! Watches how much space the disks have.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::Config;
use crate::config::storage::file_url_folder;
use crate::http::state::App;

/// Looks at the disks now, and then every second.
pub(super) fn watch(app: App, config: &Config) -> impl Future<Output = ()> + Send + use<> {
    let (folders, floor) = (folders(config), config.storage.disk_floor);
    app.room.look(&folders, floor);
    async move {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            app.room.look(&folders, floor);
        }
    }
}

/// Where this process writes: the data folder, and the folder of files if that is elsewhere.
fn folders(config: &Config) -> Vec<PathBuf> {
    let files = config.storage.files.as_deref().and_then(file_url_folder).map(PathBuf::from);
    [Some(config.data_dir.clone()), files].into_iter().flatten().collect()
}
