import { SecretText } from '@lineside/kit';
import { z } from 'zod';

const UNITS = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
const BIG_UNITS = {
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const;
const DURATIONS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const AGES = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

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

/** Milliseconds of a duration as the configuration has it; undefined where it is none. */
export function readDuration(text: string): number | undefined {
  return duration.safeParse(text).data;
}

/** An age, in milliseconds: `400d`. */
const age = z
  .string()
  .regex(/^[1-9]\d{0,5}(h|d|w)$/, 'write an age like 12h, 90d or 8w')
  .transform(readAge);

/** A size, an age, or both: `10GB`, `90d` or `10GB|90d`; whichever is reached first. */
const sizeAndAge = z
  .string()
  .regex(/^[1-9]\d{0,5}(MB|GB|TB|MiB|GiB|TiB|h|d|w)(\|[1-9]\d{0,5}(MB|GB|TB|MiB|GiB|TiB|h|d|w))?$/, {
    error: 'write a size, an age or both, like 10GB, 90d or 10GB|90d',
  })
  .transform((text) => {
    const parts = text.split('|');
    const size = parts.find((part) => part.endsWith('B'));
    const old = parts.find((part) => !part.endsWith('B'));
    return {
      ...(size !== undefined && {
        bytes: Number.parseInt(size, 10) * BIG_UNITS[size.replace(/^\d+/, '') as keyof typeof BIG_UNITS],
      }),
      ...(old !== undefined && { ageMs: readAge(old) }),
    };
  });

function readAge(text: string): number {
  return Number.parseInt(text, 10) * AGES[text.replace(/^\d+/, '') as keyof typeof AGES];
}

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
  )
  .transform((text) => new SecretText(text, 'text'));

const REFERENCE = String.raw`\$\{(?:env:[A-Za-z_][A-Za-z0-9_]*|file:[^}]+|credential:[A-Za-z0-9._-]+)\}`;

const POSTGRES = new RegExp(`^postgres(ql)?://[^:@/\\s]+(:${REFERENCE})?@[^@\\s]+$`);

const store = z.union([
  z.literal('sqlite'),
  z.string().regex(POSTGRES, {
    error: 'write `sqlite`, or postgres://user:${file:/path}@host:5432/database with the password by reference',
  }),
]);

/** A database of the plant. */
const plantDatabase = z
  .string()
  .regex(POSTGRES, 'write postgres://user:${file:/path}@host:5432/database with the password by reference')
  .describe('Database of the plant: postgres://user:${file:/path}@host:5432/database, with the options of `store`.');

/** A name that is put into a statement, in quotation marks. */
const tableName = z
  .string()
  .max(127)
  .regex(
    /^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?$/,
    'write a table like lineside_plan or mes.lineside_plan',
  );

const rowsFrom = {
  query: z.string().min(1).max(10_000).optional().describe('One SELECT.'),
  table: tableName.optional().describe('A table or view, in place of a query.'),
};
const isOneOf = ({ query, table }: { query?: string | undefined; table?: string | undefined }): boolean =>
  (query === undefined) !== (table === undefined);

const every = duration
  .prefault('1m')
  .refine((ms) => ms >= 100, 'at least 100ms')
  .describe('How often.');
const deadline = duration
  .prefault('10s')
  .refine((ms) => ms >= 100 && ms <= 300_000, 'from 100ms to 5m')
  .describe('How long a look may take; the server ends a statement that takes longer.');

