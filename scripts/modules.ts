/** What a module may import, and the outside powers that only it may use. Lowest first: imports point up this list. */
export interface Module {
  readonly name: string;
  /** Folder whose files make the module, from the repository's root; a module inside it takes its own files out. */
  readonly folder: string;
  /** The package whose entry point this module is. */
  readonly packageName?: string;
  readonly may: readonly string[];
  /** Exact specifiers that only modules listing them may import. */
  readonly owns: readonly string[];
}

const edge = (name: string, may: readonly string[], owns: readonly string[] = []): Module => ({
  name,
  folder: `edge/src/${name}`,
  may,
  owns,
});

/** A module of the simulated line; each may also import `kit`. */
const twin = (name: string, may: readonly string[], owns: readonly string[] = []): Module => ({
  name: `twin/${name}`,
  folder: `scripts/twin/src/${name}`,
  may: ['kit', ...may.map((other) => `twin/${other}`)],
  owns,
});

/** A module of the device's end of the connection. */
const uplink = (name: string, may: readonly string[], owns: readonly string[] = []): Module => ({
  name: `uplink/${name}`,
  folder: `cloud-sync/uplink/src/${name}`,
  may,
  owns,
});

export const MODULES: readonly Module[] = [
  {
    name: 'kit',
    folder: 'kit/src',
    packageName: '@lineside/kit',
    may: [],
    owns: ['pino', 'yaml', 'node:module', 'node:fs', 'node:fs/promises', 'node:child_process'],
  },
  {
    name: 'web',
    folder: 'web/src',
    packageName: '@lineside/web',
    may: ['kit'],
    owns: ['fastify', '@fastify/static', 'node:module'],
  },
  {
    name: 'vocabulary',
    folder: 'cloud-sync/protocol/src/vocabulary',
    packageName: '@lineside/protocol/vocabulary',
    may: [],
    owns: [],
  },
  {
    name: 'protocol',
    folder: 'cloud-sync/protocol/src',
    packageName: '@lineside/protocol',
    may: ['kit', 'vocabulary'],
    owns: ['zod', 'canonicalize', 'node:crypto', 'node:zlib'],
  },
  {
    name: 'models/output',
    folder: 'models/src/output',
    packageName: '@lineside/models/output',
    may: [],
    owns: [],
  },
  { name: 'models/form', folder: 'models/src/form', may: [], owns: ['zod'] },
  {
    name: 'models/families',
    folder: 'models/src/families',
    packageName: '@lineside/models/families',
    may: ['models/output', 'models/form'],
    owns: [],
  },
  {
    name: 'models',
    folder: 'models/src',
    packageName: '@lineside/models',
    may: ['kit', 'models/form', 'models/families'],
    owns: ['zod', 'protobufjs', 'node:fs', 'node:fs/promises', 'node:crypto'],
  },
  uplink('ports', ['kit', 'protocol']),
  uplink('limits', []),
  uplink('session', ['kit', 'protocol', 'uplink/ports'], ['mqtt']),
  uplink('outbox', ['kit', 'protocol', 'uplink/ports', 'uplink/limits', 'uplink/session']),
  uplink('media', ['kit', 'uplink/ports', 'uplink/limits']),
  {
    name: 'uplink',
    folder: 'cloud-sync/uplink/src',
    packageName: '@lineside/uplink',
    may: ['kit', 'protocol', 'uplink/ports', 'uplink/limits', 'uplink/session', 'uplink/outbox', 'uplink/media'],
    owns: [],
  },
  {
    name: 'collector',
    folder: 'cloud-sync/collector/src',
    packageName: '@lineside/collector',
    may: ['web', 'kit', 'protocol'],
    owns: [
      'mqtt',
      'better-sqlite3',
      'fastify',
      '@fastify/static',
      'zod',
      'yaml',
      'commander',
      'prom-client',
      'pg',
      '@tus/server',
      '@tus/file-store',
      '@aws-sdk/client-s3',
      '@peculiar/x509',
      'reflect-metadata',
      'node:fs',
      'node:fs/promises',
      'node:crypto',
      'node:child_process',
      'node:net',
      'node:http',
    ],
  },
  edge('domain', ['vocabulary', 'models/output']),
  edge('fields', ['kit'], ['zod']),
  edge('pipeline', ['domain', 'kit']),
  edge('camera', ['domain', 'kit']),
  edge(
    'inference',
    ['domain', 'kit', 'models', 'models/families'],
    ['onnxruntime-node', 'node:worker_threads', 'node:fs/promises'],
  ),
  edge('engines', ['kit'], ['node:fs', 'node:fs/promises', 'node:crypto', 'node:os']),
  edge('vision', ['domain', 'kit', 'camera', 'inference', 'pipeline'], ['sharp']),
  edge('predictor', ['domain', 'kit', 'models', 'camera', 'inference', 'vision'], ['node:fs/promises']),
  edge(
    'evaluation',
    ['domain', 'kit', 'pipeline', 'camera', 'inference', 'vision', 'predictor'],
    ['yaml', 'sharp', 'node:fs/promises', 'node:child_process'],
  ),
  edge(
    'model-import',
    ['domain', 'kit', 'models', 'camera', 'inference', 'predictor'],
    ['sharp', 'node:fs/promises', 'node:crypto'],
  ),
  edge('tracking', ['domain', 'pipeline']),
  edge('rules', ['domain', 'pipeline', 'fields'], ['zod']),
  edge(
    'config',
    ['domain', 'kit', 'fields', 'rules', 'protocol'],
    ['zod', 'yaml', 'node:fs', 'node:fs/promises', 'node:crypto'],
  ),
  edge('journal', ['kit', 'protocol'], ['better-sqlite3', 'uuidv7', 'node:fs', 'node:crypto']),
  edge('evidence', ['kit', 'journal'], ['better-sqlite3', 'node:fs', 'node:fs/promises', 'node:crypto']),
  edge('events', ['domain', 'kit', 'protocol', 'pipeline', 'journal', 'evidence'], ['better-sqlite3']),
  edge(
    'status',
    ['web', 'domain', 'kit', 'pipeline'],
    ['fastify', '@fastify/static', 'prom-client', 'node:http', 'node:module', 'node:fs', 'node:fs/promises'],
  ),
  edge(
    'diagnostics',
    ['kit', 'config', 'models', 'camera', 'inference', 'predictor', 'journal', 'status', 'uplink'],
    ['node:fs/promises', 'node:child_process', 'node:crypto'],
  ),
  edge(
    'app',
    [
      'domain',
      'kit',
      'fields',
      'config',
      'camera',
      'inference',
      'engines',
      'vision',
      'tracking',
      'rules',
      'pipeline',
      'journal',
      'evidence',
      'events',
      'status',
      'protocol',
      'models',
      'uplink',
    ],
    ['node:child_process', 'node:fs', 'node:fs/promises', 'uuidv7', 'node:crypto'],
  ),
  edge(
    'cli',
    [
      'domain',
      'kit',
      'fields',
      'config',
      'journal',
      'evidence',
      'events',
      'status',
      'vision',
      'camera',
      'inference',
      'engines',
      'predictor',
      'evaluation',
      'model-import',
      'diagnostics',
      'app',
      'protocol',
      'models',
    ],
    ['commander', 'node:fs', 'node:fs/promises'],
  ),
  twin('raster', []),
  twin('rtsp', [], ['node:net', 'node:dgram', 'node:crypto', 'node:child_process', 'node:fs/promises']),
  twin('scenes', ['raster'], ['zod', 'yaml', 'node:fs/promises']),
  twin('output', ['raster', 'scenes'], ['sharp', 'node:child_process', 'node:fs/promises']),
  twin('live', ['scenes', 'output', 'rtsp'], ['node:worker_threads']),
  twin('cli', ['scenes', 'output', 'live'], ['commander']),
  {
    name: 'twin',
    folder: 'scripts/twin/src',
    packageName: '@lineside/twin',
    may: ['twin/raster', 'twin/scenes', 'twin/output'],
    owns: [],
  },
];
