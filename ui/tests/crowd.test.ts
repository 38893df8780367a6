import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { initials } from '../src/app/initials';
import { open } from './app';

const list = () => screen.getByRole('list', { name: 'Deployments' });

it('finds one of forty deployments, and brings the chosen one into view', async () => {
  const shown = vi.fn();
  Element.prototype.scrollIntoView = shown;
  const { user, world } = await open('crowd');
  await waitFor(() => expect(within(list()).getAllByRole('link')).toHaveLength(world.deployments.length));
  await waitFor(() => expect(shown).toHaveBeenCalled());
  const search = screen.getByRole('searchbox', { name: 'Search deployments' });
  await user.type(search, 'client-37.ex');
  expect(within(list()).getAllByRole('link').map((link) => link.textContent)).toEqual([expect.stringContaining('Client 37')]);
  await user.clear(search);
  await user.type(search, 'nobody');
  screen.getByText('No deployment found');
});

it('offers no search among a few', async () => {
  await open('typical');
  await waitFor(() => expect(within(list()).getAllByRole('link')).toHaveLength(3));
  expect(screen.queryByRole('searchbox')).toBeNull();
});

it('names a deployment by two or three characters where there is no more room', () => {
  expect(['Client 40', 'Client 4', 'Production – acme', 'Staging', 'Überlandwerk Ost', '株式会社 東京', '2026', 'x', '–'].map(initials)).toEqual(
    ['C40', 'C4', 'Pa', 'St', 'ÜO', '株東', '20', 'x', '–'],
  );
});
