import type { Tone } from '../parts/tone';

export interface Toast {
  id: number;
  tone: Tone;
  /** Finished: a twill edge. Not finished: a frayed one. */
  finished: boolean;
  title: string;
  detail: string;
  action?: { label: string; run: () => void };
}

const SHOWN_FOR = 10_000;

class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;

  show(toast: Omit<Toast, 'id'>): void {
    const id = this.#next++;
    this.list = [...this.list.slice(-2), { ...toast, id }];
    // What went wrong stays until it is read.
    if (toast.finished) setTimeout(() => this.close(id), SHOWN_FOR);
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
