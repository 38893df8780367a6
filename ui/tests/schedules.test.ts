import { describe, expect, it } from 'vitest';
import { ui } from '../src/app/window.svelte';
import { ipc, type ClockChange, type ScheduleRow } from '../src/ipc/client';
import { install } from '../src/ipc/mock/install';
import { Editor } from '../src/screens/schedules/editor.svelte';
import { Editors } from '../src/screens/schedules/editors.svelte';
import { expressionOf, partsOf, presetOf, withPreset } from '../src/screens/schedules/presets';
import { cronWords } from '../src/words/cron';
import { clockChange, deletions, offset, zoneHint } from '../src/words/schedules';

const ACME = 'd3a1c0de-0000-4000-8000-000000000001';

describe('cron in words', () => {
  it('says what the host will do', () => {
    expect(cronWords('0 3 * * *', false)).toBe('At 03:00, every day');
    expect(cronWords('15 * * * *', false)).toBe('At 15 minutes past the hour');
    expect(cronWords('30 4 * * 0', false)).toBe('At 04:30, only on Sunday');
    expect(cronWords('*/15 9-17 * * 1-5', false)).toBe('Every 15 minutes, between 09:00 and 17:59, Monday through Friday');
  });

  it('does not say “and” where either day is enough', () => {
    expect(cronWords('0 3 1 * 1', true)).toBe('At 03:00, on day 1 of the month or on Monday, whichever comes');
    expect(cronWords('0 3 13 1-3 5', true)).toBe('At 03:00, on day 13 of the month or on Friday, whichever comes, January through March');
    expect(cronWords('* * 1 * MON-FRI', true)).toMatch(/ or Monday through Friday, whichever comes$/);
  });

  it('leaves what it cannot say as it is', () => {
    expect(cronWords('0 3 * *', false)).toBe('0 3 * *');
    expect(cronWords('99 3 * * *', false)).toBe('99 3 * * *');
  });
});

describe('presets', () => {
  it('are known by their shape and keep the time of day', () => {
    expect(['0 3 * * *', ' 15  2 * * *', '0 3 * * 0', '0 3 1 * *', '0 3 * * 1-5', '0 3 * *'].map(presetOf)).toEqual(['daily', 'daily', 'weekly', 'monthly', 'custom', 'custom']);
    expect(withPreset('15 2 * * *', 'weekly')).toBe('15 2 * * 0');
    expect(withPreset('*/5 * * * *', 'monthly')).toBe('0 3 1 * *');
  });
});

describe('changes of the clocks', () => {
  const change = (place: string, minutes: number): ClockChange => ({ place, at: '25 Oct, 03:00', minutes, effect: { effect: 'here' } });
  it('tell in which direction the times move here', () => {
    expect(clockChange(change('Berlin', -60), 'New York').text).toContain('is 1 hour earlier here');
    expect(clockChange(change('Berlin', 60), 'New York').text).toContain('is 1 hour later here');
    // The clock there is put back, so that the same hour there is later here.
    expect(clockChange(change('New York', -60), 'New York').text).toContain('is 1 hour later here');
    expect(clockChange(change('Lord Howe', 30), 'Lord Howe').text).toContain('is 30 minutes earlier here');
  });

  it('name what a zone’s clock shows', () => {
    expect([0, -240, 330].map(offset)).toEqual(['UTC', 'UTC−4', 'UTC+5:30']);
    expect(zoneHint('New York', -240, [-300, '1 Nov'])).toBe('New York is UTC−4 now and UTC−5 from 1 Nov.');
    expect(zoneHint('', 0, null)).toBe('');
  });
});

it('says what a pruning deletes, and what is left of it', () => {
  const dump = (copied: boolean) => ({ run: 'r', when: { utc: '', local: 'Fri 16 Oct, 09:00', relative: '' }, copied });
  expect(deletions([dump(false)], false)).toEqual({ lead: 'The next run deletes the dump of Fri 16 Oct, 09:00.', rest: 'No verified copy is on this laptop.' });
  expect(deletions([dump(true), dump(false)], true)).toEqual({ lead: 'Once saved, the next run deletes 2 dumps.', rest: '1 of them stay on this laptop, verified.' });
});

