import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { zoom } from '../src/app/keys';
import { ui } from '../src/app/window.svelte';
import { ACME } from '../src/ipc/mock/world';
import { open } from './app';

const at = (section: string) => `#/deployments/${ACME}/${section}`;

it('closes at once when nothing would be lost', async () => {
  const { world } = await open('typical', at('overview'));
  await waitFor(() => expect(world.askToClose).toBeTruthy());
  world.askToClose?.();
  await waitFor(() => expect(world.closed).toBe(true));
});

it('asks while a job runs, and asks no more when it has ended', async () => {
  const { user, world } = await open('typical', at('overview'));
  const [button] = await screen.findAllByRole('button', { name: /^Download latest dump/ });
  if (button) await user.click(button);
  await waitFor(() => expect(world.jobs.some((job) => job.end === null)).toBe(true));
  world.askToClose?.();
  const dialog = within(await screen.findByRole('alertdialog', { name: 'Close Selvage?' }));
  dialog.getByText('1 job is running:');
  await waitFor(() => expect(screen.queryByRole('alertdialog', { name: 'Close Selvage?' })).toBeNull(), { timeout: 8000 });
  expect(world.closed).toBeUndefined();
});

it('zooms in the steps of browsers', () => {
  const press = (key: string, percent: number, more: KeyboardEventInit = { ctrlKey: true }) => zoom(new KeyboardEvent('keydown', { key, ...more }), percent);
  expect([press('+', 100), press('=', 110), press('-', 100), press('0', 175), press('+', 300), press('-', 50)]).toEqual([110, 125, 90, 100, 300, 50]);
  expect(press('+', 100, { ctrlKey: true, shiftKey: true })).toBe(110);
  expect([press('+', 100, {}), press('a', 100), press('-', 100, { ctrlKey: true, altKey: true })]).toEqual([undefined, undefined, undefined]);
});

it('counts every press, however quickly they follow', async () => {
  const { user, calls } = await open('typical', at('overview'));
  await user.keyboard('{Control>}+++++{/Control}');
  await waitFor(() => expect(calls.filter((call) => call === 'set_zoom')).toHaveLength(5));
  expect(ui.info.zoom).toBe(200);
  await user.keyboard('{Control>}0{/Control}');
  expect(ui.info.zoom).toBe(100);
});

// Last: what it leaves unsaved stays so.
it('asks while a schedule is not saved, and stays when that is wanted', async () => {
  const { user, world } = await open('typical', at('schedules'));
  await waitFor(() => screen.getByLabelText('Name'));
  await user.type(screen.getByLabelText('Name'), ' two');
  world.askToClose?.();
  const dialog = within(await screen.findByRole('alertdialog', { name: 'Close Selvage?' }));
  dialog.getByText('1 schedule is not saved:');
  expect(world.closed).toBeUndefined();
  await user.click(dialog.getByRole('button', { name: 'Stay' }));
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  expect(world.closed).toBeUndefined();
  world.askToClose?.();
  await user.click(await screen.findByRole('button', { name: 'Close anyway' }));
  await waitFor(() => expect(world.closed).toBe(true));
});
