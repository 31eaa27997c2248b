import { DIVISIONS } from '@lineside/protocol/coverage';
import { CODE_PATTERN, codesOf, EVENT_KINDS, type EventKind, SEVERITIES, type Severity } from '../domain/index.ts';

import type { CleaningConfirmation } from './cleaning.ts';
import type { ServiceConfirmation } from './service.ts';
import type { PushedReading } from './signals.ts';

/** What requests may say, as JSON Schema for fastify, and the types it makes of them. */
const NAME = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' } as const;

export interface EventsQuery {
  readonly limit: number;
  readonly kind?: EventKind;
  readonly camera?: string;
  readonly zone?: string;
  readonly rule?: string;
  readonly ruleType?: string;
  readonly severity?: Severity;
  readonly state?: 'open' | 'closed';
  /** Wall ms: its latest transition at or after this. */
  readonly sinceMs?: number;
  /** Wall ms: opened at or before this. */
  readonly untilMs?: number;
  readonly cursor?: string;
}

export const eventsQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    kind: { type: 'string', enum: codesOf(EVENT_KINDS) },
    camera: NAME,
    zone: NAME,
    rule: NAME,
    ruleType: { type: 'string', pattern: CODE_PATTERN.source },
    severity: { type: 'string', enum: codesOf(SEVERITIES) },
    state: { type: 'string', enum: ['open', 'closed'] },
    sinceMs: { type: 'integer', minimum: 0 },
    untilMs: { type: 'integer', minimum: 0 },
    cursor: { type: 'string', pattern: '^[1-9][0-9]{0,14}$' },
  },
} as const;

const INSTANT = { type: 'string', maxLength: 40 } as const;

/** Words of a question for coverage; `requestOf` reads them. */
export const coverageQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    camera: NAME,
    from: INSTANT,
    to: INSTANT,
    at: INSTANT,
    date: INSTANT,
    by: { type: 'string', enum: DIVISIONS },
  },
} as const;

export const eventParams = {
  type: 'object',
  properties: { id: { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' } },
} as const;

export const evidenceParams = {
  type: 'object',
  properties: { sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' } },
} as const;

export const cameraParams = { type: 'object', properties: { id: NAME } } as const;

export interface PictureQuery {
  readonly boxes: 0 | 1;
  readonly width: number;
  readonly economy: 0 | 1;
}

export interface EvidenceQuery {
  readonly boxes: 0 | 1;
  readonly width?: number;
}

export const evidenceQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    boxes: { type: 'integer', enum: [0, 1], default: 0 },
    width: { type: 'integer', enum: [320, 640, 1280, 1920] },
  },
} as const;

/** Few widths, so that watchers share encodings. `n` only makes an address new for the browser. */
export const pictureQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    boxes: { type: 'integer', enum: [0, 1], default: 0 },
    width: { type: 'integer', enum: [320, 640, 1280, 1920], default: 640 },
    economy: { type: 'integer', enum: [0, 1], default: 0 },
    n: { type: 'string', maxLength: 32 },
  },
} as const;

export interface SignalsBody {
  readonly signals: readonly PushedReading[];
}

const reading = (key: string, value: object) =>
  ({
    type: 'object',
    additionalProperties: false,
    required: ['signal', key],
    properties: { signal: NAME, [key]: value },
  }) as const;

export const signalsBody = {
  type: 'object',
  additionalProperties: false,
  required: ['signals'],
  properties: {
    signals: {
      type: 'array',
      minItems: 1,
      maxItems: 1000,
      items: {
        anyOf: [
          reading('value', { type: ['number', 'boolean', 'string'], maxLength: 128 }),
          reading('bad', { type: 'string', minLength: 1, maxLength: 64 }),
        ],
      },
    },
  },
} as const;

export type CleaningBody = CleaningConfirmation;
export type ServiceBody = ServiceConfirmation;

export interface OutputsBody {
  readonly output: string;
  readonly armed: boolean;
  readonly by: string;
}

export const outputsBody = {
  type: 'object',
  additionalProperties: false,
  required: ['output', 'armed', 'by'],
  properties: { output: NAME, armed: { type: 'boolean' }, by: { type: 'string', minLength: 1, maxLength: 64 } },
} as const;

const SHORT = { type: 'string', minLength: 1, maxLength: 256 } as const;

