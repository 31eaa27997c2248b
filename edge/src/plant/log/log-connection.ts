import { aborted, type Logger } from '@lineside/kit';
import type { LineEvent } from '../../domain/index.ts';
import type { PlantConnection } from '../plant-connection.ts';

/** Writes each transition as one line of the log. */
export class LogConnection implements PlantConnection {
  readonly name = 'plant log';
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  run(signal: AbortSignal): Promise<void> {
    return aborted(signal);
  }

  send({ event, camera, output }: LineEvent): Promise<void> {
    const { phase, rule, kind, severity, reason, zone } = output;
    this.#log.info({ event, camera, phase, rule, kind, severity, reason, zone }, 'plant signal');
    return Promise.resolve();
  }
}
