import type { DeploymentId, DeploymentRow } from '../ipc/client';
import type { IconName } from '../parts/icons';
import { words } from '../words/words';
import { sections, type Route, type Section } from './route.svelte';

/** Somewhere to go. */
export interface Place {
  key: string;
  title: string;
  where: string;
  icon: IconName;
  route: Route;
}

/** The sections of a deployment, each with its icon. */
export const sectionIcons: Record<Section, IconName> = { overview: 'overview', schedules: 'schedule', history: 'history', secrets: 'key', connection: 'plug' };

/** Places that have every word typed, those of the current deployment first. */
export function places(list: DeploymentRow[], here: DeploymentId | undefined, typed: string): Place[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const ordered = [...list].sort((a, b) => Number(b.deployment.id === here) - Number(a.deployment.id === here));
  const all = ordered.flatMap(({ deployment }) =>
    sections.map(
      (section): Place => ({
        key: `${deployment.id}/${section}`,
        title: words.sections[section],
        where: deployment.name,
        icon: sectionIcons[section],
        route: { at: 'deployment', id: deployment.id, section },
      }),
    ),
  );
  const settings: Place = { key: 'settings', title: words.shell.settings, where: words.app, icon: 'settings', route: { at: 'settings' } };
  return [...all, settings].filter((place) => {
    const text = `${place.title} ${place.where}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
