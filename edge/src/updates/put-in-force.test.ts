import { expect, test } from 'vitest';
import { systemClock } from '@lineside/kit';
import { putInForce } from './put-in-force.ts';

const SIGNAL = new AbortController().signal;

/** A line that has refused the file that is there, and reads it again `after` looks; then it says `next`. */
function line({
  text = 'old',
  problem,
  after,
  next,
}: {
  text?: string;
  problem?: string;
  after: number;
  next?: string;
}) {
  const file = { text, writes: 0, looks: 0 };
  const configuration = {
    text: async () => file.text,
    write: async (written: string) => {
      file.text = written;
      file.writes += 1;
    },
    inForce: (wanted: string) => {
      file.looks += 1;
      if (file.text !== wanted || file.looks <= after) return problem ?? false;
      return next ?? true;
    },
  };
  return { file, parts: { configuration, clock: systemClock, lookMs: 1, limitMs: 200 } };
}

test('it waits until the line runs with the text', async () => {
  const { file, parts } = line({ after: 20 });
  await putInForce(parts, 'new', SIGNAL);
  expect(file).toMatchObject({ text: 'new', writes: 1, looks: 21 });
});

test('a text that is there already is not written again', async () => {
  const { file, parts } = line({ text: 'new', after: 0 });
  await putInForce(parts, 'new', SIGNAL);
  expect(file.writes).toBe(0);
});

test('what the line says about the file before is no refusal of this one', async () => {
  const { file, parts } = line({ problem: 'cameras[0]: is missing', after: 20 });
  await putInForce(parts, 'new', SIGNAL);
  expect(file.looks).toBe(21);
});

test.each([
  ['refuses it', { after: 5, next: 'models: is missing' }, 'models: is missing'],
  ['refuses it for the reason of the one before', { problem: 'same', after: 5, next: 'same' }, 'same'],
  ['does not take it', { after: Infinity }, 'the line did not take the configuration in time'],
])('a line that %s is reported', async (_, behaviour, message) => {
  const { parts } = line(behaviour);
  await expect(putInForce(parts, 'new', SIGNAL)).rejects.toMatchObject({
    code: 'update_configuration_refused',
    message,
  });
});

test('the wait ends with its signal', async () => {
  const { parts } = line({ after: Infinity });
  await expect(putInForce(parts, 'new', AbortSignal.timeout(20))).rejects.toMatchObject({ name: /Abort|Timeout/ });
});
