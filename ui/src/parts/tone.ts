/** The five states that set colours. */
export type Tone = 'ok' | 'warn' | 'bad' | 'run' | 'idle';
