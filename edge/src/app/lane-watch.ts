import { type Clock, isAbort } from '@lineside/kit';
import type { Lanes, ModelLaneState } from '../pipeline/index.ts';
import type { HealthWindow, LaneWindow } from '../updates/index.ts';

const SAMPLE_MS = 200;
/** So many sampled results that are all the same, and not empty, come from no camera. */
const CONSTANT_SAMPLES = 20;

interface Watched {
  readonly camera: string;
  readonly model: string;
  base: Counts;
  now: Counts;
  p95Ms: number | undefined;
  samples: number;
  detections: number;
  shown: number;
  newest: number;
  first: string | undefined;
  same: boolean;
}

interface Counts {
  readonly offered: number;
  readonly inspected: number;
  readonly failed: number;
}

/** What models do for cameras from now on: counters from the lanes, detections from samples of the newest results. */
export class LaneWatch {
  readonly #lanes: Pick<Lanes, 'state'>;
  readonly #counts: (model: string) => boolean;
  readonly #reportsObjects: (model: string) => boolean;
  readonly #watched = new Map<string, Watched>();
  readonly #end = new AbortController();

  /** `counts`: which models are watched; `reportsObjects`: whether one is expected to see something where all is well. */
  constructor(
    lanes: Pick<Lanes, 'state'>,
    clock: Clock,
    { counts, reportsObjects }: Readonly<Record<'counts' | 'reportsObjects', (model: string) => boolean>>,
  ) {
    this.#lanes = lanes;
    this.#counts = counts;
    this.#reportsObjects = reportsObjects;
    this.#sample();
    void this.#follow(clock);
  }

  figures(): HealthWindow {
    this.#sample();
    return [...this.#watched.values()].map((one) => figuresOf(one, this.#reportsObjects(one.model)));
  }

  end(): void {
    this.#end.abort();
  }

  async #follow(clock: Clock): Promise<void> {
    try {
      while (!this.#end.signal.aborted) {
        await clock.sleep(SAMPLE_MS, this.#end.signal);
        this.#sample();
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }

  #sample(): void {
    for (const { camera, models } of this.#lanes.state().lanes) {
      for (const lane of models) {
        if (this.#counts(lane.model)) this.#take(camera, lane);
      }
    }
  }

  #take(camera: string, { model, counters, frameToResultMs, newest }: ModelLaneState): void {
    const key = `${camera} ${model}`;
    const failed = Object.values(counters.failed).reduce((sum, count) => sum + count, 0);
    const now = { offered: counters.offered, inspected: counters.inspected, failed };
    let watched = this.#watched.get(key);
    // Counters begin again with a lane.
    if (watched === undefined || now.offered < watched.now.offered) {
      watched = {
        ...{ camera, model, base: watched === undefined ? now : { offered: 0, inspected: 0, failed: 0 }, now },
        ...{ p95Ms: undefined, samples: 0, detections: 0, shown: 0, newest: -1, first: undefined, same: true },
      };
      this.#watched.set(key, watched);
    }
    watched.now = now;
    watched.p95Ms = frameToResultMs?.p95;
    if (newest === undefined || newest.status === 'no_result' || newest.frame.index === watched.newest) return;
    watched.newest = newest.frame.index;
    watched.samples += 1;
    watched.detections += newest.detections.length;
    if (newest.detections.length > 0) watched.shown += 1;
    const form = JSON.stringify(newest.detections.map(({ label, score, box }) => [label, score, box]));
    if (watched.first === undefined) watched.first = form;
    else if (form !== watched.first) watched.same = false;
  }
}

function figuresOf(watched: Watched, reportsObjects: boolean): LaneWindow {
  const { camera, model, base, now, p95Ms, samples, detections, shown, first, same } = watched;
  return {
    ...{ camera, model },
    offered: now.offered - base.offered,
    inspected: now.inspected - base.inspected,
    failed: now.failed - base.failed,
    p95Ms,
    ...(reportsObjects ? { seen: detections, shown } : {}),
    constant: samples >= CONSTANT_SAMPLES && same && first !== undefined && first !== '[]',
  };
}
