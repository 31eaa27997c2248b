import { describe, expect, it } from 'vitest';
import { PendingAnswers } from './pending-answers.ts';

const LATE = { code: 'answer_late', message: 'the answer took too long' } as const;

describe('PendingAnswers', () => {
  it('gives each answer to the question with its id', async () => {
    const pending = new PendingAnswers<string>(LATE);
    const ids: number[] = [];
    const ask = () => pending.ask((id) => ids.push(id), 60_000, new AbortController().signal);
    const [one, two] = [ask(), ask()];
    pending.answered(ids[1] ?? -1, 'b');
    pending.answered(ids[0] ?? -1, 'a');
    pending.answered(ids[0] ?? -1, 'once more');
    expect(await Promise.all([one, two])).toEqual(['a', 'b']);
  });

  it('is late by its own deadline and by that of whoever asks', async () => {
    const pending = new PendingAnswers<string>(LATE);
    const late = expect.objectContaining({ name: 'VisionError', ...LATE }) as Error;
    await expect(pending.ask(() => undefined, 5, new AbortController().signal)).rejects.toEqual(late);
    await expect(pending.ask(() => undefined, 60_000, AbortSignal.timeout(5))).rejects.toEqual(late);
  });

  it('passes on why it was given up, and asks nothing after that', async () => {
    const pending = new PendingAnswers<string>(LATE);
    const stop = new AbortController();
    const answer = pending.ask(() => undefined, 60_000, stop.signal);
    const why = new Error('nobody looks any more');
    stop.abort(why);
    await expect(answer).rejects.toBe(why);
    let asked = 0;
    await expect(pending.ask(() => (asked += 1), 60_000, stop.signal)).rejects.toBe(why);
    expect(asked).toBe(0);
  });

  it('fails all that is open when the process has ended', async () => {
    const pending = new PendingAnswers<string>(LATE);
    const answer = pending.ask(() => undefined, 60_000, new AbortController().signal);
    pending.abandon();
    await expect(answer).rejects.toMatchObject({ name: 'VisionError', code: 'vision_down' });
  });
});
