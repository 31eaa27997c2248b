import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { CameraStatus, Detection, InspectionCounters } from '../../edge/src/domain/index.ts';
import type { LineTeaching } from '../../edge/src/app/line-teaching.ts';
import { type HistoryView, SERIES } from '../../edge/src/history/index.ts';
import { LinesideError } from '@lineside/kit';
import {
  answerJson,
  type CoverageJson,
  coverageOf,
  type CoverageWords,
  DEFAULT_SHIFTS,
  type InspectionSample,
  requestOf,
} from '@lineside/protocol/coverage';
import {
  type AcceptedCamera,
  type AcknowledgementView,
  type CameraLog,
  type CameraView,
  type CleaningConfirmation,
  type CleaningView,
  type ConfirmedCleaning,
  type ConfirmedService,
  type EventHistory,
  type EventPage,
  type EventQuery,
  type EventView,
  inspectingWord,
  type LogLine,
  type FeedView,
  type OutputView,
  type PictureOptions,
  type PictureShot,
  type PushedReading,
  type ServiceConfirmation,
  type ServiceView,
  type ShapesChange,
  type SignalView,
  type Snapshot,
  StatusError,
  type StatusSource,
  type TeachingChange,
} from '../../edge/src/status/index.ts';

const WIDTH = 640;
const HEIGHT = 360;
const FRAME_MS = 200;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface WorldCamera {
  readonly id: string;
  readonly model: string;
  readonly label: string;
  readonly zone: string;
  failedAtMs?: number;
  /** How good its connection is, where that was judged. */
  connection?: 1 | 2 | 3 | 4;
}

/**
 * A device that behaves like one without cameras or models: pictures that move, counters that only rise and add up,
 * cameras that fail on request, events that open and close. Real JPEGs in a real folder.
 */