export const plantWriteBody = {
  type: 'object',
  additionalProperties: false,
  required: ['url', 'from', 'to', 'by'],
  properties: { url: SHORT, from: SHORT, to: SHORT, by: SHORT },
} as const;

export const cleaningBody = {
  type: 'object',
  additionalProperties: false,
  required: ['target', 'by'],
  properties: { target: NAME, by: { type: 'string', minLength: 1, maxLength: 100, pattern: '\\S' } },
} as const;

export const serviceBody = {
  type: 'object',
  additionalProperties: false,
  required: ['rule', 'by'],
  properties: { rule: NAME, by: { type: 'string', minLength: 1, maxLength: 100, pattern: '\\S' } },
} as const;

export interface LimitBody {
  readonly model: string;
  readonly mads: number;
  readonly by: string;
}

export const limitBody = {
  type: 'object',
  additionalProperties: false,
  required: ['model', 'mads', 'by'],
  properties: {
    model: NAME,
    mads: { type: 'number', exclusiveMinimum: 0, maximum: 1000 },
    by: { type: 'string', minLength: 1, maxLength: 100, pattern: '\\S' },
  },
} as const;

export const productionQuery = {
  type: 'object',
  additionalProperties: false,
  properties: { shift: { type: 'string', minLength: 1, maxLength: 32, default: 'current' } },
} as const;

export const updatesBody = {
  oneOf: [
    {
      type: 'object',
      additionalProperties: false,
      required: ['action', 'from'],
      properties: {
        action: { const: 'install' },
        from: { type: 'string', minLength: 1, maxLength: 4096, pattern: '^/' },
        target: { type: 'string', minLength: 1, maxLength: 256 },
      },
    },
    {
      type: 'object',
      additionalProperties: false,
      required: ['action', 'to'],
      properties: {
        action: { const: 'carry' },
        to: { type: 'string', minLength: 1, maxLength: 4096, pattern: '^/' },
      },
    },
    {
      type: 'object',
      additionalProperties: false,
      required: ['action', 'model'],
      properties: { action: { const: 'rollback' }, model: { type: 'string', minLength: 1, maxLength: 64 } },
    },
  ],
} as const;

export const recipeBody = {
  type: 'object',
  additionalProperties: false,
  required: ['recipe'],
  properties: { recipe: { type: 'string', minLength: 1, maxLength: 64 } },
} as const;

export const logQuery = {
  type: 'object',
  additionalProperties: false,
  properties: { level: { type: 'string', enum: ['debug', 'info', 'warn', 'error'], default: 'info' } },
} as const;

export interface AcknowledgeBody {
  readonly by: string;
  readonly note?: string;
}

export const acknowledgeBody = {
  type: 'object',
  additionalProperties: false,
  required: ['by'],
  properties: {
    by: { type: 'string', minLength: 1, maxLength: 100, pattern: '\\S' },
    note: { type: 'string', maxLength: 200 },
  },
} as const;

export interface AcceptBody {
  readonly by: string;
}

export const acceptBody = {
  type: 'object',
  additionalProperties: false,
  required: ['by'],
  properties: { by: { type: 'string', minLength: 1, maxLength: 100, pattern: '\\S' } },
} as const;

const POINT = { type: 'array', minItems: 2, maxItems: 2, items: { type: 'number', minimum: 0, maximum: 1 } } as const;
const SHAPE_ID = { type: 'string', pattern: '^(line:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' } as const;
/** Shapes on the picture of a camera, and the zone of each rule. */
export const shapesBody = {
  type: 'object',
  additionalProperties: false,
  required: ['shapes', 'rules'],
  properties: {
    revision: { type: 'string', maxLength: 64 },
    shapes: {
      type: 'array',
      maxItems: 200,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['kind', 'id', 'points'],
        properties: {
          kind: { type: 'string', enum: ['zone', 'mask', 'line'] },
          id: SHAPE_ID,
          points: { type: 'array', minItems: 2, maxItems: 64, items: POINT },
          fixed: { type: 'boolean' },
        },
      },
    },
    rules: {
      type: 'array',
      maxItems: 1000,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'zone'],
        properties: {
          id: SHAPE_ID,
          zone: { anyOf: [SHAPE_ID, { type: 'null' }] },
          options: {
            type: 'object',
            maxProperties: 50,
            propertyNames: { pattern: '^[A-Za-z]{1,40}$' },
            additionalProperties: { type: 'string', maxLength: 200 },
          },
        },
      },
    },
  },
} as const;
