//! The use cases with their real adapters: what every command is handed.

use std::sync::Arc;

use selvage_core::deployments::Deployments;
use selvage_core::download::Downloads;
use selvage_core::jobs::JobCenter;
use selvage_core::link::Links;
use selvage_core::ports::{Clock, Store};
use selvage_core::settings::Settings;

/// Selvage, assembled.
pub struct Selvage {
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// The laptop's memory.
    pub store: Arc<dyn Store>,
    /// What the admin chose.
    pub settings: Settings,
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// The deployments of this laptop.
    pub deployments: Deployments,
    /// Downloads and copies.
    pub downloads: Downloads,
    /// Running and ended jobs.
    pub jobs: JobCenter,
}

impl Selvage {
    /// Aliases of the user's SSH configuration.
    #[must_use]
    pub fn ssh_aliases(&self) -> Vec<String> {
        Vec::new()
    }
}
