//! Who is at the gate: what goes into every record.

use std::env;
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::gate::ledger::{Event, Record, VERSION};
use crate::gate::moment;
use crate::gate::releases::{self, Site};

/// Where the names of those who deploy are looked for; the first that says something is taken.
const ACTORS: [&str; 7] =
    ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "KAMAL_PERFORMER", "DEPLOYER_USER", "SUDO_USER", "USER", "LOGNAME"];

/// A record of `event` at this site, with what is known of every one.
pub(super) fn record(event: Event, id: &str, site: &Site, actor: Option<&str>) -> Record {
    Record {
        schema: VERSION,
        at: moment::written(SystemTime::now()),
        event,
        id: id.to_owned(),
        tool: concat!("phasewise ", env!("CARGO_PKG_VERSION")).to_owned(),
        release: releases::name(&site.release),
        revision: releases::revision(&site.release),
        current: site.current.as_deref().map(releases::name),
        database: None,
        exit: None,
        reason: None,
        pending: Vec::new(),
        ran: std::collections::BTreeMap::new(),
        plans: std::collections::BTreeMap::new(),
        overrides: Vec::new(),
        actor: actor.map_or_else(who, str::to_owned),
        host: host(),
        pid: process::id(),
        command: None,
    }
}

/// What ties the records of one run together: unlike that of any other run on any host.
pub(super) fn id() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{:x}", since.as_nanos(), process::id())
}

fn who() -> String {
    let named = ACTORS.iter().find_map(|name| env::var(name).ok().filter(|who| !who.trim().is_empty()));
    named.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}

pub(super) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
