import type { NameGroup, NameRow } from '../../ipc/client';
import { hostShort, hostStates, proofState, remarkState, type NameState } from '../../words/secret-states';

/** The names under one heading, in their order. */
export interface Group {
  group: NameGroup;
  rows: NameRow[];
}

/** The rows whose name has what is typed, by heading. */
export function grouped(rows: NameRow[], typed: string): Group[] {
  const wanted = typed.trim().toLowerCase();
  const groups: Group[] = [];
  for (const row of rows) {
    if (!row.name.toLowerCase().includes(wanted)) continue;
    const last = groups.at(-1);
    if (last?.group === row.group) last.rows.push(row);
    else groups.push({ group: row.group, rows: [row] });
  }
  return groups;
}

/** Names that the version has, and those of them that are hidden. */
export function counted(rows: NameRow[]): { names: number; hidden: number } {
  const here = rows.filter((row) => row.value.is !== 'absent');
  return { names: here.length, hidden: here.filter((row) => row.value.is === 'hidden').length };
}

const placeholder: NameState = { tone: 'idle', icon: 'missed', word: 'Placeholder', why: 'counts as unset' };

/**
 * Everything that is to be said of a name, the weightiest first: what a proof
 * showed, what is wrong with the value, how the host differs. That there was
 * nothing to test says little, and comes last.
 */
export function saidOf({ name, value, remarks, host, proof }: NameRow): NameState[] {
  const said: NameState[] = [];
  const shown = proof === null ? undefined : proofState(name, proof);
  const told = proof !== null && proof.outcome !== 'nothing_to_test';
  if (shown && told) said.push(shown);
  said.push(...remarks.map((remark) => remarkState(remark, value)));
  if (value.is === 'placeholder' && remarks.length === 0) said.push(placeholder);
  if (host !== null && host !== 'same') said.push(hostStates[host]);
  if (shown && !told) said.push(shown);
  if (host === 'same') said.push(hostStates.same);
  return said;
}

/** What stands in the table: the first of it, and why, or that the host differs as well. */
export function stateOf(row: NameRow): NameState | undefined {
  const [first, ...rest] = saidOf(row);
  if (!first) return undefined;
  const differs = row.host !== null && row.host !== 'same' && rest.includes(hostStates[row.host]);
  const why = differs && row.host !== null ? hostShort[row.host] : first.why;
  return { tone: first.tone, icon: first.icon, word: first.word, ...(why === undefined ? {} : { why }) };
}

/** All of it in one line, for where it does not fit. */
export function lineOf(row: NameRow): string {
  return saidOf(row)
    .map(({ word, why }) => (why === undefined ? word : `${word}, ${why}`))
    .join('. ');
}
