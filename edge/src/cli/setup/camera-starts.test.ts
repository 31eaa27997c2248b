import { describe, expect, it } from 'vitest';
import { CameraStarts, type StartingCamera } from './camera-starts.ts';
import { SETUP_TEXTS } from './texts.ts';

const starts = (cameras: readonly string[], language: 'en' | 'ru' = 'en'): CameraStarts => {
  const { states, unheard } = SETUP_TEXTS[language];
  return new CameraStarts({ cameras, language, states, unheard, startedMs: 1_000, startMs: 180_000, waitMs: 60_000 });
};
const camera = (id: string, more: Partial<StartingCamera> = {}): StartingCamera => ({
  ...{ id, inspecting: 'starting', state: 'connecting' },
  ...more,
});
const SEES = { inspecting: 'inspecting', state: 'streaming', lastFrameAgeMs: 40 } as const;

describe('cameras that start', () => {
  it('say each step once, and after a while again what they wait for', () => {
    const line = starts(['belt']);
    expect(line.follow(undefined, 1_000)).toBe('belt: the line starts (0 s)');
    expect(line.follow(undefined, 15_000)).toBeUndefined();
    expect(line.follow(undefined, 16_000)).toBe('belt: the line starts (15 s)');
    expect(line.follow([camera('belt')], 17_000)).toBe('belt: starts, connecting to the camera (16 s)');
    const streaming = camera('belt', { state: 'streaming', lastFrameAgeMs: 10 });
    expect(line.follow([streaming], 18_000)).toBe('belt: starts, the model gives no results (17 s)');
    expect(line.follow([streaming], 18_500)).toBeUndefined();
    expect(line.follow([camera('belt', SEES)], 20_000)).toBe('belt: is inspected (19 s)');
    expect(line.follow([camera('belt', SEES)], 60_000)).toBeUndefined();
  });

  it('have their time until the first result; only from then on an event is waited for', () => {
    const line = starts(['belt']);
    expect(line.deadlineMs).toBe(181_000);
    line.follow([camera('belt')], 100_000);
    expect([line.anySaw, line.deadlineMs]).toEqual([false, 181_000]);
    line.follow([camera('belt', SEES)], 170_000);
    expect([line.anySaw, line.deadlineMs, line.notSeeing]).toEqual([true, 230_000, []]);
    // What it does later changes nothing.
    line.follow([camera('belt', { inspecting: 'blind', state: 'failed' })], 200_000);
    expect([line.deadlineMs, line.notSeeing]).toEqual([230_000, []]);
  });

  it('that never gave a result are named, with the reason', () => {
    const line = starts(['belt', 'gate']);
    const refused = camera('gate', { inspecting: 'blind', state: 'failed', error: { code: 'refused' } });
    line.follow([camera('belt', { ...SEES, inspecting: 'degraded' }), refused, camera('other', SEES)], 20_000);
    expect(line.deadlineMs).toBe(80_000);
    const why = 'not inspected, the camera refuses the connection';
    expect(line.notSeeing).toEqual([{ camera: 'gate', why }]);
    const russian = starts(['gate'], 'ru');
    russian.follow([refused], 20_000);
    expect(russian.notSeeing).toEqual([{ camera: 'gate', why: 'не проверяется, камера отклоняет соединение' }]);
  });

  it('have no result as long as the service says nothing', () => {
    expect(starts(['belt']).notSeeing).toEqual([{ camera: 'belt', why: 'the line starts' }]);
  });
});
