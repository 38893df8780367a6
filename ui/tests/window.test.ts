import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { jobs, Jobs } from '../src/app/jobs.svelte';
import { places } from '../src/app/places';
import { fromHash, toHash, type Route } from '../src/app/route.svelte';
import type { JobView } from '../src/ipc/client';
import { install } from '../src/ipc/mock/install';
import { begun } from '../src/ipc/mock/jobs';
import { ACME, world } from '../src/ipc/mock/world';
import { open } from './app';
import { problemOf } from '../src/ipc/mock/words';

const HISTORY = `#/deployments/${ACME}/history`;

describe('routes', () => {
  it.each<Route>([{ at: 'start' }, { at: 'settings' }, { at: 'deployment', id: 'a b/c', section: 'history', run: 'r/1' }, { at: 'deployment', id: 'x', section: 'overview' }])('survive the address: %o', (route) => {
    expect(fromHash(toHash(route))).toEqual(route);
  });

  it('lead to the start from anything unknown', () => {
    expect(fromHash('#/nowhere/%E0%A4%A')).toEqual({ at: 'start' });
    expect(fromHash('#/deployments/x/odd')).toEqual({ at: 'deployment', id: 'x', section: 'overview' });
  });

  it('are found by their words, those of the current deployment first', () => {
    const { deployments } = world('typical');
    expect(places(deployments, ACME, 'hist acme').map((place) => place.where)).toEqual(['Production – acme']);
    expect(places(deployments, deployments[1]?.deployment.id, '')[0]?.where).toBe('Staging');
    expect(places(deployments, ACME, 'nothing like it')).toEqual([]);
  });
});

describe('jobs', () => {
  const job = (id: string, over: Partial<JobView> = {}): JobView => {
    const kind = { kind: 'download', run: `run-${id}`, file: `${id}.dump`, at: null } as const;
    return { ...begun(id, ACME, kind, Date.UTC(2026, 9, 22, 7, Number(id)), { step: 'find_dump' }), ...over };
  };

  it('lets a change win that came while the snapshot was on its way', async () => {
    const { tell, world: here } = install({ scene: 'typical', delay: 0 });
    here.jobs = [job('1'), job('2')];
    const list = new Jobs();
    const ended: string[] = [];
    const started = list.start((end) => ended.push(end.id));
    await Promise.resolve();
    await Promise.resolve();
    list.apply({ change: 'job', job: job('1', { end: { end: 'done' } }) });
    await started;
    expect(list.list.map((known) => [known.id, known.end?.end])).toEqual([['2', undefined], ['1', 'done']]);
    tell({ change: 'job', job: job('2', { end: { end: 'cancelled' } }) });
    expect(ended).toEqual(['1', '2']);
    tell({ change: 'removed', ids: ['1', '2'] });
    expect(list.list).toEqual([]);
  });

  it('tells an end once, and never that of an old job', async () => {
    const { tell, world: here } = install({ scene: 'typical', delay: 0 });
    here.jobs = [job('1', { end: { end: 'done' } })];
    const list = new Jobs();
    const ended: string[] = [];
    await list.start((end) => ended.push(end.id));
    tell({ change: 'job', job: job('1', { end: { end: 'done' } }) });
    expect(ended).toEqual([]);
  });
});

describe('a download', () => {
  it('asks for the folder first, then goes on, and ends verified in a toast', async () => {
    const { user, calls } = await open('risk');
    await user.click(await screen.findByRole('button', { name: /Download latest dump/ }));
    await user.click(await screen.findByRole('button', { name: 'Use this folder' }));
    await waitFor(() => expect(screen.getByText('Verified today’s dump, 09:00')).toBeTruthy());
    expect(calls.filter((call) => call === 'download' || call === 'use_proposed_library')).toEqual(['download', 'use_proposed_library', 'download']);
    await user.click(screen.getByRole('button', { name: 'Show' }));
    await waitFor(() => expect(location.hash).toContain('/history/'));
  });

  it('says loudly what arrived damaged, with the next thing to do', async () => {
    const { tell } = await open('typical');
    await screen.findByRole('heading', { name: /Database saved/ });
    const end = { end: 'unsound', problem: problemOf({ code: 'checksum_mismatch', expected: 'a', found: 'b', sameOnHost: true, keptAs: 'x.damaged' }) } as const;
    const running = begun('9', ACME, { kind: 'download', run: 'r', file: 'x.dump', at: null }, 0, { step: 'find_dump' });
    await waitFor(() => {
      tell({ change: 'job', job: running });
      expect(jobs.running).toHaveLength(1);
    });
    tell({ change: 'job', job: { ...running, end } });
    const told = within(await screen.findByRole('alertdialog', { name: 'The dump arrived damaged' }));
    expect(told.getByText(/so it is damaged on the host/)).toBeTruthy();
    expect(told.getByRole('button', { name: 'Download again' })).toBeTruthy();
    expect(document.querySelector('.toast.frayed')).not.toBeNull();
  });
});

