// The only way to Rust: every command of the bindings, with its answer unwrapped.
import { Channel } from '@tauri-apps/api/core';
import { commands, type Change, type Class, type Failure, type Opening, type Problem, type ProblemFacts } from './bindings';

export type * from './bindings';

/** The facts of a problem, to be told apart by its code. */
export function factsOf(problem: Problem): ProblemFacts {
  // Rust puts them beside the code, whatever the room they come from.
  return problem as unknown as ProblemFacts;
}

/** What went wrong: how it ended, the problem with its words, and one line for reports. */
export interface Trouble {
  class: Class;
  problem: Problem;
  text: string;
}

/** The way to Rust itself is broken. */
export function bridge(reason: string): Problem {
  const words = {
    title: 'Selvage did not answer',
    why: reason,
    kept: 'Running jobs may still continue.',
    next: 'Try again. If it stays like this, start Selvage again and report the details.',
  };
  return { code: 'bridge', class: 'failed', words };
}

/** Thrown by every command that does not succeed. */
export class Failed extends Error {
  override readonly name = 'Failed';
  constructor(readonly trouble: Trouble) {
    super(trouble.text);
  }
}

/** Whatever was thrown, as a trouble: the window always has code and words. */
export function troubleOf(thrown: unknown): Trouble {
  if (thrown instanceof Failed) return thrown.trouble;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return { class: 'failed', problem: bridge(reason), text: reason };
}

type Answer<T> = { status: 'ok'; data: T } | { status: 'error'; error: Failure };
type Commands = typeof commands;
type Client = {
  [Name in keyof Commands]: Commands[Name] extends (...args: infer Args) => Promise<Answer<infer T>>
    ? (...args: Args) => Promise<T>
    : never;
};

function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'problem' in value && 'class' in value;
}

async function unwrap<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked;
  if (answer.status === 'ok') return answer.data;
  // Tauri itself answers with a bare string, e.g. for a command that it does not know.
  if (!isFailure(answer.error)) throw new Failed(troubleOf(answer.error));
  throw new Failed(answer.error);
}

type AnyCommand = (...args: unknown[]) => Promise<Answer<unknown>>;

/** Every command; each throws {@link Failed} unless it succeeds. */
export const ipc = Object.fromEntries(
  Object.entries(commands as unknown as Record<string, AnyCommand>).map(([name, command]) => [
    name,
    (...args: unknown[]) => unwrap(command(...args)),
  ]),
) as Client;

/** Tells every change of a job, and what is done, from now on. Call it before asking for the jobs. */
export async function watchJobs(onChange: (change: Change) => void): Promise<void> {
  const changes = new Channel<Change>();
  changes.onmessage = onChange;
  await ipc.watchJobs(changes);
}

/** Tells every place that is clicked on outside the window, such as in a notification. */
export async function watchOpenings(onOpen: (place: Opening) => void): Promise<void> {
  const places = new Channel<Opening>();
  places.onmessage = onOpen;
  await ipc.watchOpenings(places);
}

/** Is told when the window is about to close; it waits for `closeWindow` or `keepWindow`. */
export async function watchClosing(onClosing: () => void): Promise<void> {
  const asked = new Channel<null>();
  asked.onmessage = onClosing;
  await ipc.watchClosing(asked);
}
