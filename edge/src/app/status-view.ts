import type { Config } from '../config/index.ts';
import { type CameraStatus, type LeastScores, leastScoreOf, type ModelStatus } from '../domain/index.ts';
import type { LaneState, LanesState, ModelLaneState, WatchedScores } from '../pipeline/index.ts';
import { periodMs } from '../config/index.ts';
import {
  type CameraFacts,
  type CameraModelView,
  type CameraView,
  inspectingWord,
  isFresh,
  type ModelView,
} from '../status/index.ts';

export interface ViewFacts {
  readonly config: Config;
  readonly lanes: LanesState;
  /** Monotonic ms. */
  readonly nowMs: number;
  readonly startedMs: number;
  /** Least score shown, by model. */
  readonly thresholds: ReadonlyMap<string, LeastScores>;
  /** Versions of the bundles, by model. */
  readonly versions: ReadonlyMap<string, string>;
  /** Why a model is only a demonstration, by model. */
  readonly demonstrations: ReadonlyMap<string, string>;
  /** Models that were refused before the vision process received them, so that no lane has their status. */
  readonly refused: readonly ModelStatus[];
}

const GRACE_MS = 20_000;

/** The cameras as the status page shows them. */
export function cameraViews(facts: ViewFacts): readonly CameraView[] {
  return facts.lanes.lanes.map((lane) => cameraView(lane, facts));
}

function cameraView(lane: LaneState, facts: ViewFacts): CameraView {
  const { config, nowMs } = facts;
  const camera = config.cameras.find((candidate) => candidate.id === lane.camera);
  const status: CameraStatus = lane.status ?? { camera: lane.camera, state: 'connecting', restarts: 0 };
  const { error, source } = status;
  const lastFrameMs = newestFrameMs(lane, status);
  const inspected = cameraFacts(lane, status, facts);
  const silent = lane.models.flatMap(({ model }, at) => {
    const known = inspected.models[at];
    return known !== undefined && isFresh(known, inspected) ? [] : [model];
  });
  return {
    id: lane.camera,
    url: String(camera?.url ?? ''),
    state: status.state,
    restarts: status.restarts,
    inspecting: inspectingWord(inspected),
    ...(silent.length === 0 ? {} : { withoutResult: silent }),
    zones: camera?.zones ?? [],
    models: lane.models.map((model) => modelOfCamera(model, facts)),
    ...(error === undefined ? {} : { error }),
    ...(source === undefined ? {} : { source }),
    ...(lastFrameMs === undefined ? {} : { lastFrameAgeMs: Math.max(0, nowMs - lastFrameMs) }),
    ...(status.behindMs === undefined ? {} : { behindMs: Math.round(status.behindMs) }),
    ...(status.picture === undefined ? {} : { picture: status.picture }),
    ...(status.stream === undefined ? {} : { stream: status.stream }),
    ...(status.acceptedAtMs === undefined ? {} : { acceptedAtMs: status.acceptedAtMs }),
    ...(status.decoder === undefined ? {} : { decoder: status.decoder }),
  };
}

