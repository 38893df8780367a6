import type { DeploymentId, RunId } from '../ipc/client';

/** Sections of a deployment, as the sidebar lists them. */
export const sections = ['overview', 'schedules', 'history', 'secrets', 'connection'] as const;
export type Section = (typeof sections)[number];

/** Where the window is. */
export type Route =
  | { at: 'start' }
  | { at: 'settings' }
  | { at: 'deployment'; id: DeploymentId; section: Section; run?: RunId };

/** A route as the part of the address after `#`. */
export function toHash(route: Route): string {
  switch (route.at) {
    case 'start':
      return '#/';
    case 'settings':
      return '#/settings';
    case 'deployment': {
      const run = route.run === undefined ? '' : `/${encodeURIComponent(route.run)}`;
      return `#/deployments/${encodeURIComponent(route.id)}/${route.section}${run}`;
    }
  }
}

/** The route of an address; anything unknown is the start. */
export function fromHash(hash: string): Route {
  const [area, id, section, run] = hash.replace(/^#\//, '').split('/').map(decode);
  if (area === 'settings') return { at: 'settings' };
  if (area !== 'deployments' || !id) return { at: 'start' };
  const known = sections.find((name) => name === section) ?? 'overview';
  return { at: 'deployment', id, section: known, ...(run ? { run } : {}) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

class Router {
  current = $state.raw<Route>(fromHash(location.hash));

  /** Follows links; the returned function ends it. */
  start(): () => void {
    const follow = () => {
      this.current = fromHash(location.hash);
    };
    follow();
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }

  go(route: Route): void {
    location.hash = toHash(route);
    this.current = route;
  }
}

export const router = new Router();

/** The address of a section. */
export function linkTo(id: DeploymentId, section: Section = 'overview', run?: RunId): string {
  return toHash({ at: 'deployment', id, section, ...(run === undefined ? {} : { run }) });
}
