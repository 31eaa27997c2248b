import { describe, expect, it } from 'vitest';
import { type CameraFacts, inspectingWord } from './inspecting.ts';

const model = { state: 'ready', resultAgeMs: 100, degraded: false } as const;
const well: CameraFacts = {
  visionUp: true,
  state: 'streaming',
  lastFrameAgeMs: 100,
  sinceStartMs: 60_000,
  models: [model, model],
  staleAfterMs: 2_000,
  graceMs: 10_000,
};

describe('the word for a camera', () => {
  it('is "inspecting" only when every model has a fresh result without doubt', () => {
    expect(inspectingWord(well)).toBe('inspecting');
  });

  it.each<[string, Partial<CameraFacts>, string]>([
    ['one model is silent', { models: [model, { ...model, resultAgeMs: 2_001 }] }, 'degraded'],
    ['one model never gave a result', { models: [model, { state: 'loading', degraded: false }] }, 'degraded'],
    ['one model has failed', { models: [model, { state: 'failed', degraded: false }] }, 'degraded'],
    ['the results of one are to be doubted', { models: [model, { ...model, degraded: true }] }, 'degraded'],
    ['its pictures come late', { behindMs: 2_001 }, 'degraded'],
    ['every model is silent', { models: [{ ...model, resultAgeMs: 2_001 }] }, 'blind'],
    ['it has no models', { models: [] }, 'blind'],
    ['the newest frame is old, though results are fresh', { lastFrameAgeMs: 2_001 }, 'blind'],
    ['vision is down', { visionUp: false }, 'blind'],
    ['the stream failed a moment ago', { state: 'failed' }, 'blind'],
    ['the stream connects again', { state: 'connecting' }, 'blind'],
  ])('when %s', (_when, change, word) => {
    expect(inspectingWord({ ...well, ...change })).toBe(word);
  });

  it('excuses silence as "starting" for a time, but never a failure', () => {
    const { lastFrameAgeMs, ...without } = well;
    const starting: CameraFacts = {
      ...without,
      state: 'connecting',
      sinceStartMs: 9_999,
      models: [{ state: 'loading', degraded: false }],
    };
    expect(lastFrameAgeMs).toBe(100);
    expect(inspectingWord(starting)).toBe('starting');
    expect(inspectingWord({ ...starting, sinceStartMs: 10_000 })).toBe('blind');
    expect(inspectingWord({ ...starting, state: 'failed' })).toBe('blind');
    expect(inspectingWord({ ...starting, models: [{ state: 'failed', degraded: false }] })).toBe('blind');
  });
});
