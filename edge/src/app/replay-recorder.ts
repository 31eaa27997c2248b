import type { LineEvent } from '../domain/index.ts';
import type { Recorder } from '../pipeline/index.ts';
import type { ReplayOptions } from './options.ts';

/** Writes to the journal, counts what opens and reports each transition to the caller of the replay. */
export class ReplayRecorder implements Recorder {
  readonly opened: Record<string, number> = {};
  readonly #recorder: Recorder;
  readonly #options: ReplayOptions;

  constructor(recorder: Recorder, options: ReplayOptions) {
    this.#recorder = recorder;
    this.#options = options;
  }

  async record(...[event, picture]: Parameters<Recorder['record']>): Promise<{ readonly seq: number }> {
    const position = await this.#recorder.record(event, picture);
    const { kind, phase } = event.output;
    if (phase === 'opened') this.opened[kind] = (this.opened[kind] ?? 0) + 1;
    this.#options.onEvent({ ...event, atMs: atOf(event) });
    return position;
  }
}

function atOf(event: LineEvent): number {
  return event.frame?.atMs ?? event.recordedAtMs ?? 0;
}
