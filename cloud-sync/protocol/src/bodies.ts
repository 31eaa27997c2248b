import { z } from 'zod';
import type * as records from './records/index.ts';
import { CODE_PATTERN, codesOf, EVENT_PHASES, SEVERITIES } from './vocabulary/index.ts';

/** A code of the vocabulary, or one that a newer device has: whoever receives it keeps and shows it, known or not. */
export const Code = z.string().regex(CODE_PATTERN);

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().min(1).max(128);

/** Body of a record in stream `events`: one transition of one event. Boxes are source pixels [x1,y1,x2,y2]. */
export const EventBody = z.object({
  event: z.uuid(),
  /** One of EVENT_KINDS, or of a newer device's. */
  kind: Code,
  phase: z.enum(codesOf(EVENT_PHASES)),
  /** One of CLOSE_REASONS, or of a newer device's; present when phase is `closed`. */
  reason: Code.optional(),
  severity: z.enum(codesOf(SEVERITIES)),
  camera: name,
  zone: name.optional(),
  rule: name,
  /** Type of that rule, which has the words of the event; absent in records from before 0.1. */
  ruleType: Code.optional(),
  label: name,
  /** Milliseconds that the condition had held when this was written, on a monotonic clock. */
  durationMs: z.number().nonnegative(),
  score: z.number().min(0).max(1).optional(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
  frame: z.object({ width: z.int().positive(), height: z.int().positive(), index: z.int().nonnegative() }).optional(),
  model: z.object({ id: name, sha256, degraded: z.boolean() }).optional(),
  /** SHA-256 of the evidence JPEG, whose bytes travel over HTTP. */
  snapshot: sha256.optional(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
}) satisfies z.ZodType<records.EventBody>;
export type EventBody = records.EventBody;

const reasons = z.record(z.string(), z.int().nonnegative());

/** offered = inspected + skipped + failed, always; all only rise while a process lives. */
export const InspectionCounters = z.object({
  offered: z.int().nonnegative(),
  inspected: z.int().nonnegative(),
  skipped: reasons,
  failed: reasons,
}) satisfies z.ZodType<records.InspectionCounters>;
export type InspectionCounters = records.InspectionCounters;

/** Body of a record in stream `telemetry`: counters of one camera and model since the process started. */
export const TelemetryBody = z.object({
  camera: name,
  model: name,
  counters: InspectionCounters,
  latencyMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).optional(),
  linePace: z
    .object({
      label: z.string().max(128),
      movement: z.number(),
      spacing: z.number(),
      fps: z.number(),
      neededFps: z.number(),
    })
    .optional(),
  state: z.string().max(64),
  events: z.int().nonnegative().optional(),
  violations: z.int().nonnegative().optional(),
  confidence: z.number().optional(),
}) satisfies z.ZodType<records.TelemetryBody>;
export type TelemetryBody = records.TelemetryBody;

/** Body of a record in stream `media`: a file that exists on the device and is uploaded to the collector over HTTP. */
export const MediaBody = z.object({
  sha256,
  bytes: z.int().nonnegative(),
  mime: z.string().max(64),
  width: z.int().positive(),
  height: z.int().positive(),
  event: z.uuid(),
});
export type MediaBody = z.infer<typeof MediaBody>;

/** Body of a record in stream `audit`: what a person or the device itself did. */
export const AuditBody = z.object({
  action: z.string().min(1).max(64),
  who: z.string().max(128),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type AuditBody = z.infer<typeof AuditBody>;

/** Body of a record of kind `tombstone` in any stream: numbers `from..to` were given up, and why. */
export const TombstoneBody = z.object({
  from: z.int().positive(),
  to: z.int().positive(),
  count: z.int().positive(),
  reason: z.string().min(1).max(64),
  /** Chain hash of the last record given up, so that the chain can be followed across the gap. */
  head: sha256,
}) satisfies z.ZodType<records.TombstoneBody>;
export type TombstoneBody = records.TombstoneBody;
