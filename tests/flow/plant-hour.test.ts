import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OutputStation } from '../../edge/src/plant/output/index.ts';
import { COUNTS_PER_UNIT, GateBook } from '../../scripts/twin/src/plc/index.ts';
import { BELT_UNITS, parseLine, productFlow } from '../../scripts/twin/src/scenes/index.ts';

const PLANT = join(import.meta.dirname, '../../scripts/twin/plant.yaml');
const HOUR_S = 3600;
const STEP_MS = 20;
/** The line in the picture, right of its middle, and the gate behind the picture, in units of the belt. */
const LINE_AT = 160;
const GATE_AT = 960;

/** How often something happens is set higher than in the declaration, so that an hour has enough of it. */
function busyPlant(): ReturnType<typeof parseLine> {
  const text = readFileSync(PLANT, 'utf8')
    .replaceAll(/perHour: [\d.]+/g, 'perHour: 12')
    .replace('crack: 0.004', 'crack: 0.03')
    .replace('missing_cap: 0.002', 'missing_cap: 0.02');
  return parseLine(text, PLANT);
}

it('rejects every defective bottle and no other in an hour of the twin with stops and jams', () => {
  const line = busyPlant();
  const camera = line.cameras.find(({ id }) => id === 'product');
  if (camera?.scene !== 'product') throw new TypeError('the line has a product camera');
  const flow = productFlow(line, camera);
  const { halfBottle, pictureWidth } = BELT_UNITS;
  const book = new GateBook(flow, { gate: GATE_AT, reach: halfBottle, watchedFrom: -pictureWidth / 2 - halfBottle });
  const station = new OutputStation({
    ...{ id: 'gate', distance: (GATE_AT - LINE_AT) * COUNTS_PER_UNIT, pulseMs: 200, toleranceMs: 50 },
    ...{ onMissing: 'reject' as const, silentMs: 500, encoder: { bits: 32 as const, maxPerS: 20_000, maxGapMs: 500 } },
  });
  station.arm(true);
  station.connection(true);
  const reported = new Set<number>();
  let standing = 0;
  let before = 0;
  for (let nowMs = 0; nowMs < HOUR_S * 1000; nowMs += STEP_MS) {
    const seconds = nowMs / 1000;
    station.beat(nowMs, true);
    const travelled = flow.travelled(seconds);
    if (travelled === before) standing += STEP_MS;
    before = travelled;
    if (nowMs % 20 === 0) station.encoder(nowMs, Math.floor(travelled * COUNTS_PER_UNIT));
    // A camera looks five times a second, and its results come a while later.
    if (nowMs % 200 === 0) {
      for (const k of flow.near(seconds, pictureWidth)) {
        const crossed = flow.when(k, LINE_AT);
        if (reported.has(k) || crossed > seconds - 0.1) continue;
        reported.add(k);
        station.piece({ piece: k + 1, track: k, capturedAtMs: crossed * 1000 });
        const isBad = flow.defect(k) !== undefined;
        station.verdict(k + 1, isBad ? { result: 'nok', reason: 'defect' } : { result: 'ok', reason: 'none' }, nowMs);
      }
    }
    const { ready, reject, firings } = station.step(nowMs);
    station.confirm(firings, nowMs);
    book.look(seconds, reject, ready === 'ready');
  }
  expect(standing).toBeGreaterThan(10 * 60_000);
  expect(book.counts.due).toBeGreaterThan(50);
  expect(book.counts).toMatchObject({ wrong: 0, late: 0, done: book.counts.due });
  expect(station.counts).toMatchObject({ late: 0, missed: 0, cancelled: 0 });
});
