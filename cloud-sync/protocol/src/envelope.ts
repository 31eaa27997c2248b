import { z } from 'zod';
import { DesiredStatus } from './desired.ts';
import { DeviceId } from './device-id.ts';
import type * as records from './records/index.ts';
import { CLOCK_QUALITIES, EARLIER_PATTERN, STREAMS } from './records/index.ts';
import { ShiftPlan } from './shift-plan.ts';
import { UpdateReport } from './update-status.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const seq = z.int().positive();

/** How far a wall time can be trusted. `suspect`: earlier than a time that has certainly passed. */
export const ClockQuality = z.enum(CLOCK_QUALITIES);
export type ClockQuality = records.ClockQuality;

/** 16 hex digits, drawn when a journal file is created: a new journal cannot collide with an old one. */
export const Epoch = z.string().regex(/^[0-9a-f]{16}$/);

/**
 * One journal record as it travels and as it is hashed.
 * s: sequence in its stream, from 1, no holes. id: UUIDv7, for display. k: kind. t: wall ms. m: monotonic ms since
 * `boot`. q: clock quality. b: body, whose schema depends on the stream and kind. was: the number that the same record
 * had in an earlier journal of this device, from which it was transferred; the collector may have it from there.
 * was.origin: the epoch in which it was first written, where that is an even earlier journal.
 * was.before: the numbers that it had before `was`, newest first: `epoch:number`, separated by commas, at most 16.
 */
export const WireRecord = z.object({
  s: seq,
  id: z.uuid(),
  k: z.string().min(1).max(64),
  t: z.int(),
  m: z.number().nonnegative(),
  q: ClockQuality,
  boot: z.string().min(1).max(64),
  b: z.record(z.string(), z.json()),
  was: z
    .object({ epoch: Epoch, s: seq, origin: Epoch.optional(), before: z.string().regex(EARLIER_PATTERN).optional() })
    .optional(),
}) satisfies z.ZodType<records.WireRecord>;
export type WireRecord = records.WireRecord;

/** Most records one batch may hold, and most bytes of its JSON before compression. */
export const MAX_BATCH_RECORDS = 500;
export const MAX_BATCH_BYTES = 256 * 1024;

/**
 * A batch: consecutive records `from..to` of one stream. `prev` is the chain hash before the first, `head` the one
 * after the last (see chain.ts).
 */
export const Batch = z
  .object({
    v: z.literal(1),
    dev: DeviceId,
    epoch: Epoch,
    stream: z.enum(STREAMS),
    from: seq,
    to: seq,
    prev: hash,
    head: hash,
    ev: z.array(WireRecord).min(1).max(MAX_BATCH_RECORDS),
  })
  .refine((batch) => batch.ev.every((record, i) => record.s === batch.from + i), {
    message: 'records must be consecutive from `from`',
  })
  .refine((batch) => batch.ev.length === batch.to - batch.from + 1, { message: '`to` does not fit the records' });
export type Batch = z.infer<typeof Batch>;

/**
 * Sent by the collector after its commit: everything up to `upto` and the ranges in `sack` is stored. `head`: its chain
 * hash after `upto`. A device with another hash there was rolled back, or two share its identity: it confirms nothing.
 */
export const Ack = z.object({
  v: z.literal(1),
  epoch: Epoch,
  stream: z.enum(STREAMS),
  upto: z.int().nonnegative(),
  sack: z.array(z.tuple([seq, seq]).refine(([a, b]) => a <= b, 'a range must not fall')).max(256),
  srvTs: z.int(),
  head: hash.optional(),
});
export type Ack = z.infer<typeof Ack>;

/** Birth (`online: true`) and will (`online: false`) of a device; a will whose session is not the current birth's is ignored. */
export const DeviceState = z.object({
  v: z.literal(1),
  online: z.boolean(),
  session: z.string().min(1).max(64),
  epoch: Epoch,
  boot: z.string().min(1).max(64),
  line: z.string().max(128).optional(),
  version: z.string().max(64).optional(),
  /** Shifts of the line, into which its coverage is divided. */
  shifts: ShiftPlan.optional(),
  /** Ed25519 public key (raw 32 bytes, base64url) with which the heads of its chains are signed; see signature.ts. */
  key: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .optional(),
  t: z.int(),
});
export type DeviceState = z.infer<typeof DeviceState>;

const count = z.int().nonnegative();

const queue = z.object({ queued: count, declaredLost: count, oldest: z.int().optional() }).optional();

/** What a device reports about itself, complete. */
export const Reported = z.object({
  v: z.literal(1),
  /** Wall ms of the device. */
  t: z.int(),
  /** What is not acknowledged yet, by stream; `oldest`: wall ms of the oldest queued record. */
  queue: z.object({ audit: queue, events: queue, telemetry: queue, media: queue }),
  /** Files of evidence that are not uploaded yet. */
  pictures: count,
  /** Records acknowledged per second lately, and seconds until the queue is empty at that rate. */
  drainPerS: z.number().nonnegative(),
  emptyInS: count.optional(),
  /** The newest desired document that it has seen, and what it did about it. */
  desired: DesiredStatus.optional(),
  /** What updates have brought and are doing; left out where the device takes none. */
  updates: UpdateReport.optional(),
});
export type Reported = z.infer<typeof Reported>;

/** Retained presence of the collector. `mediaUrl`: where evidence is PUT, if the collector takes any. */
export const CollectorState = z.object({
  v: z.literal(1),
  online: z.boolean(),
  session: z.string().min(1).max(64),
  mediaUrl: z.string().max(512).optional(),
  /**
   * Where the same bytes may be sent in pieces (tus 1.0.0): POST `${uploadUrl}/${device}` with metadata `sha256`, then HEAD
   * and PATCH at `${uploadUrl}/${device}/${sha256}`. Complete (offset = length) means stored and committed.
   */
  uploadUrl: z.string().max(512).optional(),
  /** Encodings of batches that it reads beside JSON and gzip, by name; see codec.ts. */
  accepts: z.array(z.string().max(32)).max(16).optional(),
  t: z.int(),
});
export type CollectorState = z.infer<typeof CollectorState>;

/** A request to send numbers `from..to` again; the answer is the records or a tombstone. */
export const ResendCommand = z
  .object({
    v: z.literal(1),
    cmd: z.literal('resend'),
    epoch: Epoch,
    stream: z.enum(STREAMS),
    from: seq,
    to: seq,
  })
  .refine(({ from, to }) => from <= to, { message: '`to` is below `from`' });
export type ResendCommand = z.infer<typeof ResendCommand>;
