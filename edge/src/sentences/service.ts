import type { ServiceCondition } from './draft.ts';
import { durationIn } from './duration.ts';
import { type Reader, Refusal, type Took } from './reader.ts';
import { literally, type Words } from './words.ts';

/** When a machine must be serviced, as the sentence says it; a duration that it has in common with others is left in it. */
export interface ServiceLimit {
  readonly condition: ServiceCondition;
  readonly durationMs?: number;
}

/** Takes what is said of the limit out of the words. Refuses a limit on what no signal measures. */
export function serviceIn(words: Words, reader: Reader, took: Took): ServiceLimit {
  const { service } = reader.phrases;
  const runningMs = durationIn(words, reader, service.running, took);
  if (runningMs !== undefined) {
    const signal = signalIn(words, reader, 'running', took);
    return { condition: { about: 'service', by: 'running', signal }, durationMs: runningMs };
  }
  const [, counts] = took(words.take(service.counts)) ?? [];
  if (counts !== undefined) {
    if (Number(counts) === 0) throw new Refusal(reader.refusals.noCount());
    const signal = signalIn(words, reader, 'count', took);
    return { condition: { about: 'service', by: 'count', signal, count: Number(counts) } };
  }
  const durationMs = durationIn(words, reader, service.every, took);
  return { condition: { about: 'service', by: 'time' }, ...(durationMs === undefined ? {} : { durationMs }) };
}

/** The signal that is named, or the only one that can be meant. */
function signalIn(words: Words, { phrases, refusals, context }: Reader, by: 'running' | 'count', took: Took): string {
  const fitting = context.signals.filter(({ type }) => by === 'running' || type === 'number');
  const names = fitting.map(({ id }) => literally(id)).join('|');
  const found = names === '' ? undefined : took(words.take(phrases.service.signal.replace('NAME', names)));
  const named = fitting.find(({ id }) => id.toLowerCase() === found?.[1])?.id;
  if (named !== undefined) return named;
  const likely = fitting.filter(({ type }) => by === 'count' || type !== 'number');
  const [only, ...others] = likely;
  if (only !== undefined && others.length === 0) return only.id;
  throw new Refusal(refusals.whichSignal(by === 'count', fitting.map(({ id }) => id).join(', ')));
}
