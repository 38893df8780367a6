import { render } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import App from '../src/app/App.svelte';
import { jobs } from '../src/app/jobs.svelte';
import { router } from '../src/app/route.svelte';
import { ui } from '../src/app/window.svelte';
import { ipc } from '../src/ipc/client';
import { install, type Mock } from '../src/ipc/mock/install';
import type { Scene } from '../src/ipc/mock/world';

/** The whole window over a mocked Rust, at a scene and an address. */
export async function open(scene: Scene, hash = ''): Promise<Mock & { user: UserEvent }> {
  const mock = install({ scene, delay: 0 });
  location.hash = hash;
  router.start()();
  jobs.list = [];
  jobs.activity = [];
  ui.info = await ipc.appInfo();
  render(App);
  return { ...mock, user: userEvent.setup() };
}
