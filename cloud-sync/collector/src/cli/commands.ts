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
  readonly summary: string;
} & ({ readonly load: () => Promise<VerbFile> } | { readonly commands: readonly CommandEntry[] });

/** Every command in the order of the help. Summaries are here, so that a list of commands loads no verb's file. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'run', summary: 'run the collector until it is stopped', load: () => import('./verbs/run.ts') },
  {
    name: 'device',
    summary: 'credentials of devices',
    commands: [
      {
        name: 'add',
        summary: 'make a credential for a device and print it once',
        load: () => import('./verbs/device-add.ts'),
      },
      {
        name: 'claim',
        summary: 'make a code with which a device enrols once, keeping its own key',
        load: () => import('./verbs/device-claim.ts'),
      },
      {
        name: 'claims',
        summary: 'claims, and what was done with them',
        load: () => import('./verbs/device-claims.ts'),
      },
      {
        name: 'list',
        summary: 'devices that have a credential or were connected',
        load: () => import('./verbs/device-list.ts'),
      },
      {
        name: 'remove',
        summary: 'delete the credential of a device',
        load: () => import('./verbs/device-remove.ts'),
      },
    ],
  },
  {
    name: 'status',
    summary: 'what is stored, by device and stream, and what is wrong',
    load: () => import('./verbs/status.ts'),
  },
  {
    name: 'coverage',
    summary: 'was the check running? For how long each camera was inspected, when it was not, and why',
    load: () => import('./verbs/coverage.ts'),
  },
  {
    name: 'gaps',
    summary: 'missing records, chain breaks, conflicts, signature problems',
    load: () => import('./verbs/gaps.ts'),
  },
  {
    name: 'events',
    summary: 'events of all lines',
    commands: [{ name: 'list', summary: 'newest events first', load: () => import('./verbs/events-list.ts') }],
  },
  {
    name: 'mes',
    summary: 'plans from, and actuals for, a database of the plant',
    commands: [
      {
        name: 'check',
        summary: 'try the connections of `mes`: read the plans once, and see whether actuals can be written',
        load: () => import('./verbs/mes-check.ts'),
      },
    ],
  },
  {
    name: 'verify',
    summary: 'check every hash chain, every table that follows from the records, and every picture',
    load: () => import('./verbs/verify.ts'),
  },
  {
    name: 'release',
    summary: 'models and configurations for devices: signed, published, exported to a stick',
    commands: [
      { name: 'init', summary: 'make a repository with its keys', load: () => import('./verbs/release-init.ts') },
      {
        name: 'keys',
        summary: 'roles, their keys and where these are; customers',
        load: () => import('./verbs/release-keys.ts'),
      },
      {
        name: 'add-model',
        summary: 'add a model bundle, to be published',
        load: () => import('./verbs/release-add-model.ts'),
      },
      {
        name: 'add-config',
        summary: 'add a configuration, to be published',
        load: () => import('./verbs/release-add-config.ts'),
      },
      {
        name: 'publish',
        summary: 'sign what was added; also to be run daily',
        load: () => import('./verbs/release-publish.ts'),
      },
      {
        name: 'rotate',
        summary: 'replace the keys of a role or of a customer',
        load: () => import('./verbs/release-rotate.ts'),
      },
      {
        name: 'export-usb',
        summary: 'write releases to a folder from which a device installs them',
        load: () => import('./verbs/release-export-usb.ts'),
      },
      {
        name: 'compare',
        summary: 'run two models on a labelled set before one is published',
        load: () => import('./verbs/release-compare.ts'),
      },
    ],
  },
  {
    name: 'rollout',
    summary: 'releases on their way to lines: groups, thresholds, pause, stop, approval',
    commands: [
      {
        name: 'start',
        summary: 'begin to bring a published release to lines, group by group',
        load: () => import('./verbs/rollout-start.ts'),
      },
      { name: 'list', summary: 'rollouts, newest first', load: () => import('./verbs/rollout-list.ts') },
      {
        name: 'show',
        summary: 'each line of a rollout, and its history',
        load: () => import('./verbs/rollout-show.ts'),
      },
      { name: 'pause', summary: 'begin no further group', load: () => import('./verbs/rollout-pause.ts') },
      {
        name: 'resume',
        summary: 'go on with a rollout that was paused',
        load: () => import('./verbs/rollout-resume.ts'),
      },
      {
        name: 'stop',
        summary: 'end a rollout; lines that are not through keep what they have',
        load: () => import('./verbs/rollout-stop.ts'),
      },
      {
        name: 'approve',
        summary: 'approve the start or the next group, as a second person',
        load: () => import('./verbs/rollout-approve.ts'),
      },
    ],
  },
  {
    name: 'review',
    summary: 'what people say about events, and the labelled set that follows from it',
    commands: [
      {
        name: 'mark',
        summary: 'say that an event is true, a false alarm, or that something was missed',
        load: () => import('./verbs/review-mark.ts'),
      },
      { name: 'list', summary: 'what was said, by event', load: () => import('./verbs/review-list.ts') },
      {
        name: 'export',
        summary: 'write the labelled set in YOLO or COCO form',
        load: () => import('./verbs/review-export.ts'),
      },
    ],
  },
  {
    name: 'import-usb',
    summary: 'commit the records that devices wrote to a stick',
    load: () => import('./verbs/import-usb.ts'),
  },
  {
    name: 'backup',
    summary: 'copy the store while a collector may use it',
    load: () => import('./verbs/backup.ts'),
  },
  {
    name: 'completion',
    summary: 'print a script that completes commands and options in bash or zsh',
    load: () => import('./verbs/completion.ts'),
  },
];
