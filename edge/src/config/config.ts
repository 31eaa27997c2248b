import { type ListenAddress, parseListen } from './address.ts';
import { RULE_DEFAULTS, type RawConfig, type RuleSeverity, type RuleType } from './schema.ts';
import {
  type DayWindow,
  formatDayWindow,
  formatDuration,
  formatRate,
  formatSize,
  parseDuration,
  SecretText,
} from '../fields/index.ts';

export interface ZoneConfig {
  readonly id: string;
  /** Corners as shares of the picture, 0 to 1. */
  readonly polygon: readonly (readonly [x: number, y: number])[];
}

export interface CameraConfig {
  readonly id: string;
  readonly url: SecretText;
  readonly transport: 'tcp' | 'udp';
  /** Frames per second. */
  readonly fps: number;
  /** Every model that gives results for this camera, those of `stages` included. */
  readonly models: readonly string[];
  /** Those of `models` of which the file says more than the id. */
  readonly looks?: readonly LookConfig[];
  readonly stages?: readonly StageConfig[];
  readonly zones: readonly ZoneConfig[];
}

/** How a model looks at a camera. */
export interface LookConfig {
  readonly id: string;
  readonly fps?: number;
  /** Between two looks; instead of `fps`. */
  readonly everyMs?: number;
  /** A zone of the camera, or left, top, right, bottom in shares of the picture. */
  readonly region?: string | readonly [number, number, number, number];
  readonly tiles?: { readonly size: number; readonly overlap: number };
}

/** A model that looks at each find of another. */
export interface StageConfig {
  readonly model: string;
  readonly after: string;
  readonly labels?: readonly string[];
  readonly margin: number;
  readonly most: number;
}

export type ProviderName = 'tensorrt' | 'cuda' | 'cpu';

/** Where models run, and how engines are built. */
export interface InferenceConfig {
  readonly expect?: ProviderName;
  readonly engines: 'auto' | 'off';
  readonly precision: 'fp16' | 'fp32';
  readonly buildMemoryBytes: number;
  readonly buildLimitMs: number;
}

export interface ModelConfig {
  readonly id: string;
  /** Catalog id, folder or ONNX file; relative paths are relative to the configuration file. */
  readonly ref: string;
  /** 0 to 1; the manifest's threshold where left out. */
  readonly score?: number;
  readonly expect?: ProviderName;
}

export interface RuleConfig {
  readonly id: string;
  readonly type: RuleType;
  readonly camera: string;
  readonly model: string;
  readonly zone?: string;
  readonly labels?: readonly string[];
  readonly longerThanMs: number;
  readonly severity: RuleSeverity;
}

export interface UplinkConfig {
  readonly broker: SecretText;
  readonly username?: SecretText;
  readonly password?: SecretText;
  /** PEM files for a broker with certificates; `SecretResolver.file` reads them. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Bytes per second to the network; no cap where left out. */
  readonly maxBytesPerS?: number;
  /** When pictures may be sent; always where left out. */
  readonly mediaWindow?: DayWindow;
}

/** Streams of the journal with a quota of their own, in bytes. */
export interface StreamQuotasConfig {
  readonly audit?: number;
  readonly events?: number;
  readonly telemetry?: number;
  readonly media?: number;
}

/** A configuration that was checked, with all defaults filled in and all units in the names. */
export interface Config {
  readonly device: string;
  readonly line: string;
  readonly cameras: readonly CameraConfig[];
  /** Every model that is declared or used by a camera; one that only the catalog has is its own ref. */
  readonly models: readonly ModelConfig[];
  readonly rules: readonly RuleConfig[];
  readonly uplink?: UplinkConfig;
  readonly status: { readonly listen: ListenAddress };
  readonly storage: {
    readonly journalQuotaBytes: number;
    readonly streamQuotas?: StreamQuotasConfig;
    readonly evidenceQuotaBytes: number;
    readonly keepDeliveredMs: number;
  };
  readonly inference: InferenceConfig;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent' };
}

/** Fills in what depends on more than one key. */
export function completeConfig(raw: RawConfig): Config {
  const declared = new Set(raw.models.map((model) => model.id));
  const cameras = raw.cameras.map(completeCamera);
  const fromCatalog = [...new Set(cameras.flatMap((camera) => camera.models))].filter((id) => !declared.has(id));
  return {
    device: raw.device,
    line: raw.line ?? raw.device,
    cameras,
    models: [...raw.models.map(withoutUndefined), ...fromCatalog.map((id) => ({ id, ref: id }))],
    rules: raw.rules.map(completeRule),
    ...(raw.uplink === undefined ? {} : { uplink: completeUplink(raw.uplink) }),
    status: { listen: parseListen(raw.status.listen) ?? { host: '127.0.0.1', port: 8970 } },
    storage: {
      journalQuotaBytes: raw.storage.journalQuota.bytes,
      ...streamQuotasOf(raw.storage),
      evidenceQuotaBytes: raw.storage.evidenceQuota.bytes,
      keepDeliveredMs: raw.storage.keepDelivered.ms,
    },
    inference: completeInference(raw.inference),
    log: raw.log,
  };
}

function completeInference({
  expect,
  engines,
  precision,
  buildMemory,
  buildLimit,
}: RawConfig['inference']): InferenceConfig {
  const limits = { buildMemoryBytes: buildMemory.bytes, buildLimitMs: buildLimit.ms };
  return { ...(expect === undefined ? {} : { expect }), engines, precision, ...limits };
}

