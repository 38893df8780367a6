import { screen, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { ACME } from '../src/ipc/mock/world';
import { open } from './app';

const at = (section: string) => `#/deployments/${ACME}/${section}`;
const field = (name: string) => {
  const [found] = screen.getAllByLabelText<HTMLInputElement>(name).filter((input) => input.type !== 'radio');
  if (!found) throw new Error(`no field ${name}`);
  return found;
};

/** Goes to a section by its link, as a user does. */
async function go(user: Awaited<ReturnType<typeof open>>['user'], section: string, then: () => unknown) {
  const [link] = screen.getAllByRole('link', { name: new RegExp(`^${section}`) });
  if (!link) throw new Error(`no way to ${section}`);
  await user.click(link);
  await waitFor(then);
}

it('writes what is on the screen when the editor is left and come back to', async () => {
  const { user, world } = await open('typical', at('schedules'));
  await waitFor(() => field('Keep last'));
  const was = Number(field('Keep last').value);
  await user.clear(field('Keep last'));
  await user.type(field('Keep last'), '5');
  await go(user, 'Overview', () => screen.getByText('Evidence'));
  await go(user, 'Schedules', () => field('Keep last'));
  expect(field('Keep last').value).toBe('5');
  expect(was).not.toBe(5);
  await user.clear(field('Daily'));
  await user.type(field('Daily'), '9');
  await waitFor(() => screen.getByRole('button', { name: 'Save' }));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const id = world.schedules[0]?.id;
  await waitFor(() => expect(world.schedules.find((row) => row.id === id)?.retention).toMatchObject({ keepLast: 5, daily: 9 }));
  // And once more: it is saved, and further changes are seen.
  await go(user, 'Overview', () => screen.getByText('Evidence'));
  await go(user, 'Schedules', () => screen.getByRole('button', { name: 'Saved' }));
  await user.type(field('Name'), ' two');
  await waitFor(() => screen.getByRole('button', { name: 'Save' }));
});

it('begins a new schedule at its name', async () => {
  const { user } = await open('typical', at('schedules'));
  await waitFor(() => field('Keep last'));
  await user.click(screen.getByRole('button', { name: 'New schedule' }));
  await waitFor(() => expect(document.activeElement).toBe(field('Name')));
  await user.keyboard('Nightly');
  expect(field('Name').value).toBe('Nightly');
});
