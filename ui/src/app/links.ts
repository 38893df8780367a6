import type { Deployment } from '../ipc/client';

/** The machine that a deployment is called by: the Docker host, else the database's. */
export function hostOf({ ssh, direct }: Deployment): string {
  return ssh?.target.host ?? direct?.host ?? '';
}
