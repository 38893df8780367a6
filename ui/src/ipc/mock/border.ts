import type { Change, commands, Deployment, Failure, Problem, ProblemFacts } from '../bindings';
import { problemOf } from './words';
import type { World } from './world';

type Data<C> = C extends (...args: never[]) => Promise<infer A> ? (A extends { status: 'ok'; data: infer T } ? T : never) : never;
export type Handlers = { [N in keyof typeof commands]: (...args: Parameters<(typeof commands)[N]>) => Promise<Data<(typeof commands)[N]>> | Data<(typeof commands)[N]> };

/** A refusal, as Rust sends it. */
export function refuse(why: ProblemFacts | Problem): never {
  const problem = 'words' in why ? why : problemOf(why, 'refused');
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- a failure crosses the border as plain data
  throw { class: 'refused', problem, text: problem.words.title } satisfies Failure;
}

/** What a part of the mock works with. */
export interface Here {
  here: World;
  slow: () => Promise<unknown>;
  tell: (change: Change) => void;
  find: (id: string) => Deployment;
}
