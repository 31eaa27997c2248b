import type { Plant } from './declaration.ts';
import { PlantSimulation, type SignalChange } from './simulation.ts';
import type { SignalName } from './signals.ts';

/** What a source of signals sends at one moment: a change, or nothing but proof that all values still hold. */
export interface SentSignal {
  readonly atSeconds: number;
  readonly change?: SignalChange;
}

/** Whether nothing arrives from the source at a stream time. */
export function isSilentAt({ signalFaults }: Plant, seconds: number): boolean {
  const silences = signalFaults?.silences;
  return silences !== undefined && seconds % silences.everySeconds >= silences.everySeconds - silences.seconds;
}

/**
 * Everything that the plant's source of signals sends in the first `seconds` of stream time, in order: each change, proof
 * of life once a second, and after a silence the newest change of each signal.
 */
export function* signalRecording(plant: Plant, seed: number, seconds: number): Generator<SentSignal> {
  let changes: SignalChange[] = [];
  const simulation = new PlantSimulation(plant, seed, (change) => changes.push(change));
  const held = new Map<SignalName, SignalChange>();
  for (let second = 0; second <= seconds; second += 1) {
    simulation.until(second);
    for (const change of changes) {
      if (isSilentAt(plant, change.atSeconds)) held.set(change.signal, change);
      else yield { atSeconds: change.atSeconds, change };
    }
    changes = [];
    if (isSilentAt(plant, second)) continue;
    for (const change of held.values()) yield { atSeconds: second, change };
    held.clear();
    yield { atSeconds: second };
  }
}

/** One line of a file of recorded signals, as `lineside replay --signals` reads it. */
export function signalLineOf({ atSeconds: seconds, change }: SentSignal): string {
  if (change === undefined) return JSON.stringify({ seconds, alive: true });
  const { signal, value, bad } = change;
  return JSON.stringify({ seconds, signal, ...(bad === undefined ? { value } : { bad }) });
}