describe('the editors', () => {
  const open = () => {
    const { world } = install({ scene: 'typical', delay: 0 });
    const editors = new Editors(ACME);
    editors.seen(world.schedules);
    const [daily] = editors.all;
    if (!daily?.row) throw new Error('there is a schedule');
    return { world, editors, daily, row: daily.row };
  };
  const newer = (row: ScheduleRow): ScheduleRow => ({ ...row, version: 'newer', next: { ...row.next, cron: '15 2 * * *' } });

  it('take what the host has while nothing is typed', () => {
    const { editors, daily, row, world } = open();
    editors.seen([newer(row), ...world.schedules.slice(1)]);
    expect([daily.cron, daily.dirty, daily.moved]).toEqual(['15 2 * * *', false, undefined]);
  });

  it('keep what is typed, and say that the row has changed', async () => {
    const { editors, daily, row, world } = open();
    daily.name = 'Every night';
    editors.seen([newer(row), ...world.schedules.slice(1)]);
    expect([daily.name, daily.cron, daily.dirty, daily.moved?.theirs.cron]).toEqual(['Every night', '0 3 * * *', true, '15 2 * * *']);
    daily.takeTheirs();
    expect([daily.name, daily.cron, daily.dirty, daily.row?.version]).toEqual(['Daily', '15 2 * * *', false, 'newer']);
    await daily.look(daily.draft);
    expect(daily.errors).toEqual([]);
  });

  it('let what was typed be made anew when the row is gone', async () => {
    const { editors, daily, world } = open();
    daily.name = 'Every night';
    editors.seen(world.schedules.slice(1));
    expect([daily.gone, daily.dirty, editors.all[0] === daily]).toEqual([true, true, true]);
    await daily.look(daily.draft);
    expect(await daily.save()).toBe(true);
    expect([daily.gone, daily.row?.name]).toEqual([false, 'Every night']);
  });

  it('refuse to overwrite what somebody changed, until it is said which one stands', async () => {
    const { world } = install({ scene: 'moved', delay: 0 });
    const [row] = world.schedules;
    if (!row) throw new Error('there is a schedule');
    const editor = new Editor(ACME, { row });
    editor.cron = '30 3 * * *';
    expect(await editor.save()).toBe(false);
    expect([editor.comparing, editor.moved?.theirs.cron, world.schedules[0]?.next.cron]).toEqual([true, '15 2 * * *', '15 2 * * *']);
    expect(await editor.save(editor.moved?.version)).toBe(true);
    expect([editor.comparing, editor.moved, editor.dirty, world.schedules[0]?.next.cron]).toEqual([false, undefined, false, '30 3 * * *']);
  });

  it('do not scold before something was typed or tried', async () => {
    install({ scene: 'typical', delay: 0 });
    ui.info = await ipc.appInfo();
    const editor = Editor.blank(ACME);
    await editor.look(editor.draft);
    expect([editor.error('name'), editor.errors.length]).toEqual([undefined, 1]);
    expect(await editor.save()).toBe(false);
    expect(editor.error('name')).toBe('a schedule needs a name');
  });

  it('keep an empty zone empty', () => {
    const { row } = open();
    const editor = new Editor(ACME, { row: { ...row, timezone: null } });
    expect([editor.timezone, editor.draft.timezone, editor.dirty]).toEqual(['Etc/UTC', null, false]);
    editor.timezone = 'Europe/Berlin';
    expect([editor.draft.timezone, editor.dirty]).toEqual(['Europe/Berlin', true]);
  });
});

describe('the parts of a preset', () => {
  it('are read from its expression, and make it again', () => {
    expect(partsOf('30 4 * * 7')).toEqual({ minute: 30, hour: 4, day: '0' });
    expect(partsOf(' 5  23 L * * ')).toEqual({ minute: 5, hour: 23, day: 'L' });
    expect(partsOf('0 3 * * *')).toEqual({ minute: 0, hour: 3, day: '' });
    expect([partsOf('60 3 * * *'), partsOf('0 3 1,15 * *'), partsOf('*/5 * * * *')]).toEqual([undefined, undefined, undefined]);
    expect(expressionOf('weekly', { minute: 30, hour: 4, day: '5' })).toBe('30 4 * * 5');
    expect(expressionOf('monthly', { minute: 0, hour: 3, day: 'L' })).toBe('0 3 L * *');
    expect(expressionOf('daily', { minute: 0, hour: 3, day: 'L' })).toBe('0 3 * * *');
  });
});