export class StatusWorld implements StatusSource {
  readonly #startedMs = performance.now();
  readonly #evidence = new Map<string, string>();
  readonly #folder: string;
  readonly events_: EventView[] = [];
  readonly cameras: WorldCamera[] = [
    { id: 'product', model: 'defect', label: 'product', zone: 'belt' },
    { id: 'people', model: 'ppe', label: 'person', zone: 'packing' },
    { id: 'floor', model: 'sanitation', label: 'spill', zone: 'aisle' },
  ];
  readonly confirmations: CleaningConfirmation[] = [];
  readonly accepted: { readonly camera: string; readonly by: string }[] = [];
  /** Machines: one is overdue by its counter, of the other nobody has confirmed a service. */
  readonly services: ServiceView[] = [
    {
      ...{
        rule: 'cutter',
        camera: 'product',
        overdue: true,
        servicedBy: 'A. P.',
        servicedAtMs: Date.now() - 40 * DAY_MS,
      },
      limits: [
        { by: 'interval', value: 40 * DAY_MS, limit: 90 * DAY_MS, used: 0.444 },
        { by: 'count', value: 260_000, limit: 250_000, used: 1.04, unit: 'cuts' },
      ],
    },
    {
      ...{ rule: 'filler', camera: 'product', overdue: false, servicedAtMs: Date.now() - DAY_MS },
      limits: [{ by: 'running_time', value: 9 * HOUR_MS, limit: 100 * HOUR_MS, used: 0.09 }],
    },
  ];
  /** Zones: one was cleaned by a person, one is overdue at a time of the day since the camera saw it cleaned. */
  readonly cleanings: CleaningView[] = [
    {
      ...{ rule: 'floor-cleaning', camera: 'floor', zone: 'aisle', overdue: false, sinceMs: 2 * HOUR_MS },
      ...{ limitMs: 8 * HOUR_MS, cleanedAtMs: Date.now() - 2 * HOUR_MS, seenBy: 'person', cleanedBy: 'A. P.' },
    },
    {
      ...{ rule: 'table-cleaning', camera: 'people', zone: 'packing', overdue: true, sinceMs: 20 * HOUR_MS },
      ...{ cleanedAtMs: Date.now() - 20 * HOUR_MS, seenBy: 'camera' },
    },
  ];
  /** JPEGs made so far. */
  encodings = 0;
  visionDown = false;
  journalWritable = true;
  configRefused = false;
  linkState: Snapshot['link']['state'] = 'online';
  broken = false;
  /** Further zones of every camera. */
  moreZones: CameraView['zones'] = [];
  /** What a rule has read on the packs of the first camera. */
  packChecks: CameraView['models'][number]['packChecks'];
  /** Signals, by id; those that a page or program set. */
  readonly signals_ = new Map<string, SignalView>();
  /** Counters of each minute, as the journal has them. */
  samples: readonly InspectionSample[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  confirmCleaning(confirmation: CleaningConfirmation): Promise<readonly ConfirmedCleaning[]> {
    this.confirmations.push(confirmation);
    const { target, by } = confirmation;
    const found = this.cleanings.findIndex(({ rule, zone }) => rule === target || zone === target);
    const cleaning = this.cleanings[found];
    if (cleaning !== undefined) {
      const now = { overdue: false, sinceMs: 0, cleanedAtMs: Date.now(), seenBy: 'person', cleanedBy: by } as const;
      this.cleanings[found] = { ...cleaning, ...now };
    }
    return Promise.resolve([{ rule: 'floor-cleaning', camera: 'floor', zone: confirmation.target }]);
  }

  confirmService({ rule, by }: ServiceConfirmation): Promise<readonly ConfirmedService[]> {
    const found = this.services.findIndex((one) => one.rule === rule);
    const service = this.services[found];
    if (service === undefined) {
      const facts = { message: `no maintenance rule has the id ${rule}`, advice: 'known: filler' };
      return Promise.reject(new StatusError({ code: 'bad_request', ...facts }));
    }
    const limits = service.limits.map((limit) => ({ ...limit, value: 0, used: 0 }));
    this.services[found] = { ...service, overdue: false, limits, servicedAtMs: Date.now(), servicedBy: by };
    return Promise.resolve([{ rule, camera: service.camera }]);
  }

  cameraLog(camera: string): Promise<CameraLog> {
    return Promise.resolve({ camera, lines: [{ atMs: 1_780_000_000_000, text: 'FFmpeg 5.1 starts' }] });
  }

  acceptCamera(camera: string, by: string): Promise<AcceptedCamera> {
    if (camera === 'floor') {
      const facts = {
        code: 'camera_not_known',
        message: 'it is not known yet',
        advice: 'Wait',
        retry: 'later',
      } as const;
      return Promise.reject(new LinesideError(facts));
    }
    this.accepted.push({ camera, by });
    const figures = { measuredMs: 20_000, similarity: 0.9, luma: 90, contrast: 40, sharpness: 7 };
    return Promise.resolve({ camera, acceptedAtMs: 1_780_000_000_000, ...figures });
  }

  signals(): readonly SignalView[] {
    return [...this.signals_.values()];
  }

  pushSignals(readings: readonly PushedReading[]): readonly SignalView[] {
    for (const { signal: id, ...reading } of readings) {
      const common = { id, type: 'number' as const, source: 'push:', samples: 1 };
      const state =
        'bad' in reading ? { state: 'bad' as const, reason: reading.bad } : { state: 'good' as const, ...reading };
      this.signals_.set(id, { ...common, ...state });
    }
    return this.signals();
  }

  acknowledge(id: string, by: string, note: string | undefined): AcknowledgementView | undefined {
    const at = this.events_.findIndex(({ event }) => event === id);
    const found = this.events_[at];
    if (found === undefined) return undefined;
    const acknowledged = found.acknowledged ?? { by, atMs: Date.now(), ...(note === undefined ? {} : { note }) };
    this.events_[at] = { ...found, acknowledged };
    return acknowledged;
  }

  /** What the page has saved, newest last. */
  readonly saved: ShapesChange[] = [];

  shapes(camera: string): Promise<object> {
    const zone = this.cameras.find(({ id }) => id === camera)?.zone ?? 'zone';
    const points = [
      [0.1, 0.3],
      [0.9, 0.3],
      [0.9, 0.9],
    ];
    const rules = [
      {
        id: `${zone}-rule`,
        type: 'spill',
        hasZone: true,
        hasLine: false,
        zone,
        options: { minScore: 0.5, minDuration: '2s' },
      },
    ];
    const shapes = this.saved.at(-1)?.shapes ?? [{ kind: 'zone', id: zone, points }];
    return Promise.resolve({ camera, shapes, rules, undoes: this.saved.length, revision: `r${this.saved.length}` });
  }

  async saveShapes(camera: string, change: ShapesChange): Promise<object> {
    this.saved.push(change);
    return { ...(await this.shapes(camera)), written: true };
  }

  /** What teaches; without it the page shows one that waits for a person. */
  teacher: Pick<LineTeaching, 'view' | 'change' | 'piece'> | undefined;

  teaching(): Promise<object> {
    const slider = [3, 3.5, 4].map((mads) => ({ mads, false: 4 - Math.round(mads), falseFraction: 0.02 }));
    const odd = [7, 3, 12].map((number, k) => ({ number, from: `frame ${number}`, score: 6 - k }));
    const report = { pieces: 50, struck: [], odd, limit: { ...slider[1], from: 'usual' }, slider, notes: [] };
    const waiting = { state: 'review', id: 'product-belt', camera: 'product', zone: 'belt', used: false, report };
    const taught = { id: 'defect', state: 'watching', mads: 3.5, pieces: 50, effect: slider[1], slider };
    return Promise.resolve({ ...(this.teacher?.view() ?? waiting), taught: [taught] });
  }

  async changeTeaching(change: TeachingChange, by: string): Promise<object> {
    if (change.action !== 'arm') await this.teacher?.change(change, by);
    return this.teaching();
  }

  taughtPiece(id: string, number: number): Promise<Buffer | undefined> {
    return this.teacher?.piece(id, number) ?? drawScene('product', number, false);
  }

  previewShapes(camera: string): Promise<object> {
    const toAtMs = Date.now();
    const event = { rule: 'r', kind: 'sanitation', label: 'spill', severity: 'warning', openedAtMs: toAtMs - 600_000 };
    const counts = { added: 0, removed: 1, changed: 0, unchanged: 2 };
    const rules = [{ rule: 'r', before: 3, after: 2, reported: 3 }];
    const changes = [{ change: 'removed', event: { ...event, closedAtMs: event.openedAtMs + 5_000 } }];
    const times = { fromAtMs: toAtMs - 3_600_000, toAtMs, results: 18_000, tookMs: 900 };
    return Promise.resolve({ camera, ...times, changes, counts, rules, leftOut: ['weights'] });
  }

  async undoShapes(camera: string): Promise<object> {
    this.saved.pop();
    return { ...(await this.shapes(camera)), written: true };
  }

  history(): HistoryView {
    const everyMs = 300_000;
    const toAtMs = Date.now();
    const values = (k: number) => Array.from({ length: 288 }, (_, i) => (i < 40 ? null : 10 * k + Math.sin(i / 9)));
    const series = Object.fromEntries(SERIES.map((name, k) => [name, values(k)]));
    return { fromAtMs: toAtMs - 288 * everyMs, toAtMs, everyMs, series };
  }

  log(level: LogLine['level'], limit: number): readonly LogLine[] {
    const lines: readonly LogLine[] = [
      { atMs: Date.now(), level: 'info', module: 'status', message: 'status page', facts: '{"port":8970}' },
      { atMs: Date.now(), level: 'warn', module: 'camera', message: 'the camera does not answer' },
    ];
    return lines.filter((line) => level !== 'warn' || line.level === 'warn').slice(-limit);
  }

  restoreCamera(id: string): void {
    const camera = this.cameras.find((candidate) => candidate.id === id);
    if (camera !== undefined) delete camera.failedAtMs;
  }

  failCamera(id: string): void {
    const camera = this.cameras.find((candidate) => candidate.id === id);
    if (camera !== undefined) camera.failedAtMs = performance.now();
  }

  /** Records an event with a picture of its own. */
  async addEvent(
    camera: string,
    kind: EventView['kind'],
    label: string,
    changes: Partial<EventView> = {},
  ): Promise<EventView> {
    const n = this.events_.length + 1;
    const shot = await drawScene(camera, n * 7, true);
    const sha256 = createHash('sha256').update(shot).digest('hex');
    const path = join(this.#folder, `${sha256}.jpg`);
    writeFileSync(path, shot);
    this.#evidence.set(sha256, path);
    const atMs = Date.now() - 1_000;
    const event: EventView = {
      event: `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`,
      kind,
      state: n % 2 === 0 ? 'closed' : 'open',
      severity: kind === 'quality_issue' ? 'warning' : 'critical',
      camera,
      zone: this.cameras.find((candidate) => candidate.id === camera)?.zone ?? 'picture',
      rule: `${label}-rule`,
      ...(kind === 'quality_issue' ? { ruleType: 'product_defect', details: { framesWithDefect: 4 } } : {}),
      label,
      score: 0.87,
      box: [200, 120, 320, 260],
      openedAtMs: atMs - 6_000,
      updatedAtMs: atMs,
      ...(n % 2 === 0 ? { closedAtMs: atMs, reason: 'cleared' as const } : {}),
      durationMs: 6_000,
      clock: 'synced',
      model: { id: 'ppe', sha256: 'a'.repeat(64), degraded: false },
      snapshots: [sha256],
      delivered: n % 3 !== 0,
      ...changes,
    };
    this.events_.unshift(event);
    return event;
  }

  snapshot(): Snapshot {
    if (this.broken) throw new Error('the snapshot is broken');
    const uptimeMs = performance.now() - this.#startedMs;
    const cameras = this.cameras.map((camera) => this.#camera(camera, uptimeMs));
    const queued = this.linkState === 'online' ? 2 : 128;
    return {
      v: 1,
      version: '0.1.0',
      device: 'line-1',
      line: 'Packing 1',
      atMs: Date.now(),
      startedAtMs: Date.now() - uptimeMs,
      uptimeMs,
      clock: 'synced',
      config: this.configRefused
        ? { path: '/etc/lineside/config.yaml', state: 'last_good', problem: 'line 12: cameras[1].fps must be above 0' }
        : { path: '/etc/lineside/config.yaml', state: 'good' },
      vision: {
        state: this.visionDown ? 'down' : 'up',
        sinceMs: Date.now() - uptimeMs,
        restarts: 0,
        ...(this.visionDown ? { reason: 'killed by SIGKILL' } : {}),
      },
      cameras,
      models: this.cameras.map((camera, i) => ({
        id: camera.model,
        version: '1.4.0',
        ...(i === 0 ? { demonstration: 'trained on drawn pictures' } : {}),
        sha256: String(i + 1).repeat(64),
        state: 'ready',
        provider: 'cpu',
        reason: 'no GPU on this machine',
        warmupMs: 41.5,
        results: cameras[i]?.models[0]?.counters.inspected ?? 0,
      })),
      journal: {
        writable: this.journalWritable,
        ...(this.journalWritable ? {} : { problem: 'no space left on device' }),
        streams: [
          { stream: 'events', queued, next: 1_204, acked: 1_203 - queued, oldestAgeMs: 900 },
          { stream: 'telemetry', queued: 0, next: 88, acked: 87 },
        ],
      },
      link: { state: this.linkState, sinceMs: Date.now() - uptimeMs, broker: 'mqtt://127.0.0.1:1883' },
      evidence: { bytes: 12_400_000, files: 148, notUploaded: 1 },
      disk: { freeBytes: 41e9, totalBytes: 64e9 },
      process: { rssBytes: 96e6, cpu: 0.08, cpuSeconds: 12.5 },
      machine: {
        temperatures: [{ name: 'cpu-thermal', celsius: 48.2 }],
        memory: { totalBytes: 8e9, availableBytes: 3.1e9 },
        powerMode: 'MAXN_SUPER',
        throttled: false,
      },
      visionProcess: { rssBytes: 210e6, cpu: 0.6, cpuSeconds: 90 },
      outputs: this.outputs(),
      services: this.services,
      cleanings: this.cleanings,
      feeds: this.feeds(),
      feedsLeftOut: { events: 1, frames: 210 },
      plantServers: [
        { url: 'opc.tcp://0.0.0.0:4840', up: true, sessions: 2 },
        { url: 'modbus+tcp://0.0.0.0:502', up: false, sessions: 0, problem: 'listen EACCES: permission denied' },
      ],
      production: {
        ...{ shift: 'Early', fromMs: Date.now() - 3_600_000, toMs: Date.now() + 3_600_000, recipe: 'yoghurt-500' },
        ...{ counted: 412, planned: 1000, plannedByNow: 500, perMinute: 8.5, utilisation: 0.87 },
        recipeSinceMs: Date.now() - 3_600_000,
        targetWeight: { weight: 500, under: 15 },
        weighedBy: [{ rule: 'weight-1', nominal: 480, tolerance: 14.4, maxOver: 28.8 }],
        stops: [{ event: 'stop-1', camera: 'product', rule: 'stops', sinceMs: Date.now() - 180_000, reason: 'jam' }],
      },
      events: this.events_.slice(0, 20),
      openEvents: this.events_.filter(({ state }) => state === 'open'),
    };
  }

  feeds(): readonly FeedView[] {
    const none = { dropped: {}, refused: {}, stalls: 0 };
    return [
      {
        ...{ id: 'programs', url: 'zmq+tcp://127.0.0.1:5556', connected: true, clients: 3, ended: 2, stalls: 4 },
        ...{ sent: { health: 3000, frames: 412 }, dropped: { frames: 12 }, refused: { unknown_key: 5 } },
      },
      {
        ...{ ...none, id: 'site', url: 'mqtt://10.0.0.5:1883', connected: false, sent: { events: 7 } },
        problem: 'connect ECONNREFUSED 10.0.0.5:1883',
      },
      { ...none, id: 'scada', url: 'sparkplug+mqtt://10.0.0.6:1883', connected: false, sent: {} },
    ];
  }
  outputs(): readonly OutputView[] {
    const counts = {
      ...{ pieces: 90, ok: 80, nok: 8, noResult: 2, passed: 80, due: 10, safe: 2, done: 8, late: 1, missed: 1 },
      ...{ cancelled: 0, lateVerdicts: 2, alongside: 0 },
    };
    const buckets = { buckets: [{ upTo: 5, count: 7 }], sum: 48, count: 9 };
    const latenessMs = { p50: 4.26, p99: 21.3, max: 22, buckets };
    return [
      {
        ...{ id: 'gate', camera: 'product', url: 'modbus+tcp://10.0.0.9', readiness: 'no_position', armed: true },
        ...{ connected: true, inTransit: 3, counts, latenessMs },
        results: { offered: 88, taken: 86, untaken: 1, overrun: 1 },
      },
    ];
  }

  async coverage(words: CoverageWords): Promise<CoverageJson> {
    const plan = { timeZone: 'UTC', shifts: DEFAULT_SHIFTS };
    const nowMs = Date.now();
    const request = requestOf(words, plan, nowMs);
    if (request.mistake !== undefined) {
      throw new StatusError({ code: 'bad_request', message: request.mistake, advice: 'lineside coverage --help' });
    }
    const answer = answerJson(coverageOf(this.samples, request), plan.timeZone);
    const { fromMs, toMs, by } = request;
    return { nowMs, device: 'line-1', timeZone: plan.timeZone, fromAtMs: fromMs, toAtMs: toMs, by, ...answer };
  }

  async picture(camera: string, options: PictureOptions, signal: AbortSignal): Promise<PictureShot> {
    const found = this.cameras.find((candidate) => candidate.id === camera);
    if (found === undefined || found.failedAtMs !== undefined || this.visionDown) {
      const facts = { code: 'no_frame', message: `No frame of ${camera} is held`, advice: 'Wait for the camera' };
      throw new LinesideError({ ...facts, retry: 'later' });
    }
    this.encodings += 1;
    const index = Math.floor((performance.now() - this.#startedMs) / FRAME_MS);
    const jpeg = await drawScene(camera, index, options.boxes);
    signal.throwIfAborted();
    return { jpeg, index };
  }

  events(query: EventQuery): EventPage {
    const from = query.cursor === undefined ? 0 : Number(query.cursor);
    const all = this.events_.filter(
      (event) =>
        (query.kind === undefined || event.kind === query.kind) &&
        (query.camera === undefined || event.camera === query.camera) &&
        (query.severity === undefined || event.severity === query.severity) &&
        (query.state === undefined || event.state === query.state),
    );
    const events = all.slice(from, from + query.limit);
    return from + query.limit < all.length ? { events, next: String(from + query.limit) } : { events };
  }

  event(id: string): EventHistory | undefined {
    const event = this.events_.find((candidate) => candidate.event === id);
    if (event === undefined) return undefined;
    return { ...event, transitions: [{ seq: 1, phase: 'opened', atMs: event.openedAtMs, durationMs: 5_000 }] };
  }

  evidence(sha256: string): string | undefined {
    return this.#evidence.get(sha256);
  }

  #camera(camera: WorldCamera, uptimeMs: number): CameraView {
    const now = performance.now();
    const failed = camera.failedAtMs !== undefined;
    const seenMs = camera.failedAtMs === undefined ? uptimeMs : camera.failedAtMs - this.#startedMs;
    const state: CameraStatus['state'] = failed ? 'failed' : 'streaming';
    const lastFrameAgeMs = camera.failedAtMs === undefined ? uptimeMs % FRAME_MS : now - camera.failedAtMs;
    const index = Math.floor(seenMs / FRAME_MS);
    return {
      id: camera.id,
      url: `rtsp://***@10.0.0.9:554/${camera.id}`,
      state,
      ...(camera.connection === undefined ? {} : { stream: { problems: [], quality: camera.connection } }),
      ...(failed
        ? {
            error: {
              code: 'refused',
              message: 'The camera refused the connection: rtsp://***@10.0.0.9:554/',
              advice: 'Check that the camera has power and that its RTSP port is open',
            },
          }
        : {}),
      source: { width: WIDTH, height: HEIGHT, fps: 5, codec: 'h264' },
      restarts: failed ? 1 : 0,
      lastFrameAgeMs,
      inspecting: inspectingWord({
        visionUp: !this.visionDown,
        state,
        lastFrameAgeMs,
        sinceStartMs: uptimeMs + 60_000,
        models: [{ state: 'ready', resultAgeMs: lastFrameAgeMs, degraded: false }],
        staleAfterMs: 2_000,
        graceMs: 10_000,
      }),
      zones: [
        {
          id: camera.zone,
          polygon: [
            [0.1, 0.3],
            [0.9, 0.3],
            [0.95, 0.9],
            [0.05, 0.9],
          ],
        },
        ...this.moreZones,
      ],
      models: [
        {
          model: camera.model,
          counters: countersAt(index),
          latencyMs: { p50: 17.2, p95: 31.4, p99: 52.8 },
          latencyBuckets: {
            buckets: [
              { upTo: 25, count: 80 },
              { upTo: 100, count: 100 },
            ],
            sum: 2000,
            count: 101,
          },
          newest: {
            index,
            width: WIDTH,
            height: HEIGHT,
            ageMs: lastFrameAgeMs,
            status: 'ok',
            detections: [detectionAt(camera.label, index)],
          },
          ...(camera.id === 'product' && this.packChecks !== undefined ? { packChecks: this.packChecks } : {}),
        },
      ],
    };
  }
}

/** Counters of `index` frames, of which every twelfth found the model busy. */
function countersAt(index: number): InspectionCounters {
  const skipped = Math.floor(index / 12);
  return { offered: index, inspected: index - skipped, skipped: { newer_frame: skipped }, failed: {} };
}

function detectionAt(label: string, index: number): Detection {
  const x = (index * 16) % (WIDTH - 120);
  return { label, classId: 0, score: 0.91, box: [x, 140, x + 110, 250] };
}

/** A JPEG of a belt with a box on it, whose place follows from `index`. */
async function drawScene(camera: string, index: number, boxes: boolean): Promise<Buffer> {
  const [x, y] = detectionAt('', index).box;
  const hue = { product: '#b5793a', people: '#3f6ea8', floor: '#5c8a7a' }[camera] ?? '#888';
  const frame = boxes
    ? `<rect x="${x}" y="${y}" width="110" height="110" fill="none" stroke="#37d67a" stroke-width="3"/>`
    : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
    <rect width="100%" height="100%" fill="#c9ced3"/><rect y="120" width="100%" height="150" fill="#6d747c"/>
    <rect y="262" width="100%" height="10" fill="#4d545b"/>
    <rect x="${x + 10}" y="${y + 10}" width="90" height="90" rx="8" fill="${hue}"/>${frame}</svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 70 }).toBuffer();
}
