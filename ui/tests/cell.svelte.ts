/** State outside a component, for tests. */
export class Cell<T> {
  value = $state() as T;
  constructor(value: T) {
    this.value = value;
  }
}

/** Runs what a component would run when it is made; the returned function ends it. */
export function root(make: () => void): () => void {
  return $effect.root(make);
}
