//! Settings: when failed deliveries are retried, and which addresses webhooks may reach.

use std::net::SocketAddr;

use dossier_core::webhook::Schedule;

use super::reader::SettingReader;
use super::units::millis;
use crate::egress::targets::PrivateTargets;

#[derive(Clone)]
pub struct Webhooks {
    /// When failed deliveries are retried.
    pub schedule: Schedule,
    /// The private addresses that webhooks may reach.
    pub private: PrivateTargets,
}

impl Webhooks {
    pub(super) fn read(from: &mut SettingReader<'_>, listen: SocketAddr) -> Self {
        let default = "5s, 30s, 2m, 10m, 1h, 4h, 12h";
        let help = "how long to wait after each failed attempt of a delivery; the last value repeats";
        let list = |text: &str| text.split(',').map(millis).collect();
        let waits = from.setting("webhook_waits", default, help).recorded();
        let waits = waits.read(list, "a list of durations, such as 5s, 2m, 1h");
        let help = "how long a delivery is retried, and how long all deliveries to an endpoint may fail before it is \
            disabled";
        let give_up = from.setting("webhook_give_up", "3d", help).recorded().read(millis, "a duration, such as 3d");
        let help = "the private addresses that webhooks may reach: none, or a list such as 10.0.0.5, 192.168.0.0/16, \
            [fd12::/16]:8443; auto for this machine if listen is a loopback address, otherwise none";
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