function completeCamera({ models, stages, ...camera }: RawConfig['cameras'][number]): CameraConfig {
  const looks = models.flatMap((entry) => {
    if (typeof entry === 'string') return [];
    const { every, ...look } = entry;
    return [withoutUndefined({ ...look, everyMs: every?.ms })];
  });
  return {
    ...camera,
    models: [
      ...models.map((entry) => (typeof entry === 'string' ? entry : entry.id)),
      ...stages.map(({ model }) => model),
    ],
    ...(looks.length === 0 ? {} : { looks }),
    ...(stages.length === 0 ? {} : { stages: stages.map(withoutUndefined) }),
  };
}

function completeUplink({ maxRate, media, ...link }: NonNullable<RawConfig['uplink']>): UplinkConfig {
  return withoutUndefined({
    ...link,
    maxBytesPerS: maxRate?.bytesPerS,
    mediaWindow: media === 'always' ? undefined : media,
  });
}

/** Only those that the file names. */
function streamQuotasOf(storage: RawConfig['storage']): { readonly streamQuotas?: StreamQuotasConfig } {
  const { auditQuota: audit, eventsQuota: events, telemetryQuota: telemetry, mediaQuota: media } = storage;
  const streamQuotas = withoutUndefined({
    audit: audit?.bytes,
    events: events?.bytes,
    telemetry: telemetry?.bytes,
    media: media?.bytes,
  });
  return Object.keys(streamQuotas).length === 0 ? {} : { streamQuotas };
}

function completeRule(rule: RawConfig['rules'][number]): RuleConfig {
  const defaults = RULE_DEFAULTS[rule.type];
  return {
    id: rule.id,
    type: rule.type,
    camera: rule.camera,
    model: rule.model ?? defaults.model,
    ...(rule.zone === undefined ? {} : { zone: rule.zone }),
    ...(rule.labels === undefined ? {} : { labels: rule.labels }),
    longerThanMs: rule.longerThan?.ms ?? parseDuration(defaults.longerThan) ?? 0,
    severity: rule.severity ?? defaults.severity,
  };
}

/** An optional key that is absent rather than undefined: what `exactOptionalPropertyTypes` asks for. */
type Exact<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Exact<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Exact<T>;
}

/** A value of the file: what YAML and JSON can hold, and secrets that print themselves masked. */
export type FileValue = string | number | boolean | SecretText | FileGroup | readonly FileValue[];
export interface FileGroup {
  readonly [key: string]: FileValue;
}

/** The configuration in the form of its file, defaults included. Secrets print as their references or `***`. */
export function toFileForm(config: Config): FileGroup {
  const { storage, status } = config;
  const host = status.listen.host.includes(':') ? `[${status.listen.host}]` : status.listen.host;
  return {
    device: config.device,
    line: config.line,
    cameras: config.cameras.map(cameraInFile),
    models: config.models.map(plain),
    rules: config.rules.map(({ longerThanMs, ...rule }) =>
      plain({ ...rule, longerThan: formatDuration(longerThanMs) }),
    ),
    ...(config.uplink === undefined ? {} : { uplink: uplinkForm(config.uplink) }),
    status: { listen: `${host}:${status.listen.port}` },
    storage: {
      journalQuota: formatSize(storage.journalQuotaBytes),
      ...quotasForm(storage.streamQuotas),
      evidenceQuota: formatSize(storage.evidenceQuotaBytes),
      keepDelivered: formatDuration(storage.keepDeliveredMs),
    },
    inference: inferenceInFile(config.inference),
    log: { level: config.log.level },
  };
}

function inferenceInFile({ buildMemoryBytes, buildLimitMs, ...rest }: InferenceConfig): FileGroup {
  return plain({ ...rest, buildMemory: formatSize(buildMemoryBytes), buildLimit: formatDuration(buildLimitMs) });
}

function cameraInFile({ models, looks = [], stages = [], zones, ...camera }: CameraConfig): FileGroup {
  const second = new Set(stages.map(({ model }) => model));
  const first = models.filter((id) => !second.has(id));
  const inFile = first.map((id) => {
    const look = looks.find((candidate) => candidate.id === id);
    if (look === undefined) return id;
    const { everyMs, ...rest } = look;
    return { ...rest, ...(everyMs === undefined ? {} : { every: formatDuration(everyMs) }) };
  });
  return plain({ ...camera, models: inFile, ...(stages.length === 0 ? {} : { stages }), zones });
}

function quotasForm(quotas: StreamQuotasConfig = {}): FileGroup {
  const { audit, events, telemetry, media } = quotas;
  const bytes = { auditQuota: audit, eventsQuota: events, telemetryQuota: telemetry, mediaQuota: media };
  return Object.fromEntries(
    Object.entries(bytes).flatMap(([key, value]) => (value === undefined ? [] : [[key, formatSize(value)]])),
  );
}

function uplinkForm({ maxBytesPerS, mediaWindow, ...link }: UplinkConfig): FileGroup {
  return {
    ...plain(link),
    ...(maxBytesPerS === undefined ? {} : { maxRate: formatRate(maxBytesPerS) }),
    media: mediaWindow === undefined ? 'always' : formatDayWindow(mediaWindow),
  };
}

function plain(value: object): FileGroup {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
}

function plainValue(value: unknown): FileValue {
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof SecretText) return value;
  if (typeof value === 'object' && value !== null) return plain(value);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new TypeError('a configuration holds no such value');
}
