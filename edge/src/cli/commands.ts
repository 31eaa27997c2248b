import type { Command } from 'commander';
import type { Registry } from './context.ts';

/** What the file of a verb exports. */
export interface VerbFile {
  /** Adds arguments, options, examples and the action to the verb's command. */
  configure(command: Command, registry: Registry): void;
}

/** A verb with the file that is loaded for it, or a group of verbs. */
export type CommandEntry = {
  readonly name: string;
  readonly description: string;
} & ({ readonly load: () => Promise<VerbFile> } | { readonly commands: readonly CommandEntry[] });

/** Every command in the order of the help. Descriptions are here, so that a list of commands loads no verb's file. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    description: 'run the appliance until it is stopped; what the service starts',
    load: () => import('./verbs/run.ts'),
  },
  {
    name: 'init',
    description: 'write a minimal configuration; asks nothing and overwrites nothing',
    load: () => import('./verbs/init.ts'),
  },
  {
    name: 'setup',
    description: 'guided setup, from nothing to a first event: cameras, models, zones, rules as sentences, collector',
    load: () => import('./verbs/setup.ts'),
  },
  {
    name: 'enroll',
    description: 'join a collector with a claim code; the key is made here and never leaves this device',
    load: () => import('./verbs/enroll.ts'),
  },
  {
    name: 'doctor',
    description: 'what is wrong here? Checks machine, configuration, cameras, models, broker and collector',
    load: () => import('./verbs/doctor.ts'),
  },
  {
    name: 'support-bundle',
    description: 'one archive for whoever helps: settings, report, log and figures, without secrets',
    load: () => import('./verbs/support-bundle.ts'),
  },
  {
    name: 'plan',
    description: 'do these cameras and models fit on this device? Measures both, and says how many would',
    load: () => import('./verbs/plan.ts'),
  },
  {
    name: 'status',
    description: 'is it inspecting? Cameras, models, journal and uplink on one screen',
    load: () => import('./verbs/status.ts'),
  },
  {
    name: 'top',
    description: 'the status of the line, drawn anew every second, until stopped',
    load: () => import('./verbs/top.ts'),
  },
  {
    name: 'logs',
    description: "the service's log: by severity, time and module, also as it is written",
    load: () => import('./verbs/logs.ts'),
  },
  {
    name: 'alerts',
    description: 'alerts of the device itself: by MQTT, webhook or e-mail',
    commands: [
      {
        name: 'test',
        description: 'send a test message to every target, or to one',
        load: () => import('./verbs/alerts-test.ts'),
      },
      {
        name: 'list',
        description: 'what was alerted and still lasts, and what waits to be sent',
        load: () => import('./verbs/alerts-list.ts'),
      },
    ],
  },
  {
    name: 'coverage',
    description: 'was the check running? For how long each camera was inspected, when it was not, and why',
    load: () => import('./verbs/coverage.ts'),
  },
  {
    name: 'code',
    description: 'codes on packs',
    commands: [
      {
        name: 'read',
        description: 'read barcodes, Data Matrix and QR codes in images, and report what they mean',
        load: () => import('./verbs/code-read.ts'),
      },
      {
        name: 'setup',
        description: 'make the fields of a rule and a recipe from one good pack',
        load: () => import('./verbs/code-setup.ts'),
      },
    ],
  },
  {
    name: 'config',
    description: 'check and show the configuration',
    commands: [
      {
        name: 'check',
        description: 'report everything that is wrong with the configuration file; changes nothing',
        load: () => import('./verbs/config-check.ts'),
      },
      {
        name: 'show',
        description: 'print the configuration with all defaults; secrets as their references or ***',
        load: () => import('./verbs/config-show.ts'),
      },
      {
        name: 'schema',
        description: 'print the JSON Schema of the file, for editors',
        load: () => import('./verbs/config-schema.ts'),
      },
    ],
  },
  {
    name: 'access',
    description: 'who may use the status page from the network: nobody, until it is enabled here',
    commands: [
      {
        name: 'enable',
        description: 'serve the page to the network over TLS, with a log-in; prints a one-time code',
        load: () => import('./verbs/access-enable.ts'),
      },
      {
        name: 'disable',
        description: 'serve the page to this machine alone again, and end every session',
        load: () => import('./verbs/access-disable.ts'),
      },
      {
        name: 'show',
        description: 'addresses, fingerprint of the certificate, accounts and wall screens',
        load: () => import('./verbs/access-show.ts'),
      },
      {
        name: 'users',
        description: 'list accounts, invite with a one-time code, or remove one',
        load: () => import('./verbs/access-users.ts'),
      },
      {
        name: 'token',
        description: 'tokens of wall screens, which only look: make or remove one',
        load: () => import('./verbs/access-token.ts'),
      },
    ],
  },
  {
    name: 'camera',
    description: 'try a camera, and what is known of those that run',
    commands: [
      {
        name: 'list',
        description: 'the cameras of the configuration, with their state where the service runs',
        load: () => import('./verbs/camera-list.ts'),
      },
      {
        name: 'discover',
        description: 'look for ONVIF cameras on the local network: addresses, models, streams',
        load: () => import('./verbs/camera-discover.ts'),
      },
      {
        name: 'probe',
        description: 'open a camera and decode one frame: codec, size and rate',
        load: () => import('./verbs/camera-probe.ts'),
      },
      {
        name: 'snapshot',
        description: 'the newest picture of a camera of the running service, as JPEG',
        load: () => import('./verbs/camera-snapshot.ts'),
      },
      {
        name: 'watch',
        description: 'print changes of the state of a camera and of its picture, until stopped',
        load: () => import('./verbs/camera-watch.ts'),
      },
      {
        name: 'health',
        description: 'what is wrong with pictures and streams: frozen, dark, blurred, moved, too slow, ...',
        load: () => import('./verbs/camera-health.ts'),
      },
      {
        name: 'accept',
        description: 'a camera is as it should be now: keep its view and figures as reference',
        load: () => import('./verbs/camera-accept.ts'),
      },
      {
        name: 'test',
        description: 'open a camera and decode frames: codec, size, rate, a snapshot, or what is wrong',
        load: () => import('./verbs/camera-test.ts'),
      },
      {
        name: 'setup',
        description: 'zones, masks and thresholds of a camera: proposed from ordinary video, checked, and written',
        load: () => import('./verbs/camera-setup.ts'),
      },
    ],
  },
  {
    name: 'detect',
    description: 'what a model detects in images and videos; needs no configuration',
    load: () => import('./verbs/detect.ts'),
  },
  {
    name: 'model',
    description: 'list, inspect, import, teach, evaluate and measure models',
    commands: [
      {
        name: 'list',
        description: 'the models of the catalog and the imported ones',
        load: () => import('./verbs/model-list.ts'),
      },
      {
        name: 'inspect',
        description: 'what an ONNX file contains: inputs, outputs, metadata, operators, and its probable family',
        load: () => import('./verbs/model-inspect.ts'),
      },
      {
        name: 'import',
        description: 'make a bundle of an ONNX file: recognise its family, prepare it, prove it on images',
        load: () => import('./verbs/model-import.ts'),
      },
      {
        name: 'rollback',
        description: 'go back to the version of a model before its last update, without any network',
        load: () => import('./verbs/model-rollback.ts'),
      },
      {
        name: 'engines',
        description: 'TensorRT engines: this machine, the engines that are built, the progress of a build',
        load: () => import('./verbs/model-engines.ts'),
      },
      {
        name: 'eval',
        description: 'how good a model is on labelled images: precision, recall, AP, confusion',
        load: () => import('./verbs/model-eval.ts'),
      },
      {
        name: 'compare',
        description: 'two models on the same labelled images, figure by figure',
        load: () => import('./verbs/model-compare.ts'),
      },
      {
        name: 'bench',
        description: 'how fast a model is on this machine: latency, throughput, CPU, memory',
        load: () => import('./verbs/model-bench.ts'),
      },
      {
        name: 'teach',
        description: 'learn from good pieces what good looks like: an anomaly model of your own product in minutes',
        load: () => import('./verbs/model-teach.ts'),
      },
      {
        name: 'limit',
        description: 'show or move the limit of a taught model, and what each limit would do',
        load: () => import('./verbs/model-limit.ts'),
      },
      {
        name: 'arm',
        description: 'let a taught model report anomalies; until then it only watches',
        load: () => import('./verbs/model-arm.ts'),
      },
      {
        name: 'explain',
        description: 'what a prediction is based on: a heat map over the image',
        load: () => import('./verbs/model-explain.ts'),
      },
    ],
  },
  {
    name: 'replay',
    description: "the entire pipeline on recordings, faster than real time, on the recording's own clock",
    load: () => import('./verbs/replay.ts'),
  },
  {
    name: 'production',
    description: 'what a shift made: counts against the plan, downtime and utilisation',
    load: () => import('./verbs/production.ts'),
  },
  {
    name: 'update',
    description: 'updates of models and configuration: their state, and installing from a USB stick',
    load: () => import('./verbs/update.ts'),
  },
  {
    name: 'recipe',
    description: 'recipes: options of rules for one product',
    commands: [
      {
        name: 'list',
        description: 'every recipe, and the one in use',
        load: () => import('./verbs/recipe-list.ts'),
      },
      {
        name: 'show',
        description: 'the recipe in use, since when and who chose it',
        load: () => import('./verbs/recipe-show.ts'),
      },
      {
        name: 'set',
        description: 'go on with another recipe; the change is an audit record',
        load: () => import('./verbs/recipe-set.ts'),
      },
    ],
  },
  {
    name: 'signal',
    description: 'signals of the plant: the values that a running service has, and setting one',
    commands: [
      {
        name: 'list',
        description: 'every signal with its value, or why it has none',
        load: () => import('./verbs/signal-list.ts'),
      },
      {
        name: 'set',
        description: 'set a signal whose source is push:',
        load: () => import('./verbs/signal-set.ts'),
      },
    ],
  },
  {
    name: 'rule',
    description: 'rules of the line',
    commands: [
      {
        name: 'preview',
        description: 'what a changed rule would have reported over the last hour; saves nothing',
        load: () => import('./verbs/rule-preview.ts'),
      },
    ],
  },
  {
    name: 'plant',
    description: 'controllers of the plant: read, write and watch points by hand; arm the outputs',
    commands: [
      {
        name: 'outputs',
        description: 'outputs of the running service: ready or why not, rejects, latencies',
        load: () => import('./verbs/plant-outputs.ts'),
      },
      {
        name: 'arm',
        description: 'let an output write to the plant; the audit has who did',
        load: () => import('./verbs/plant-arm.ts'),
      },
      {
        name: 'disarm',
        description: 'switch an output off',
        load: () => import('./verbs/plant-disarm.ts'),
      },
      {
        name: 'test',
        description: 'does a controller answer, and how fast? Writes nothing',
        load: () => import('./verbs/plant-test.ts'),
      },
      {
        name: 'browse',
        description: 'what a controller has, in every way in which it can be understood',
        load: () => import('./verbs/plant-browse.ts'),
      },
      { name: 'read', description: 'read points once', load: () => import('./verbs/plant-read.ts') },
      {
        name: 'watch',
        description: 'print changes of points, until stopped',
        load: () => import('./verbs/plant-watch.ts'),
      },
      {
        name: 'write',
        description: 'write a point, with --yes; audited',
        load: () => import('./verbs/plant-write.ts'),
      },
      {
        name: 'trust',
        description: 'certificates of OPC UA: show them, and trust one that was rejected; audited',
        load: () => import('./verbs/plant-trust.ts'),
      },
    ],
  },
  {
    name: 'cleaning',
    description: 'cleaning of zones: a person confirms it',
    commands: [
      {
        name: 'confirm',
        description: 'confirm that a zone was cleaned; the audit has who did',
        load: () => import('./verbs/cleaning-confirm.ts'),
      },
    ],
  },
  {
    name: 'maintenance',
    description: 'service of machines: a person confirms it',
    commands: [
      {
        name: 'confirm',
        description: 'confirm that a machine was serviced; the audit has who did',
        load: () => import('./verbs/maintenance-confirm.ts'),
      },
    ],
  },
  {
    name: 'events',
    description: 'the events of the line; read from the journal, with or without a running service',
    commands: [
      { name: 'list', description: 'newest events first', load: () => import('./verbs/events-list.ts') },
      {
        name: 'tail',
        description: 'print events as they happen, until stopped',
        load: () => import('./verbs/events-tail.ts'),
      },
      {
        name: 'show',
        description: 'one event with all its transitions and the paths of its snapshots',
        load: () => import('./verbs/events-show.ts'),
      },
      {
        name: 'snapshot',
        description: 'write the snapshot of an event, with or without boxes',
        load: () => import('./verbs/events-snapshot.ts'),
      },
      {
        name: 'export',
        description: 'every event, oldest first, to stdout',
        load: () => import('./verbs/events-export.ts'),
      },
    ],
  },
  {
    name: 'journal',
    description: "examine the journal's files",
    commands: [
      {
        name: 'verify',
        description: 'check every hash chain: find records that were changed, removed, moved or cut off',
        load: () => import('./verbs/journal-verify.ts'),
      },
      {
        name: 'heads',
        description: 'export the signed heads of this device, to be compared with a collector',
        load: () => import('./verbs/journal-heads.ts'),
      },
    ],
  },
  {
    name: 'sync',
    description: 'what was forwarded to the collector and what is queued',
    commands: [
      {
        name: 'status',
        description: 'per stream: written, delivered, queued, declared lost; and the state of the uplink',
        load: () => import('./verbs/sync-status.ts'),
      },
    ],
  },
  {
    name: 'completion',
    description: 'print a script that completes commands and options in bash or zsh',
    load: () => import('./verbs/completion.ts'),
  },
];
