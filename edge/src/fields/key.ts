/**
 * What a change of a key restarts, least first: nothing; the rule; the sources of signals; the camera; the model, with the cameras that use it;
 * the vision process, with all cameras and models; the uplink; the server of the status page; the process.
 */
export const RESTARTS = [
  'none',
  'rule',
  'signals',
  'camera',
  'model',
  'vision',
  'uplink',
  'status',
  'process',
] as const;
export type Restart = (typeof RESTARTS)[number];

/** Metadata of a key, beside its type. */
export interface KeyMeta {
  readonly description: string;
  readonly restart: Restart;
  /** For people: `duration`, `pixels`, `fraction 0 to 1`. */
  readonly unit?: string;
  /** A value as it is written in the file. */
  readonly example?: unknown;
}

/** Metadata of a key for zod's `.meta`, checked by the compiler: `duration().meta(key({...}))`. */
export function key(meta: KeyMeta): KeyMeta & Readonly<Record<string, unknown>> {
  return { ...meta };
}
