import { z } from 'zod';
import { printable } from '@lineside/kit';

const TEXT_MAX = 200;
const URL_MAX = 1_000;
const PROFILES_MAX = 32;

/** What a camera says of itself, fit to be printed. */
const text = z
  .union([z.string(), z.number()])
  .transform((value) => printable(String(value), TEXT_MAX).trim())
  .optional()
  .catch(undefined);
const count = z.coerce.number().min(0).max(1e9).optional().catch(undefined);
/** The scheme decides what a URL makes FFmpeg do; credentials that a camera puts into its own URL are not taken over. */
const streamUrl = z
  .string()
  .max(URL_MAX)
  .transform((value, context) => {
    const url = URL.canParse(value.trim()) ? new URL(value.trim()) : undefined;
    if (url === undefined || !/^(?:rtsps?|https?):$/.test(url.protocol) || url.hostname === '') {
      context.addIssue({ code: 'custom', message: 'no URL of a stream' });
      return z.NEVER;
    }
    url.username = '';
    url.password = '';
    return url.href;
  });

/** One stream that a camera offers. */
export const FoundProfile = z.object({
  name: text,
  codec: text,
  width: count,
  height: count,
  fps: count,
  kbitPerS: count,
  /** Without credentials. */
  url: streamUrl.optional().catch(undefined),
});
export type FoundProfile = z.output<typeof FoundProfile>;

/** One camera that answered. */
export const FoundCamera = z.object({
  address: z.string().max(100),
  port: z.int().min(1).max(65_535),
  name: text,
  manufacturer: text,
  model: text,
  firmware: text,
  profiles: z.array(FoundProfile).max(PROFILES_MAX).catch([]),
  /** Why it says no more of itself. */
  problem: text,
});
export type FoundCamera = z.output<typeof FoundCamera>;

/** What the process that asks the cameras sends. */
export const OnvifReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('camera'), camera: FoundCamera }),
  z.object({ type: z.literal('malformed'), address: z.string().max(100) }),
  z.object({ type: z.literal('failed'), message: z.string().max(1_000) }),
]);
export type OnvifReport = z.output<typeof OnvifReport>;
