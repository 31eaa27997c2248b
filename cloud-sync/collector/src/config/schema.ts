import { z } from 'zod';

const UNITS = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
const DURATIONS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A number of bytes, plain or with a unit: `16MiB`. */
const bytes = z.union([
  z.int().positive(),
  z
    .string()
    .regex(/^\d+(B|KiB|MiB|GiB)$/, 'write bytes like 500KiB, 16MiB or 2GiB')
    .transform((text) => Number.parseInt(text, 10) * UNITS[text.replace(/^\d+/, '') as keyof typeof UNITS]),
]);

/** A duration with a unit, in milliseconds: `10s`. */
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h)$/, 'write a duration like 500ms, 10s or 2m')
  .transform((text) => Number.parseInt(text, 10) * DURATIONS[text.replace(/^\d+/, '') as keyof typeof DURATIONS]);

/** `host:port`; port 0 picks a free one, IPv6 in brackets. */
const listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'write host:port, for example 127.0.0.1:8980')
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'a port is at most 65535');

const secret = z
  .string()
  .regex(
    /^\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^}]+|credential:[A-Za-z0-9._-]+)\}$/,
    'name the secret, do not write it: ${env:NAME} or ${file:/path}',
  );

const broker = z.union([
  z.literal('managed'),
  z.url({
    protocol: /^mqtts?$/,
    error: 'write `managed`, or the URL of an MQTT 5 broker: mqtt://host:1883 or mqtts://host:8883',
  }),
]);

/** The collector's configuration file. Every key has a default, so an empty file, or none, is valid. */
export const CollectorConfigFile = z.strictObject({
  data: z.string().min(1).optional().describe('Folder of the store, the media and the managed broker; --data wins.'),
  broker: broker.default('managed').describe('`managed` starts Mosquitto here; or the URL of an MQTT 5 broker.'),
  mqtt: z
    .strictObject({
      listen: listen.prefault('127.0.0.1:1883').describe('Where the managed broker listens; port 0 picks a free one.'),
      publicUrl: z
        .url({ protocol: /^mqtts?$/ })
        .optional()
        .describe('Broker address written into device credentials, when devices reach it under another name.'),
      username: z.string().min(1).optional().describe('User at an external broker.'),
      password: secret.optional().describe('Password at an external broker, by reference.'),
    })
    .prefault({}),
  http: z
    .strictObject({
      listen: listen.prefault('127.0.0.1:8980').describe('Page, API and media upload; port 0 picks a free one.'),
      token: secret.optional().describe('Token for page and API, by reference; needed when not on loopback.'),
      publicUrl: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('Address under which devices reach this server, when it is not the one it listens on.'),
      hosts: z
        .array(z.string().min(1))
        .default([])
        .describe('Further host names by which the page may be opened on loopback.'),
    })
    .prefault({}),
  media: z
    .strictObject({ maxBytes: bytes.prefault('16MiB').describe('Largest picture a device may upload.') })
    .prefault({}),
  ingest: z
    .strictObject({
      reorderTimeout: duration
        .prefault('10s')
        .describe('How long a missing number may be late, while its device is online, before it is asked for again.'),
    })
    .prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
});
export type CollectorConfigFile = z.infer<typeof CollectorConfigFile>;
