import { type ListenAddress, parseListen } from './address.ts';
import { RULE_DEFAULTS, type RawConfig, type RuleSeverity, type RuleType } from './schema.ts';
import { SecretText } from './secret.ts';
import { formatDuration, formatSize, parseDuration } from './units.ts';

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
  readonly models: readonly string[];
  readonly zones: readonly ZoneConfig[];
}

export interface ModelConfig {
  readonly id: string;
  /** Catalog id, folder or ONNX file; relative paths are relative to the configuration file. */
  readonly ref: string;
  /** 0 to 1; the manifest's threshold where left out. */
  readonly score?: number;
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
    readonly evidenceQuotaBytes: number;
    readonly keepDeliveredMs: number;
  };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent' };
}

/** Fills in what depends on more than one key. */
export function completeConfig(raw: RawConfig): Config {
  const declared = new Set(raw.models.map((model) => model.id));
  const fromCatalog = [...new Set(raw.cameras.flatMap((camera) => camera.models))].filter((id) => !declared.has(id));
  return {
    device: raw.device,
    line: raw.line ?? raw.device,
    cameras: raw.cameras,
    models: [...raw.models.map(withoutUndefined), ...fromCatalog.map((id) => ({ id, ref: id }))],
    rules: raw.rules.map(completeRule),
    ...(raw.uplink === undefined ? {} : { uplink: withoutUndefined(raw.uplink) }),
    status: { listen: parseListen(raw.status.listen) ?? { host: '127.0.0.1', port: 8970 } },
    storage: {
      journalQuotaBytes: raw.storage.journalQuota,
      evidenceQuotaBytes: raw.storage.evidenceQuota,
      keepDeliveredMs: raw.storage.keepDelivered,
    },
    log: raw.log,
  };
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
    longerThanMs: rule.longerThan ?? parseDuration(defaults.longerThan) ?? 0,
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
    cameras: config.cameras.map(plain),
    models: config.models.map(plain),
    rules: config.rules.map(({ longerThanMs, ...rule }) =>
      plain({ ...rule, longerThan: formatDuration(longerThanMs) }),
    ),
    ...(config.uplink === undefined ? {} : { uplink: plain(config.uplink) }),
    status: { listen: `${host}:${status.listen.port}` },
    storage: {
      journalQuota: formatSize(storage.journalQuotaBytes),
      evidenceQuota: formatSize(storage.evidenceQuotaBytes),
      keepDelivered: formatDuration(storage.keepDeliveredMs),
    },
    log: { level: config.log.level },
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
