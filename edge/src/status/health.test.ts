import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { StatusWorld } from '../../../tests/support/status-world.ts';
import { healthOf } from './health.ts';
import type { CameraView, Snapshot } from './snapshot.ts';

const folder = mkdtempSync(join(tmpdir(), 'health-'));
afterAll(() => rmSync(folder, { recursive: true }));
const well = new StatusWorld(folder).snapshot();
const cameras = (...words: readonly CameraView['inspecting'][]): Partial<Snapshot> => ({
  cameras: well.cameras.slice(0, words.length).map((camera, i) => ({ ...camera, inspecting: words[i] ?? 'blind' })),
});
const judge = (change: Partial<Snapshot>) => healthOf({ ...well, ...change });

describe('the health of the device', () => {
  it.each([
    [['inspecting', 'inspecting', 'inspecting'], 'inspecting', true],
    [['inspecting', 'degraded', 'inspecting'], 'degraded', true],
    [['inspecting', 'blind', 'inspecting'], 'degraded', true],
    [['degraded', 'blind', 'blind'], 'degraded', true],
    [['starting', 'blind', 'starting'], 'starting', false],
    [['blind', 'blind', 'blind'], 'not_inspecting', false],
  ] as const)('with cameras %j is "%s"', (words, word, ok) => {
    expect(judge(cameras(...words))).toMatchObject({ word, ok });
  });

  it('is degraded, and says how late, when pictures show what was', () => {
    const [first] = well.cameras;
    const late = judge({
      cameras: well.cameras.map((camera) => ({ ...camera, inspecting: 'degraded', behindMs: 3_200 })),
    });
    expect(late).toMatchObject({ word: 'degraded', ok: true });
    expect(late.warnings[0]).toMatchObject({ code: 'camera_behind', camera: first?.id });
    expect(late.warnings[0]?.message).toContain('3.2 s late');
  });

  it('is never "inspecting" while events cannot be written', () => {
    const health = judge({ journal: { ...well.journal, writable: false, problem: 'disk full' } });
    expect(health).toMatchObject({ word: 'not_inspecting', ok: false });
    expect(health.reasons[0]?.message).toContain('disk full');
  });

  it('is "starting" while an engine is built, and says how far that is', () => {
    const engines = [{ model: 'ppe', state: 'building', progress: 'tactics 3 of 9', tookMs: 185_000 }] as const;
    const health = judge({ engines, vision: { ...well.vision, state: 'down' } });
    expect(health).toMatchObject({ word: 'starting', ok: false, reasons: [{ code: 'engine_building' }] });
    expect(health.reasons[0]?.message).toMatch(/ppe.*3 min.*tactics 3 of 9/);
  });

  it.each<[string, Partial<Snapshot>]>([
    ['text_reader_missing', { textReaderMissing: { message: 'not installed', advice: 'install it' } }],
    [
      'provider_fallback',
      { models: well.models.slice(0, 1).map((model) => ({ ...model, provider: 'cpu', expected: 'tensorrt' })) },
    ],
    [
      'engine_failed',
      {
        engines: [
          {
            model: 'ppe',
            state: 'failed',
            error: { code: 'engine_build_memory', message: 'took 7 GB', advice: 'swap' },
          },
        ],
      },
    ],
    ['config_refused', { config: { path: '/c.yaml', state: 'last_good', problem: 'line 3' } }],
    ['configuration_conflict', { updateConflict: { target: 'config/acme/line-1-1.1.0.json', reason: 'changed' } }],
    ['disk_low', { disk: { freeBytes: 10e6 } }],
    ['clock_suspect', { clock: 'suspect' }],
  ])('warns of %s and goes on inspecting', (code, change) => {
    const health = judge(change);
    expect(health).toMatchObject({ word: 'inspecting', ok: true });
    expect(health.warnings.map((warning) => warning.code)).toEqual([code]);
  });

  it('does not call a long time without a link a fault', () => {
    const health = judge({ link: { state: 'offline', sinceMs: 0, lastError: 'no route' } });
    expect(health).toMatchObject({ word: 'inspecting', ok: true, warnings: [] });
  });

  it.each([
    ['offline', 'broker_tls_expired', ['broker_tls_expired']],
    ['online', 'broker_packet_limit', ['broker_packet_limit']],
    ['online', 'broker_lost', []],
    ['waiting', 'broker_refused', []],
  ] as const)('while the link is %s, a problem with the code %s is a warning: %j', (state, code, expected) => {
    const problem = { code, message: 'what is wrong', advice: 'what to do' };
    const { word, ok, warnings } = judge({ link: { state, sinceMs: 0, problem } });
    expect({ word, ok }).toEqual({ word: 'inspecting', ok: true });
    expect(warnings.map((warning) => warning.code)).toEqual(expected);
  });

  it('gives an advice with everything it detects', () => {
    const health = judge({ ...cameras('blind', 'degraded', 'inspecting'), clock: 'suspect', disk: { freeBytes: 1 } });
    expect(health.warnings.length).toBe(4);
    for (const { advice, message } of health.warnings) expect(advice.length * message.length).toBeGreaterThan(0);
  });
});
