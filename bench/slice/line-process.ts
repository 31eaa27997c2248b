/** The main process of an appliance, wired as the application wires it, with a rule that journals every frame. */
import { CATALOG_DIR, resolveModel } from '@lineside/models';
import { eventIds } from '../../edge/src/app/event-id.ts';
import { bootId } from '../../edge/src/app/machine.ts';
import type { InspectionCounters } from '../../edge/src/domain/index.ts';
import type { ModelSpec } from '../../edge/src/inference/index.ts';
import { createLogger, superviseServices, systemClock } from '@lineside/kit';
import { Lanes } from '../../edge/src/pipeline/index.ts';
import { openDataFolder, type DataFolder } from '../../edge/src/app/open-data-folder.ts';
import { ByteTracker, TRACKER_DEFAULTS } from '../../edge/src/tracking/index.ts';
import { VisionProcess } from '../../edge/src/vision/index.ts';
import { answerQuestions } from '../child.ts';
import { EveryFrame } from './every-frame.ts';
import { FrameBook, type FrameRow } from './frame-book.ts';

export interface LineFacts {
  readonly data: string;
  readonly cameras: readonly { readonly id: string; readonly url: string }[];
  readonly fps: number;
  readonly model: string;
  readonly pictures: boolean;
}

export interface Totals {
  offered: number;
  inspected: number;
  skipped: number;
  failed: number;
}

export interface LineResult {
  readonly totals: Totals;
  readonly frames: readonly FrameRow[];
  readonly visionDowns: number;
  /** Pictures that events should have had and did not get. */
  readonly withoutPicture: number;
}

const SETTLE_MS = 30_000;
const QUOTA_BYTES = 2 ** 30;

interface Line {
  readonly facts: LineFacts;
  readonly store: DataFolder;
  readonly lanes: Lanes;
  readonly vision: VisionProcess;
  readonly book: FrameBook;
  readonly stopVision: AbortController;
  readonly stopLanes: AbortController;
  readonly seen: Promise<void>;
  readonly served: Promise<void>;
}

let line: Line | undefined;
let before: Totals | undefined;
let after: Totals | undefined;

async function start(facts: LineFacts): Promise<void> {
  const log = createLogger('warn', 'bench');
  const store = openDataFolder({
    data: facts.data,
    device: 'bench',
    boot: bootId(),
    clock: systemClock,
    log,
    journalQuotaBytes: QUOTA_BYTES,
    evidenceQuotaBytes: QUOTA_BYTES,
    keepDeliveredMs: 3_600_000,
    synced: () => true,
  });
  const spec = await modelSpec(facts.model);
  const book = new FrameBook();
  const lanes: Lanes = new Lanes({
    lanes: facts.cameras.map(({ id }) => ({
      camera: id,
      source: 'live',
      models: [
        {
          id: spec.id,
          tracker: new ByteTracker({ ...TRACKER_DEFAULTS, highScore: spec.manifest.thresholds }),
          rules: [new EveryFrame(spec.id)],
        },
      ],
    })),
    vision: { picture: (request, until) => vision.picture(request, until) },
    recorder: book.around(store.recorder),
    alarm: { raise: () => undefined },
    clock: systemClock,
    log,
    newEventId: eventIds(systemClock),
    // With no space for snapshots none is requested.
    limits: facts.pictures ? {} : { picturesWaiting: 0 },
  });
  const vision: VisionProcess = new VisionProcess({
    plan: {
      models: [spec],
      cameras: facts.cameras.map(({ id, url }) => ({
        id,
        url,
        transport: 'tcp',
        fps: facts.fps,
        models: [spec.id],
        mode: 'live',
        loop: true,
      })),
    },
    listeners: [book, lanes],
    clock: systemClock,
    logger: log,
    random: Math.random,
  });
  const stopVision = new AbortController();
  const stopLanes = new AbortController();
  const seen = vision.run(stopVision.signal);
  const served = superviseServices([lanes, store.maintenance], stopLanes.signal);
  line = { facts, store, lanes, vision, book, stopVision, stopLanes, seen, served };
}

async function modelSpec(ref: string): Promise<ModelSpec> {
  const { id, manifest, onnxPath, sha256 } = await resolveModel(ref, {
    catalogDir: CATALOG_DIR,
    baseDir: process.cwd(),
  });
  if (manifest === undefined) throw new Error(`${ref} has no manifest`);
  return { id, path: onnxPath, sha256, manifest, score: manifest.thresholds.score * 0.6 };
}

/** Resolves when every camera has been inspected `frames` times: everything is loaded, and FFmpeg is in step. */
async function warm({ frames }: { readonly frames: number }): Promise<{ readonly visionPid: number }> {
  const { facts, book, lanes, vision } = running();
  while (facts.cameras.some(({ id }) => (book.seen.get(id) ?? 0) < frames)) {
    const { downs, reason } = lanes.state().vision;
    if (downs > 0) throw new Error(`the vision process went down: ${reason ?? ''}`);
    await systemClock.sleep(50);
  }
  if (vision.pid === undefined) throw new Error('the vision process is down');
  return { visionPid: vision.pid };
}

function begin(): void {
  const { book } = running();
  before = totals();
  book.measuring = true;
}

function end(): void {
  const { book } = running();
  after = totals();
  book.measuring = false;
}

/** Stops the line in order, then reports the outcome of the frames of the measured phase. */
async function finish(): Promise<LineResult> {
  const { facts, lanes, store, book, stopVision, stopLanes, seen, served } = running();
  stopVision.abort();
  await seen;
  await lanes.settled(AbortSignal.timeout(SETTLE_MS));
  stopLanes.abort();
  await served;
  const snapshot = lanes.state();
  const withoutPicture = snapshot.lanes.reduce((sum, { recording }) => sum + recording.withoutPicture, 0);
  store.close();
  line = undefined;
  return {
    totals: difference(after, before),
    frames: [...book.rows.values()],
    visionDowns: snapshot.vision.downs,
    withoutPicture: facts.pictures ? withoutPicture : 0,
  };
}

/** The bench is gone: nothing may stay behind. */
async function abandon(): Promise<void> {
  if (line === undefined) return;
  line.stopVision.abort();
  await line.seen;
  line.stopLanes.abort();
  await line.served;
  line.store.close();
}

function running(): Line {
  if (line === undefined) throw new Error('the line does not run');
  return line;
}

function totals(): Totals {
  const sums: Totals = { offered: 0, inspected: 0, skipped: 0, failed: 0 };
  for (const { counters } of running()
    .lanes.state()
    .lanes.flatMap(({ models }) => models))
    add(sums, counters);
  return sums;
}

function add(sums: Totals, counters: InspectionCounters): void {
  const all = (reasons: object): number => Object.values<number>({ ...reasons }).reduce((sum, one) => sum + one, 0);
  sums.offered += counters.offered;
  sums.inspected += counters.inspected;
  sums.skipped += all(counters.skipped);
  sums.failed += all(counters.failed);
}

function difference(late: Totals | undefined, early: Totals | undefined): Totals {
  if (late === undefined || early === undefined) throw new Error('nothing was measured');
  return {
    offered: late.offered - early.offered,
    inspected: late.inspected - early.inspected,
    skipped: late.skipped - early.skipped,
    failed: late.failed - early.failed,
  };
}

answerQuestions({ start, warm, begin, end, finish }, abandon);
