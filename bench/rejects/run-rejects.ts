import { PlantSimulation } from '@lineside/twin';
import type { InferenceResult } from '../../edge/src/domain/index.ts';
import { PieceFollower } from '../../edge/src/pieces/index.ts';
import { type OutputCounts, OutputStation } from '../../edge/src/plant/output/index.ts';
import { createRule, RuleOptions } from '../../edge/src/rules/index.ts';
import { COUNTS_PER_UNIT, GateBook, type GateCounts } from '../../scripts/twin/src/plc/index.ts';
import { BELT_UNITS, type Line, productFlow, speedOf } from '../../scripts/twin/src/scenes/index.ts';
import type { Sight } from './sight.ts';

/** How an output knows where a product is. */
export type Axis = 'encoder' | 'delay';

export interface RejectRun {
  /** With a camera `product`. */
  readonly line: Line;
  readonly sight: Sight;
  readonly axis: Axis;
  readonly minutes: number;
  /** For how long frames and results take: 0 to below 1, repeatable. */
  readonly random: () => number;
  /** By how many units of the belt the output takes the gate to be farther away than it is. */
  readonly mistake?: number;
  readonly signal?: AbortSignal;
}

/** What became of the products of a run; `gate` is the truth, `output` what the device says of itself. */
export interface RejectResult {
  readonly gate: GateCounts;
  readonly output: OutputCounts;
  readonly products: number;
  readonly defective: number;
  readonly stops: number;
  readonly jams: number;
  /** For how long the belt stood. */
  readonly standingMs: number;
}

/** The line in the picture at three quarters of it, and the gate behind the picture: units of the belt from its middle. */
const LINE_AT = 0.25 * BELT_UNITS.pictureWidth;
const GATE_AT = 1.5 * BELT_UNITS.pictureWidth;
/** How often the encoder is read and the output looks; a device looks more often. */
const STEP_MS = 20;
const PULSE_MS = 200;
const TOLERANCE_MS = 50;
const SILENT_MS = 500;
const ENCODER = { bits: 32 as const, maxPerS: 20_000, maxGapMs: 500 };
/** From picture to frame, and from frame to result: the least of each, and how much more it may be. */
const ARRIVAL = { leastMs: 60, moreMs: 80 };
const RESULT = { leastMs: 60, moreMs: 120 };
const RULE = { id: 'product-defect', type: 'product_defect', camera: 'product' };
const MODEL = 'defect';
const STATION = { id: 'gate', camera: 'product', model: MODEL, labels: ['product'], rules: [RULE.id] };
/** Turned so that the belt crosses it forward. */
const LINE = [
  [0.75, 1],
  [0.75, 0],
] as const;

interface Awaited {
  readonly index: number;
  readonly takenMs: number;
  readonly arrivedMs: number;
  readonly resultMs: number;
  readonly result: InferenceResult;
}

/**
 * The reject path on a simulated clock, as fast as it is calculated: tracks, rule, pieces and output are those of the device,
 * and so are pictures and model where `sight` is a film. Not of the device is what lies between the output and the
 * controller: a level that is set at once.
 */
export function runRejects({ line, sight, axis, minutes, random, mistake = 0, signal }: RejectRun): RejectResult {
  const camera = line.cameras.find(({ scene }) => scene === 'product');
  if (camera?.scene !== 'product') throw new TypeError('the line has no product camera');
  const flow = productFlow(line, camera);
  const { halfBottle, pictureWidth } = BELT_UNITS;
  const book = new GateBook(flow, { gate: GATE_AT, reach: halfBottle, watchedFrom: -pictureWidth / 2 - halfBottle });
  const station = new OutputStation({
    ...{ id: STATION.id, pulseMs: PULSE_MS, toleranceMs: TOLERANCE_MS, onMissing: 'reject', silentMs: SILENT_MS },
    ...distanceOf(GATE_AT - LINE_AT + mistake, axis, speedOf(camera)),
  });
  station.arm(true);
  station.connection(true);
  const inspection = new Inspected(sight, station, random);
  let standingMs = 0;
  let before = -1;
  let [products, defective] = [0, 0];
  for (let nowMs = 0; nowMs < minutes * 60_000; nowMs += STEP_MS) {
    if (nowMs % 60_000 === 0) signal?.throwIfAborted();
    const seconds = nowMs / 1000;
    station.beat(nowMs, true);
    const travelled = flow.travelled(seconds);
    if (travelled === before) standingMs += STEP_MS;
    before = travelled;
    if (axis === 'encoder') station.encoder(nowMs, Math.floor(travelled * COUNTS_PER_UNIT) % 2 ** 32);
    inspection.at(nowMs);
    const { ready, reject, firings } = station.step(nowMs);
    station.confirm(firings, nowMs);
    for (const { defect } of book.look(seconds, reject, ready === 'ready')) {
      products += 1;
      if (defect !== undefined) defective += 1;
    }
  }
  return { gate: book.counts, output: station.counts, products, defective, standingMs, ...stopsOf(line, minutes) };
}

