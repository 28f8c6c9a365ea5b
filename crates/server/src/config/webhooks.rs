//! When webhooks are tried again, and which addresses they may reach.

use std::net::SocketAddr;

use dossier_core::webhook::Schedule;

use super::reader::SettingReader;
use super::units::millis;
use crate::egress::targets::PrivateTargets;

/// When webhooks are tried again, and which addresses they may reach.
#[derive(Clone)]
pub struct Webhooks {
    /// When failed deliveries are tried again.
    pub schedule: Schedule,
    /// The addresses besides public ones that webhooks may reach.
    pub private: PrivateTargets,
}

impl Webhooks {
    pub(super) fn read(from: &mut SettingReader<'_>, listen: SocketAddr) -> Self {
        let default = "5s, 30s, 2m, 10m, 1h, 4h, 12h";
        let help = "how long to wait after each attempt of a delivery that failed; the last is repeated";
        let list = |text: &str| text.split(',').map(millis).collect();
        let waits = from.setting("webhook_waits", default, help).recorded();
        let waits = waits.read(list, "a list of durations, like 5s, 2m, 1h");
        let help = "how long a delivery is tried, and how long an endpoint may take nothing";
        let give_up = from.setting("webhook_give_up", "3d", help).recorded().read(millis, "a duration, like 3d");
        let help = "which addresses besides public ones webhooks may reach: none, or a list like 10.0.0.5, \
            192.168.0.0/16, [fd12::/16]:8443; auto means this machine while listen is on loopback, and none otherwise";
        let targets = |text: &str| match text {
            "auto" if listen.ip().to_canonical().is_loopback() => Some(PrivateTargets::loopback()),
            "auto" | "none" => Some(PrivateTargets::default()),
            list => PrivateTargets::parse(list),
        };
        let wanted = "auto, none, or a list of addresses and networks, each with or without a port";
        let private = from.setting("webhook_private", "auto", help).recorded().read(targets, wanted);
        Self { schedule: Schedule { waits, give_up }, private }
    }
}
