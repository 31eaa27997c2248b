import { z } from 'zod';
import { DeviceId } from './device-id.ts';
import { Epoch } from './envelope.ts';

const end = z.object({ seq: z.int().nonnegative(), head: z.string().regex(/^[0-9a-f]{64}$/) });

/** Signed heads as `lineside journal heads` writes them, to be compared with a collector over another path. */
export const ExportedHeads = z.object({
  v: z.literal(1),
  device: DeviceId,
  /** The key of the newest signature, raw as base64url. */
  key: z.string().max(64),
  heads: z
    .array(
      z.object({
        epoch: Epoch,
        key: z.string().max(64),
        signature: z.string().max(128),
        ends: z.object({ audit: end, events: end, telemetry: end, media: end }),
      }),
    )
    .max(100_000),
});
export type ExportedHeads = z.infer<typeof ExportedHeads>;
