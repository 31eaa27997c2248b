import { expect, it } from 'vitest';
import { LinesideError, silentLogger } from '@lineside/kit';
import { HandClock } from '../../../tests/support/test-journal.ts';
import type { LineEvent } from '../domain/index.ts';
import type { ClipRequest } from '../pipeline/index.ts';
import { ClipKeeper, type ClipKeeperOptions } from './clip-keeper.ts';

const event = (name: string, kind: LineEvent['output']['kind'], phase: 'opened' | 'closed' = 'opened'): LineEvent => ({
  event: name,
  camera: 'belt',
  frame: { camera: 'belt', index: 1, atMs: 10_000, width: 100, height: 100 },
  output: { phase, key: name, rule: 'r', ruleType: 't', kind, severity: 'info', label: 'l', durationMs: 1 },
});

const SETTINGS = {
  before: { ms: 5_000 },
  after: { ms: 3_000 },
  kinds: ['quality_issue'],
} as unknown as ReturnType<ClipKeeperOptions['clips']>;

function world(answer: () => Promise<Uint8Array>) {
  const seen = { asked: [] as ClipRequest[], kept: [] as string[], recorded: [] as string[] };
  const keeper = new ClipKeeper({
    recorder: {
      record: ({ event: name }) => Promise.resolve({ seq: seen.recorded.push(name) }),
      recordClip: (name) => Promise.resolve({ sha256: `${seen.kept.push(name)}` }),
    },
    clips: (camera) => (camera === 'belt' ? SETTINGS : undefined),
    vision: () => ({
      clip: async (request) => {
        seen.asked.push(request);
        return { mp4: await answer(), width: 1, height: 1, fromMs: 0, toMs: 1 };
      },
    }),
    clock: new HandClock(),
    log: silentLogger,
  });
  const stop = new AbortController();
  const done = keeper.run(stop.signal);
  return { ...seen, keeper, end: () => (stop.abort(), done) };
}

it('an event of a kind that has clips gets one of the time around its frame; other kinds, cameras and closings get none', async () => {
  const { keeper, asked, kept, end } = world(() => Promise.resolve(Buffer.from('film')));
  await keeper.record(event('a', 'quality_issue'), undefined);
  await keeper.record(event('b', 'sanitation'), undefined);
  await keeper.record({ ...event('c', 'quality_issue'), camera: 'oven' }, undefined);
  await keeper.record(event('a', 'quality_issue', 'closed'), undefined);
  await end();
  expect(asked).toEqual([{ camera: 'belt', fromMs: 5_000, atMs: 10_000, toMs: 13_000 }]);
  expect(kept).toEqual(['a']);
});

it('an event does not wait for its clip, and is recorded where the clip fails', async () => {
  const refused = new LinesideError({ code: 'no_clip', message: 'nothing is held', advice: 'none' });
  const { keeper, recorded, kept, end } = world(() => Promise.reject(refused));
  await keeper.record(event('a', 'quality_issue'), undefined);
  await end();
  expect([recorded, kept]).toEqual([['a'], []]);
});

it('of many events at once only a few get a clip, so that memory stays bounded', async () => {
  const held = Promise.withResolvers<Uint8Array>();
  const { keeper, asked, recorded, end } = world(() => held.promise);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await keeper.record(event(name, 'quality_issue'), undefined);
  held.resolve(Buffer.from('film'));
  await end();
  expect([asked.length, recorded.length]).toEqual([3, 5]);
});
