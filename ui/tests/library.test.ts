import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { ui } from '../src/app/window.svelte';
import type { JobView } from '../src/ipc/client';
import { ACME } from '../src/ipc/mock/world';
import { open } from './app';

const TITLE = 'Where should dumps be kept on this laptop?';

const downloaded = (world: { jobs: JobView[] }) => world.jobs.map((job) => [job.kind.kind, job.end?.end]);

async function firstDownload() {
  const opened = await open('risk', `#/deployments/${ACME}/overview`);
  const [button] = await screen.findAllByRole('button', { name: /^Download latest dump/ });
  if (button) await opened.user.click(button);
  return { ...opened, dialog: within(await screen.findByRole('dialog', { name: TITLE })) };
}

it('proposes a folder with the first download, says why, and goes on with it', async () => {
  const { user, world, dialog } = await firstDownload();
  dialog.getByText(/This is the first dump on this laptop/);
  expect(dialog.getByTestId('proposed').textContent).toBe('/home/ada/Selvage');
  expect(world.jobs).toEqual([]);
  await user.click(dialog.getByRole('button', { name: 'Use this folder' }));
  await waitFor(() => expect(downloaded(world)).toEqual([['download', 'done']]));
  expect(ui.info.library).toBe('/home/ada/Selvage');
  expect(screen.queryByRole('dialog', { name: TITLE })).toBeNull();
});

it('takes another folder just as well', async () => {
  const { user, world, dialog } = await firstDownload();
  await user.click(dialog.getByRole('button', { name: 'Choose another…' }));
  await waitFor(() => expect(downloaded(world)).toEqual([['download', 'done']]));
  expect(ui.info.library).toBe('/home/ada/Dumps');
});

it('begins nothing when it is cancelled, and asks the next time', async () => {
  const { user, world, dialog } = await firstDownload();
  await user.click(dialog.getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(screen.queryByRole('dialog', { name: TITLE })).toBeNull());
  expect([world.jobs, world.library]).toEqual([[], null]);
  const [button] = screen.getAllByRole('button', { name: /^Download latest dump/ });
  if (button) await user.click(button);
  await screen.findByRole('dialog', { name: TITLE });
});