function newestFrameMs(lane: LaneState, status: CameraStatus): number | undefined {
  const known = [status.lastFrameMs, ...lane.models.map((model) => model.newest?.frame.atMs)];
  const times = known.filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** What decides whether the camera is inspected. */
function cameraFacts(lane: LaneState, status: CameraStatus, facts: ViewFacts): CameraFacts {
  const { config, lanes, nowMs } = facts;
  const camera = config.cameras.find((candidate) => candidate.id === lane.camera);
  const fps = camera?.fps ?? 1;
  const lastFrameMs = newestFrameMs(lane, status);
  return {
    visionUp: lanes.vision.state === 'up',
    state: status.state,
    sinceStartMs: nowMs - Math.max(facts.startedMs, lanes.vision.sinceMs),
    staleAfterMs: Math.max(3_000, 5_000 / fps),
    graceMs: GRACE_MS,
    models: lane.models.map((model) => ({
      state: model.status?.state ?? 'loading',
      ...(camera === undefined ? {} : { staleAfterMs: Math.max(3_000, 5 * periodMs(camera, model.model)) }),
      degraded: model.newest?.status === 'degraded',
      ...(model.newest === undefined || model.newest.status === 'no_result'
        ? {}
        : { resultAgeMs: nowMs - model.newest.resultAtMs }),
    })),
    ...(lastFrameMs === undefined ? {} : { lastFrameAgeMs: nowMs - lastFrameMs }),
    ...(status.behindMs === undefined ? {} : { behindMs: status.behindMs }),
  };
}

function modelOfCamera(model: ModelLaneState, facts: ViewFacts): CameraModelView {
  const { newest } = model;
  const threshold = facts.thresholds.get(model.model) ?? { score: 0 };
  const { skipped, failed, ...counters } = model.counters;
  return {
    model: model.model,
    counters: { ...counters, skipped, failed },
    ...(model.frameToResultMs === undefined ? {} : { latencyMs: model.frameToResultMs }),
    latencyBuckets: model.latencyBuckets,
    ...(model.outrun === undefined ? {} : { outrun: model.outrun }),
    ...(model.packChecks === undefined ? {} : { packChecks: model.packChecks }),
    ...(newest === undefined
      ? {}
      : {
          newest: {
            index: newest.frame.index,
            width: newest.frame.width,
            height: newest.frame.height,
            ageMs: Math.max(0, facts.nowMs - newest.resultAtMs),
            status: newest.status,
            // Without outlines: a page asks every second, and draws boxes.
            detections: newest.detections
              .filter((detection) => detection.score >= leastScoreOf(threshold, detection.label))
              .map(({ label, classId, score, box }) => ({ label, classId, score, box })),
            ...(newest.reason === undefined ? {} : { reason: newest.reason }),
          },
        }),
  };
}

/** The models of the line, all cameras together. */
export function modelViews(facts: ViewFacts): readonly ModelView[] {
  const all = facts.lanes.lanes.flatMap((lane) => lane.models);
  return facts.config.models.map(({ id }) => {
    const lanes = all.filter((lane) => lane.model === id);
    const status = facts.refused.find((refused) => refused.model === id) ?? lanes.find((lane) => lane.status)?.status;
    const demonstration = facts.demonstrations.get(id);
    const version = facts.versions.get(id);
    return {
      id,
      sha256: status?.sha256 ?? '',
      state: status?.state ?? 'loading',
      results: lanes.reduce((sum, lane) => sum + lane.counters.inspected, 0),
      ...(version === undefined ? {} : { version }),
      ...(demonstration === undefined ? {} : { demonstration }),
      ...watchedView(lanes),
      ...(status?.provider === undefined ? {} : { provider: status.provider }),
      ...(status?.reason === undefined ? {} : { reason: status.reason }),
      ...(status?.refused === undefined ? {} : { refused: status.refused }),
      ...(status?.expected === undefined ? {} : { expected: status.expected }),
      ...(status?.error === undefined ? {} : { error: status.error }),
      ...(status?.warmupMs === undefined ? {} : { warmupMs: status.warmupMs }),
    };
  });
}

/** All cameras together; the median is that of the camera whose pieces differ most, for there the light may have changed. */
function watchedView(lanes: readonly ModelLaneState[]): Pick<ModelView, 'watched'> {
  const watched = lanes.flatMap((lane) => lane.watched ?? []);
  const [first] = watched;
  if (first === undefined) return {};
  const most = watched.reduce((highest, one) => (one.median > highest.median ? one : highest));
  const sum = (of: (one: WatchedScores) => number): number => watched.reduce((total, one) => total + of(one), 0);
  return {
    watched: {
      state: first.watching ? 'watching' : 'armed',
      mads: first.limit,
      pieces: sum(({ pieces }) => pieces),
      above: sum(({ above }) => above),
      medianMads: Math.round(most.median * 100) / 100,
      newest: most.newest,
    },
  };
}