/** Camera, model and rules: the result of a frame comes a while after it was taken, to tracker, rule and pieces. */
class Inspected {
  readonly #sight: Sight;
  readonly #random: () => number;
  readonly #station: OutputStation;
  readonly #rule;
  readonly #follower: PieceFollower;
  readonly #waiting: Awaited[] = [];
  #frames = 0;
  #nowMs = 0;

  constructor(sight: Sight, station: OutputStation, random: () => number) {
    this.#sight = sight;
    this.#station = station;
    this.#random = random;
    this.#rule = createRule(RuleOptions.parse(RULE), { resultEveryMs: 1000 / sight.fps });
    this.#follower = new PieceFollower([{ ...STATION, line: LINE }], {
      piece: (_station, piece) => station.piece(piece),
      verdict: (_station, piece, verdict) => void this.#station.verdict(piece, verdict, this.#nowMs),
    });
  }

  /** To be called with rising times. */
  at(nowMs: number): void {
    this.#nowMs = nowMs;
    const takenMs = (this.#frames * 1000) / this.#sight.fps;
    if (takenMs <= nowMs) this.#take(takenMs);
    for (let [first] = this.#waiting; first !== undefined && first.resultMs <= nowMs; [first] = this.#waiting) {
      this.#judge(first);
      this.#waiting.shift();
    }
  }

  #take(takenMs: number): void {
    const index = this.#frames;
    this.#frames += 1;
    const arrivedMs = takenMs + ARRIVAL.leastMs + ARRIVAL.moreMs * this.#random();
    const resultMs = arrivedMs + RESULT.leastMs + RESULT.moreMs * this.#random();
    this.#waiting.push({ index, takenMs, arrivedMs, resultMs, result: this.#sight.resultOf(index) });
  }

  #judge({ index, takenMs, arrivedMs, result }: Awaited): void {
    const { width, height, tracker } = this.#sight;
    const at = { atMs: arrivedMs, mediaMs: takenMs, capturedMs: takenMs };
    const frame = { camera: RULE.camera, index, ...at, width, height };
    const times = { waitMs: 0, inferMs: 0, decodeMs: 0 };
    const followed = tracker.update({ frame, model: MODEL, result, times });
    const tracks = result.status === 'no_result' ? undefined : followed;
    this.#rule.step({ frame, tracks });
    const verdictOf = (_rule: string, track: number) => this.#rule.verdictOf?.(track);
    this.#follower.judged({ camera: RULE.camera, model: MODEL, frame, tracks, verdictOf });
  }
}

function distanceOf(units: number, axis: Axis, unitsPerS: number): { distance: number; encoder?: typeof ENCODER } {
  if (axis === 'delay') return { distance: (units / unitsPerS) * 1000 };
  return { distance: units * COUNTS_PER_UNIT, encoder: ENCODER };
}

/** How often the line stood until then; the belt is moved by the same simulation. */
function stopsOf(line: Line, minutes: number): { readonly stops: number; readonly jams: number } {
  if (line.plant === undefined) return { stops: 0, jams: 0 };
  const simulation = new PlantSimulation(line.plant, line.seed);
  simulation.until(minutes * 60);
  const begun = simulation.stops.filter(({ startSeconds }) => startSeconds < minutes * 60);
  const jams = begun.filter(({ state }) => state === 'jam').length;
  return { stops: begun.length - jams, jams };
}
