import { expect, it } from 'vitest';
import { testVideo } from '../../../tests/support/video.ts';
import { probeFfmpeg } from './capabilities.ts';
import { measurePackets, packetFigures } from './measure-packets.ts';

it('measures rate, bit rate and key frames of a stream without decoding it', async () => {
  const url = await testVideo({ width: 160, height: 96, seconds: 12, keyEvery: 50 });
  const facts = { url, transport: 'tcp', capabilities: await probeFfmpeg(), durationMs: 11_000 } as const;
  const figures = await measurePackets(facts, new AbortController().signal);
  expect(figures?.fps).toBeCloseTo(10, 0);
  expect(figures?.keyframeIntervalMs).toBeCloseTo(5_000, -2);
  expect(figures?.overMs).toBeGreaterThan(9_000);
  expect(figures?.overMs).toBeLessThan(12_000);
  expect(figures?.bitsPerS).toBeGreaterThan(1_000);
});

it('says nothing of a stream without times, and no interval of one key frame', () => {
  expect(packetFigures('N/A,100,K__\n')).toBeUndefined();
  expect(packetFigures('0.0,100,K__\n')).toBeUndefined();
  expect(packetFigures('0.0,100,K__\n0.5,50,___\n1.0,50,___\n')).toEqual({ overMs: 1000, fps: 2, bitsPerS: 1600 });
});
