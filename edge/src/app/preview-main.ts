/**
 * The process of a preview: gets one task, answers it and ends. It gives way to the line; not with the lowest priority, at
 * which a device that is busy would let the person before the page wait for minutes.
 */
import { setPriority } from 'node:os';
import { LinesideError, messageOf } from '@lineside/kit';
import { ConfigError } from '../config/index.ts';
import { previewRules, type PreviewTask } from './rule-preview.ts';

const NICENESS = 10;

setPriority(NICENESS);
process.once('message', (task: PreviewTask) => {
  const stop = new AbortController();
  process.once('disconnect', () => stop.abort());
  const send = (answer: object): void => void process.send?.(answer, () => process.exit());
  previewRules(task, stop.signal).then(
    (preview) => send({ preview }),
    (error: unknown) => send({ error: factsOf(error) }),
  );
});

function factsOf(error: unknown): object {
  const message = messageOf(error);
  if (error instanceof ConfigError) return { code: 'config_invalid', message, advice: error.advice };
  if (error instanceof LinesideError) return { code: error.code, message, advice: error.advice };
  return { code: 'preview_failed', message, advice: 'lineside logs' };
}
