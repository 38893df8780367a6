import { FluentBundle, FluentNumber, FluentResource, type FluentVariable } from '@fluent/bundle';
import checks from '../../../../src-tauri/words/en/checks.ftl?raw';
import jobs from '../../../../src-tauri/words/en/jobs.ftl?raw';
import problems from '../../../../src-tauri/words/en/problems.ftl?raw';
import { size, theDump } from '../../words/units';
import type { ActivityKind, CheckItem, CheckState, Class, JobEnd, JobKind, Problem, ProblemFacts, Step, Words } from '../bindings';
import { local } from './time';

const BYTES = ([bytes]: unknown[]) => size(bytes instanceof FluentNumber ? bytes.valueOf() : Number(bytes));
const SPAN = ([seconds]: unknown[]) => `${seconds instanceof FluentNumber ? seconds.valueOf() : Number(seconds)} s`;
const bundle = new FluentBundle('en', { useIsolating: false, functions: { BYTES, SPAN } });
for (const sentences of [problems, jobs, checks]) bundle.addResource(new FluentResource(sentences));

type Args = Record<string, FluentVariable>;

function listed(items: unknown[]): string {
  const texts = items.map((item) => (typeof item === 'object' && item !== null ? Object.values(item).join(': ') : String(item)));
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1) ?? ''}`;
}

function add(args: Args, name: string, value: unknown): void {
  if (Array.isArray(value)) {
    args[`${name}-count`] = value.length;
    args[name] = listed(value);
    const first = value[0] as object | undefined;
    if (typeof first === 'object') for (const field of Object.keys(first)) args[`${name}-${field}`] = listed(value.map((item: Record<string, unknown>) => item[field]));
  } else if (typeof value === 'object' && value !== null) {
    if ('code' in value) {
      const { title, why, kept, next } = wordsOf(value as unknown as ProblemFacts);
      const line = why ? `${title}: ${why}` : title;
      Object.assign(args, { [name]: title.charAt(0).toLowerCase() + title.slice(1), [`${name}-line`]: line, [`${name}-why`]: why, [`${name}-kept`]: kept, [`${name}-next`]: next });
    } else for (const [field, fact] of Object.entries(value)) add(args, `${name}-${field}`, fact);
  } else args[name] = typeof value === 'number' ? value : typeof value === 'string' || typeof value === 'boolean' ? String(value) : 'none';
}

const wordsOf = ({ code, ...facts }: ProblemFacts): Words => say(`problem-${code}`, facts);

function say(name: string, facts: object): Words {
  const message = bundle.getMessage(name.replaceAll('_', '-'));
  if (!message) throw new Error(`no words for ${name}`);
  const args: Args = {};
  for (const [name, value] of Object.entries(facts)) add(args, name, value);
  const part = (pattern: Parameters<typeof bundle.formatPattern>[0] | null | undefined) => (pattern ? bundle.formatPattern(pattern, args).trim() : '');
  const { why, kept, next } = message.attributes;
  return { title: part(message.value), why: part(why), kept: part(kept), next: part(next) };
}

/** A problem as Rust sends it: the sentences are Rust's own. */
export function problemOf(facts: ProblemFacts, ending: Class = 'failed'): Problem {
  return { ...facts, class: ending, words: wordsOf(facts) };
}

/** What is said of a job that does this, or ended so. */
export function jobWords({ kind, ...facts }: JobKind, end: JobEnd | null): Words {
  const problem = end && 'problem' in end ? { problem: end.problem } : {};
  const state = end === null ? 'running' : 'problem' in end ? 'failed' : end.end;
  const at = 'at' in facts && facts.at ? { 'at-dump': theDump(local(Date.parse(facts.at))) } : {};
  return say(`job-${kind}-${state}`, { ...facts, ...at, ...problem });
}

export const stepWords = ({ step, ...facts }: Step): string => say(`step-${step}`, facts).title;

export const activityWords = ({ act, ...facts }: ActivityKind): Words => say(`activity-${act}`, facts);

export const checkTitle = (item: CheckItem, state: CheckState): string => say(`check-${item}-${state}`, {}).title;

export const detailWords = (found: string, facts: object): string => say(`detail-${found}`, facts).title;
