import { CODE_PATTERN, codesOf, EVENT_PHASES, SEVERITIES } from '../vocabulary/index.ts';
import {
  boolean,
  entriesOf,
  integerFrom,
  isObject,
  numberFrom,
  objectReader,
  oneOf,
  textLike,
  textOf,
} from './object-reader.ts';
import { SHA256_PATTERN, UUID_PATTERN } from './patterns.ts';

/** Body of a record in stream `events`: one transition of one event. Boxes are source pixels [x1,y1,x2,y2]. */
export interface EventBody {
  event: string;
  /** One of EVENT_KINDS, or of a newer device's. */
  kind: string;
  phase: keyof typeof EVENT_PHASES;
  /** One of CLOSE_REASONS, or of a newer device's; present when phase is `closed`. */
  reason?: string | undefined;
  severity: keyof typeof SEVERITIES;
  camera: string;
  zone?: string | undefined;
  rule: string;
  /** Type of that rule, which has the words of the event; absent in records from before 0.1. */
  ruleType?: string | undefined;
  label: string;
  /** Milliseconds that the condition had held when this was written, on a monotonic clock. */
  durationMs: number;
  score?: number | undefined;
  box?: [number, number, number, number] | undefined;
  frame?: { width: number; height: number; index: number } | undefined;
  model?: { id: string; sha256: string; degraded: boolean } | undefined;
  /** SHA-256 of the evidence JPEG, whose bytes travel over HTTP. */
  snapshot?: string | undefined;
  details?: Record<string, string | number | boolean> | undefined;
}

const code = textLike(CODE_PATTERN);
const name = textOf(1, 128);
const sha256 = textLike(SHA256_PATTERN);
const anyNumber = numberFrom(Number.NEGATIVE_INFINITY);

const readCurrent = objectReader<EventBody>(
  {
    event: textLike(UUID_PATTERN),
    kind: code,
    phase: oneOf(codesOf(EVENT_PHASES)),
    severity: oneOf(codesOf(SEVERITIES)),
    camera: name,
    rule: name,
    label: name,
    durationMs: numberFrom(0),
  },
  {
    reason: code,
    zone: name,
    ruleType: code,
    score: numberFrom(0, 1),
    box: readBox,
    frame: objectReader<NonNullable<EventBody['frame']>>(
      { width: integerFrom(1), height: integerFrom(1), index: integerFrom(0) },
      {},
    ),
    model: objectReader<NonNullable<EventBody['model']>>({ id: name, sha256, degraded: boolean }, {}),
    snapshot: sha256,
    details: readDetails,
  },
);

/**
 * The body of an event record, or undefined where `value` is none. Devices wrote `lastedMs` for `durationMs` before
 * version 0.1; such records are in journals and on their way, and their hashes do not allow them to be rewritten.
 * Accepts what the schema `EventBody` accepts.
 */
export function readEventBody(value: unknown): EventBody | undefined {
  return readCurrent(withCurrentNames(value));
}

function withCurrentNames(value: unknown): unknown {
  if (!isObject(value) || !('lastedMs' in value) || 'durationMs' in value) return value;
  const { lastedMs: durationMs, ...rest } = value;
  return { ...rest, durationMs };
}

function readBox(value: unknown): [number, number, number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const [x1, y1, x2, y2] = value.map(anyNumber);
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return undefined;
  return [x1, y1, x2, y2];
}

function readDetails(value: unknown): Record<string, string | number | boolean> | undefined {
  const given = entriesOf(value);
  const entries = given?.flatMap(([key, item]) => {
    const detail = typeof item === 'string' ? item : (boolean(item) ?? anyNumber(item));
    return detail === undefined ? [] : [[key, detail] as const];
  });
  return entries !== undefined && entries.length === given?.length ? Object.fromEntries(entries) : undefined;
}