describe('the overview', () => {
  it('shows the last known state at once, and why a new look failed', async () => {
    await open('trouble');
    expect(await screen.findByRole('heading', { name: /Not checked since/ })).toBeTruthy();
    expect(await screen.findByText('The host does not answer.')).toBeTruthy();
    expect(screen.getByText('Not connected')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });

  it('looks at the host once, and again when asked', async () => {
    const { user, calls, world: here } = await open('trouble');
    const again = await screen.findByRole('button', { name: 'Try again' });
    const looks = () => calls.filter((call) => call === 'overview').length;
    await waitFor(() => expect(calls.filter((call) => call === 'deployments').length).toBeGreaterThan(1));
    await new Promise((done) => setTimeout(done));
    expect(looks()).toBe(2);
    Object.assign(here, { scene: 'typical', deployments: world('typical').deployments });
    await user.click(again);
    await waitFor(() => expect(screen.getByText('Connected')).toBeTruthy());
    expect(looks()).toBe(3);
  });

  it('shows five rungs, green only what was shown', async () => {
    await open('typical');
    await screen.findByText('Exists on host');
    const rungs = [...document.querySelectorAll('[data-kind]')].map((rung) => [rung.getAttribute('data-kind'), rung.getAttribute('data-shown')]);
    expect(rungs).toEqual([['exists', 'true'], ['checksum', 'true'], ['off_host', 'false'], ['drill', 'false'], ['proven', 'false']]);
    expect(screen.getAllByText('Not proved yet')).toHaveLength(3);
  });
});

describe('the history', () => {
  it('filters, opens a row and asks before it deletes', async () => {
    const { user, world: here } = await open('typical', HISTORY);
    expect(await screen.findByText('34 runs, 4.4 GB on host')).toBeTruthy();
    await user.selectOptions(screen.getByLabelText('Status'), 'Failed');
    expect(await screen.findByText('1 run, 0 B on host')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Details of Wed 14 Oct, 09:00' }));
    expect(screen.getAllByText(/No space left on device/).length).toBeGreaterThan(1);
    await user.selectOptions(screen.getByLabelText('Status'), 'Any status');
    await user.click(await screen.findByRole('button', { name: 'Details of Yesterday, 09:00' }));
    await user.click(await screen.findByRole('button', { name: 'Delete from this laptop…' }));
    const asked = within(await screen.findByRole('alertdialog'));
    expect(document.activeElement?.textContent).toBe('Keep it');
    await user.click(asked.getByRole('button', { name: 'Delete from this laptop' }));
    await waitFor(() => expect(here.runs.every((run) => run.copy === null)).toBe(true));
  });

  it('draws a window of 100,000 rows', async () => {
    await open('many', HISTORY);
    expect(await screen.findByText(/100,000 runs/)).toBeTruthy();
    expect(document.querySelectorAll('tr[data-run]').length).toBeLessThan(60);
    expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('100001');
  });
});

describe('the keyboard', () => {
  it('opens the palette, and goes where it says', async () => {
    const { user } = await open('typical');
    await screen.findByRole('heading', { name: /Database saved/ });
    await user.keyboard('{Control>}k{/Control}');
    const field = await screen.findByRole('combobox');
    await waitFor(() => expect(document.activeElement).toBe(field));
    await user.type(field, 'staging conn{Enter}');
    expect(await screen.findByRole('heading', { level: 1, name: 'Connection' })).toBeTruthy();
    expect(screen.getByRole('link', { name: /Staging/ }).getAttribute('aria-current')).toBe('true');
  });

  it('begins at the first field of a dialog, and goes back to what opened it', async () => {
    const { user } = await open('typical');
    const opener = await screen.findByRole('button', { name: 'Add a deployment' });
    opener.focus();
    await user.keyboard('{Enter}');
    const dialog = within(await screen.findByRole('dialog'));
    await waitFor(() => expect(document.activeElement).toBe(dialog.getByLabelText('Name')));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(opener));
  });

  it('closes one dialog at a time', async () => {
    const { user } = await open('typical');
    await user.click(screen.getByRole('button', { name: 'Add a deployment' }));
    const form = within(await screen.findByRole('dialog'));
    await user.type(form.getByLabelText('Host'), 'ws.fabrikam.example{Enter}');
    await screen.findByRole('alertdialog');
    await waitFor(() => expect(document.activeElement?.textContent).toBe('Not now'));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    expect(screen.getByRole('dialog')).toBeTruthy();
  });

  it('opens the activity, where a job can be cancelled', async () => {
    const { user, calls } = await open('downloading');
    await screen.findByRole('heading', { name: /Database saved/ });
    await user.keyboard('{Control>}j{/Control}');
    const drawer = within(await screen.findByRole('region', { name: 'Activity' }));
    expect(drawer.getByText('2 running, 3 finished')).toBeTruthy();
    await user.click(drawer.getByRole('button', { name: /^Cancel weavestream/ }));
    expect(calls).toContain('cancel_job');
    await waitFor(() => expect(drawer.getAllByText('Cancelling…')).toHaveLength(2));
    await user.click(drawer.getByRole('button', { name: 'Clear finished' }));
    await waitFor(() => expect(drawer.getByText('2 running, 0 finished')).toBeTruthy());
  });
});
