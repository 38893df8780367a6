use crate::activity::ActivityStore;
use crate::deployment::DeploymentStore;
use crate::findings::FindingStore;
use crate::jobs::JobStore;
use crate::kit::KitStore;
use crate::library::DumpStore;
use crate::observation::ObservationStore;
use crate::settings::SettingStore;
use crate::vault::VaultStore;

/// The laptop's own memory: what each room keeps. It holds no secret.
pub trait Store:
    ActivityStore
    + DeploymentStore
    + DumpStore
    + FindingStore
    + JobStore
    + KitStore
    + ObservationStore
    + SettingStore
    + VaultStore
{
}

impl<T> Store for T where
    T: ActivityStore
        + DeploymentStore
        + DumpStore
        + FindingStore
        + JobStore
        + KitStore
        + ObservationStore
        + SettingStore
        + VaultStore
{
}
