import { troubleOf, type Trouble } from '../ipc/client';

/** What a screen has asked for. */
export interface Query<T> {
  /** The newest answer; kept while a newer one is on its way, or fails. */
  readonly data: T | undefined;
  /** Why the newest attempt failed. */
  readonly trouble: Trouble | undefined;
  readonly loading: boolean;
  /** Whether the last step has answered: not only what was known before. */
  readonly settled: boolean;
  /** Asks the last step again. */
  reload(): Promise<void>;
}

const mounted = new Set<() => Promise<void>>();

/** Reloads everything that is on the screen. */
export async function reloadMounted(): Promise<void> {
  await Promise.all([...mounted].map((reload) => reload()));
}

/** Carries out a change, then reloads everything that is on the screen. */
export async function mutate<T>(change: () => Promise<T>): Promise<T> {
  const result = await change();
  void reloadMounted();
  return result;
}

/** Has something reloaded with every mutation for as long as the component lives. */
export function reloadsWithMutations(reload: () => Promise<void>): void {
  $effect(() => {
    mounted.add(reload);
    return () => mounted.delete(reload);
  });
}

/**
 * Asks step by step: what is known at once, then what is true now. To be called
 * while a component is made; asks anew when state that the first step reads changes.
 */
export function query<T>(...steps: [() => Promise<T>, ...(() => Promise<T>)[]]): Query<T> {
  let data = $state.raw<T>();
  let trouble = $state.raw<Trouble>();
  let loading = $state(false);
  let settled = $state(false);
  let turn = 0;

  async function ask(asked: (() => Promise<T>)[]): Promise<void> {
    const mine = ++turn;
    loading = true;
    for (const [index, step] of asked.entries()) {
      try {
        const answer = await step();
        if (mine !== turn) return;
        data = answer;
        trouble = undefined;
      } catch (thrown) {
        if (mine !== turn) return;
        trouble = troubleOf(thrown);
      }
      settled = index === asked.length - 1;
    }
    loading = false;
  }

  const reload = (): Promise<void> => ask(steps.slice(-1));

  $effect(() => {
    data = undefined;
    trouble = undefined;
    settled = false;
    void ask(steps);
    return () => {
      turn++;
    };
  });
  reloadsWithMutations(reload);

  return {
    get data() {
      return data;
    },
    get trouble() {
      return trouble;
    },
    get loading() {
      return loading;
    },
    get settled() {
      return settled;
    },
    reload,
  };
}

/** Does something every so often while the window can be seen, and when it is seen again. */
export function whileVisible(milliseconds: number, act: () => void): void {
  $effect(() => {
    let last = performance.now();
    const tick = () => {
      if (document.visibilityState !== 'visible') return;
      last = performance.now();
      act();
    };
    const timer = setInterval(tick, milliseconds);
    const seen = () => {
      if (performance.now() - last > milliseconds) tick();
    };
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  });
}