const mes = z.strictObject({
  lines: z
    .record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'name the device by its id'),
      z.strictObject({ site: z.string().min(1).max(64).optional(), line: z.string().min(1).max(64) }),
    )
    .default({})
    .describe(
      "What the plant's database calls the line of a device, and its site. Default: the id of the device, no site.",
    ),
  plan: z
    .strictObject({
      database: plantDatabase,
      ...rowsFrom,
      products: z
        .strictObject(rowsFrom)
        .refine(isOneOf, 'give either query or table')
        .optional()
        .describe(
          'The list of products: columns `product`, `name`, and where there are `weight`, `under`, `over`. Completes planned products.',
        ),
      every,
      deadline,
    })
    .refine(isOneOf, 'give either query or table')
    .optional()
    .describe(
      'Where plans are read: columns `line`, `count`, and where there are `site`, `date`, `shift`, `product`, `name`.',
    ),
  actuals: z
    .strictObject({ database: plantDatabase, table: tableName.describe('Table of what was made.'), every, deadline })
    .optional()
    .describe('Where what was made is written.'),
});

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
  store: store
    .default('sqlite')
    .describe('`sqlite` is one file in the data folder; or a PostgreSQL database, which several collectors may use.'),
  cluster: z
    .boolean()
    .optional()
    .describe('Divide the devices of one broker among the collectors of the database. Default: true with PostgreSQL.'),
  mqtt: z
    .strictObject({
      listen: listen.prefault('127.0.0.1:1883').describe('Where the managed broker listens; port 0 picks a free one.'),
      publicUrl: z
        .url({ protocol: /^mqtts?$/ })
        .optional()
        .describe('Broker address written into device credentials, when devices reach it under another name.'),
      tls: z
        .union([
          z.literal('self'),
          z.strictObject({
            cert: z.string().min(1).describe('PEM file of the certificate, with its chain.'),
            key: z.string().min(1).describe('PEM file of its key.'),
            ca: z
              .string()
              .min(1)
              .optional()
              .describe('PEM file of the authority that signs the certificates of devices.'),
          }),
        ])
        .optional()
        .describe('TLS of the managed broker: your files, or `self` for a certificate authority of its own.'),
      identity: z
        .enum(['password', 'certificate'])
        .optional()
        .describe('How devices identify themselves. Default: by certificate where there is a certificate authority.'),
      plaintext: z
        .boolean()
        .default(false)
        .describe('Let the managed broker listen beyond this machine without TLS, in a network that you trust.'),
      ca: z
        .string()
        .min(1)
        .optional()
        .describe('PEM file: the authority that signed the certificate of an external broker.'),
      cert: z.string().min(1).optional().describe('PEM file: certificate of this collector at an external broker.'),
      key: z.string().min(1).optional().describe('PEM file: key of that certificate.'),
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
    .strictObject({
      maxBytes: bytes
        .prefault('16MiB')
        .describe(
          'Largest snapshot or clip a device may upload. Clips are as large as `clips.memory` of a camera (8 MB by default).',
        ),
      store: z.enum(['files', 's3']).default('files').describe('Where pictures are kept.'),
      s3: z
        .strictObject({
          bucket: z.string().min(3).describe('Bucket; must exist.'),
          endpoint: z
            .url({ protocol: /^https?$/ })
            .optional()
            .describe('Server, when it is not Amazon S3.'),
          region: z.string().min(1).default('us-east-1').describe('Region for which requests are signed.'),
          prefix: z.string().default('').describe('Put before the names of objects.'),
          accessKey: z.string().min(1).describe('Access key id.'),
          secretKey: secret.describe('Secret key, by reference.'),
        })
        .optional()
        .describe('An S3-compatible object store.'),
    })
    .prefault({}),
  retention: z
    .strictObject({
      audit: age.optional(),
      events: age.optional(),
      telemetry: age.optional(),
      media: sizeAndAge.optional(),
    })
    .prefault({})
    .describe('How long records and pictures are kept: only what is named here is ever deleted.'),
  enrolment: z
    .strictObject({
      listen: listen
        .optional()
        .describe('Where devices enrol with a claim, over TLS; port 0 picks a free one. Without it none can.'),
      address: listen
        .optional()
        .describe(
          'Host and port under which devices reach it, written into claims; default: this machine by its name.',
        ),
    })
    .prefault({}),
  ingest: z
    .strictObject({
      reorderTimeout: duration
        .prefault('10s')
        .describe('How long a number may be missing, while its device is online, before it is requested again.'),
    })
    .prefault({}),
  releases: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of the signed repository of releases. Default: releases/ in the data folder.'),
  customers: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a customer has lower-case letters, digits and dashes, at most 64'),
      z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\*?$/, 'write ids of devices, or a beginning and `*`')),
    )
    .optional()
    .describe(
      'Which devices read the releases of which customer of the repository: `{acme: [line-1, acme-*]}`. Default: every device reads those of all.',
    ),
  people: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name has letters, digits, dots, dashes, at most 64')
          .describe('Name of the person, for histories and reviews.'),
        token: secret.describe("The person's own token, by reference; at least 16 characters."),
      }),
    )
    .max(200)
    .default([])
    .describe(
      'Accounts. Where there are any, rollouts and reviews are accepted from them alone; reading needs `http.token` as before.',
    ),
  rollouts: z
    .strictObject({
      approval: z
        .enum(['none', 'start', 'groups'])
        .default('none')
        .describe(
          'Whether a second person must approve a rollout before it starts, or before each of its groups. Needs two accounts in `people`.',
        ),
    })
    .prefault({}),
  mes: mes
    .prefault({})
    .describe('What is exchanged with a PostgreSQL database of the plant (MES, ERP): plans in, actuals out.'),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
});
export type CollectorConfigFile = z.infer<typeof CollectorConfigFile>;
