import { createContext } from 'svelte';
import { ipc, type Checked, type DeploymentId, type DeploymentRow, type Overview } from '../ipc/client';
import { query, type Query } from './query.svelte';
import { rememberRuns } from './runs.svelte';

/** What the whole window knows of the current deployment: its newest overview. */
export type Look = Query<Overview>;

/** Whether everything that there is a link to was seen, and that stands for now. */
export function isCurrent({ database, host }: Checked): boolean {
  return database.current && (host === null || host.current);
}

export const [getLook, setLook] = createContext<Look>();

/** The overview of a deployment: what is known at once, then a look at the host. */
export function look(id: () => DeploymentId): Look {
  const ask = async (fresh: boolean): Promise<Overview> => {
    const overview = await ipc.overview(id(), fresh);
    rememberRuns([overview.latest]);
    return overview;
  };
  return query(
    () => ask(false),
    () => ask(true),
  );
}

/** The deployments of this laptop, with their last known standing. */
export function deploymentList(): Query<DeploymentRow[]> {
  return query(() => ipc.deployments());
}

export const [getDeployments, setDeployments] = createContext<Query<DeploymentRow[]>>();
