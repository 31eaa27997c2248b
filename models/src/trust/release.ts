import { z } from 'zod';
import { TrustError } from './errors.ts';

/** Longest release document. */
export const RELEASE_BYTES = 1024 * 1024;
const MAX_FILES = 512;
const MAX_FILE_BYTES = 16 * 2 ** 30;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const version = z.string().regex(/^\d+\.\d+\.\d+$/);
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);

/** A path inside the folder of a bundle: relative, without `.` and `..`, with ordinary characters only. */
const inside = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._ @+-]*(\/[A-Za-z0-9_][A-Za-z0-9._ @+-]*)*$/);

const ReleaseFile = z.strictObject({ path: inside, bytes: z.int().nonnegative().max(MAX_FILE_BYTES), sha256 });
/** One file of a release. It is fetched by its hash, so that files which two releases have in common move once. */
export type ReleaseFile = z.infer<typeof ReleaseFile>;

const files = z
  .array(ReleaseFile)
  .min(1)
  .max(MAX_FILES)
  .refine((all) => new Set(all.map(({ path }) => path)).size === all.length, 'a path is there twice');

const ModelRelease = z.strictObject({
  schema: z.literal(1),
  kind: z.literal('model'),
  /** Id of the bundle. */
  id,
  version,
  files,
});
export type ModelRelease = z.infer<typeof ModelRelease>;

const ConfigurationRelease = z.strictObject({
  schema: z.literal(1),
  kind: z.literal('configuration'),
  /** Name of the series; a device takes the one that it is meant for. */
  id,
  version,
  files: files.max(1),
});
export type ConfigurationRelease = z.infer<typeof ConfigurationRelease>;

/** What a signed target contains: the files of one model bundle, or one configuration. */
export const Release = z.discriminatedUnion('kind', [ModelRelease, ConfigurationRelease]);
export type Release = z.infer<typeof Release>;

/** `custom` of a target in the signed metadata. */
export const TargetCustomSchema = z.object({
  kind: z.enum(['model', 'configuration']),
  id,
  version,
  /** Rises with each release of a series; a device installs none with a lower one than it has seen. */
  counter: z.int().positive(),
  /** Devices that it is meant for; all of the customer's where left out. */
  devices: z.array(z.string().max(64)).max(10_000).optional(),
  /** Lowest version of Lineside that can run it. */
  minAgent: version.optional(),
});
export type TargetCustom = z.infer<typeof TargetCustomSchema>;

/** Reads a release document whose hash has been verified. Throws TrustError `update_release_invalid`. */
export function parseRelease(target: string, bytes: Buffer): Release {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new TrustError('update_release_invalid', `${target} is not JSON`, error);
  }
  const parsed = Release.safeParse(value);
  if (parsed.success) return parsed.data;
  const what = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`).join('; ');
  throw new TrustError('update_release_invalid', `${target}: ${what.slice(0, 500)}`);
}
