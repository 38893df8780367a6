import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { trend } from '../src/screens/overview/trend';
import { open } from './app';

it('opens the run that a day tells of, also by the keyboard', async () => {
  const { user, world } = await open('typical');
  const days = await waitFor(() => screen.getByRole('list', { name: 'Daily' }));
  const links = within(days).getAllByRole('link');
  expect(links.filter((link) => link.tabIndex === 0)).toEqual(links.slice(-1));
  links.at(-1)?.focus();
  await user.keyboard('{ArrowLeft}');
  expect(links.at(-2)).toBe(document.activeElement);
  const failed = within(days).getByRole('link', { name: /failed/i });
  await user.click(failed);
  const run = world.runs.find((row) => row.status === 'failed');
  await waitFor(() => expect(location.hash).toContain(`/history/${run?.id}`));
});

it('draws sizes from zero and names the period of their growth', () => {
  const drawn = trend({ points: [[0, 400], [0.5, 410], [1, 420]], firstDay: '28 Sep', lastDay: '22 Oct' });
  expect(drawn?.change).toBe('up 5.0% since 28 Sep');
  // The first point stands at 400 of 420 of the height of 66.
  expect(drawn?.line.split(' ')[0]).toBe('0.0,13.1');
});

it('does what needs to be done from the list itself', async () => {
  const { user, world } = await open('typical');
  await user.click(await screen.findByRole('button', { name: 'Register' }));
  await waitFor(() => expect(world.schedules.find((row) => row.name === 'Weekly')?.next.queue.state).toBe('in_queue'));
});

it('shows the newest dump where it lies, once it is here', async () => {
  const { user } = await open('typical');
  const [get] = await screen.findAllByRole('button', { name: /^Download latest dump/ });
  if (get) await user.click(get);
  await waitFor(() => screen.getByRole('button', { name: 'Show the newest dump' }), { timeout: 8000 });
  expect(screen.queryByRole('button', { name: /^Download latest dump/ })).toBeNull();
});
