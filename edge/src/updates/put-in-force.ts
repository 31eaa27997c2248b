import type { Clock } from '@lineside/kit';
import { UpdateError } from './errors.ts';
import type { UpdatableConfiguration } from './ports.ts';

export interface InForceParts {
  readonly configuration: Pick<UpdatableConfiguration, 'text' | 'write' | 'inForce'>;
  readonly clock: Clock;
  /** How often the line is asked. */
  readonly lookMs: number;
  /** After this the line counts as one that does not take the text; 60 s where left out. */
  readonly limitMs?: number;
}

const LIMIT_MS = 60_000;
const LOOK_MS = 500;

/**
 * Writes the text where it is not there yet, and resolves when the line runs with it: what it did before that says nothing about the
 * text. Throws UpdateError `update_configuration_refused` where the line refuses it, or does not take it in time.
 */
export async function putInForce(parts: InForceParts, text: string, signal: AbortSignal): Promise<void> {
  const { configuration, clock, lookMs, limitMs = LIMIT_MS } = parts;
  // The line may have refused the text before this one, and goes on to say so until it has read the file again.
  const before = configuration.inForce(text);
  if ((await configuration.text()) !== text) await configuration.write(text);
  const beganMs = clock.monoMs();
  for (;;) {
    const answer = configuration.inForce(text);
    if (answer === true) return;
    if (typeof answer === 'string' && answer !== before) throw new UpdateError('update_configuration_refused', answer);
    if (clock.monoMs() - beganMs >= limitMs) {
      const why = answer === false ? 'the line did not take the configuration in time' : answer;
      throw new UpdateError('update_configuration_refused', why);
    }
    await clock.sleep(Math.min(lookMs, LOOK_MS), signal);
  }
}
