import { TargetReference } from '@lineside/protocol';
import { z } from 'zod';

/** Most lines of one rollout, and most groups. */
export const MAX_ROLLOUT_LINES = 5000;
export const MAX_GROUPS = 20;

const count = z.int().nonnegative();
const fraction = z.number().min(0).max(1);
const name = z.string().min(1).max(64);

/** A release as its signed metadata describes it, at the moment when the rollout began. */
export const RolloutRelease = z.object({
  kind: z.enum(['model', 'configuration']),
  /** Series: id of the model bundle, or name of the configuration. */
  id: name,
  version: z.string(),
  counter: count,
  ...TargetReference.shape,
});
export type RolloutRelease = z.infer<typeof RolloutRelease>;

/**
 * `waiting`: its group has not begun. `offered`: its desired document names the release; the device, which may be offline,
 * has not said yet that it has read it. `updating`: it has, and is not through. `committed`, `failed`: through.
 * `withdrawn`: the rollout ended before the line was through.
 */
export const LINE_STATES = ['waiting', 'offered', 'updating', 'committed', 'failed', 'withdrawn'] as const;
export type LineState = (typeof LINE_STATES)[number];

const RolloutLine = z.object({
  device: name,
  /** Index into `groups`. */
  group: count,
  state: z.enum(LINE_STATES),
  /** Wall time of the last change of state. */
  sinceMs: z.int(),
  /** Revision of the desired document that names the release, later of the one that withdraws it. */
  revision: z.int().positive().optional(),
  /** What its document named before, to be named again where the release does not stay. */
  before: TargetReference.optional(),
  /** When the device first reported that it has read the document. */
  acceptedAtMs: z.int().optional(),
  /** As the device reports it: `downloading`, `trial`, ... */
  deviceState: z.string().max(32).optional(),
  reason: z.string().max(512).optional(),
  /** Bytes of the download, while one runs. */
  progress: z.object({ bytes: count, of: count }).optional(),
  /** One line about how the model did in shadow. */
  shadow: z.string().max(512).optional(),
});
export type RolloutLine = z.infer<typeof RolloutLine>;

/** `failed`: stopped by a threshold. `stopped`: by a person. */
export const ROLLOUT_STATES = ['waiting_for_approval', 'running', 'paused', 'stopped', 'failed', 'done'] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

export const APPROVALS = ['none', 'start', 'groups'] as const;
/** `start`: a second person approves the rollout. `groups`: each group. */
export type Approval = (typeof APPROVALS)[number];

export const Rollout = z.object({
  v: z.literal(1),
  id: z.string().min(1).max(160),
  /** Counts its changes, so that two who change it at once do not overwrite each other. */
  change: count,
  state: z.enum(ROLLOUT_STATES),
  reason: z.string().max(512).optional(),
  createdBy: name,
  /** Whether that is an account whose token was given, and no name that anybody could write. */
  proven: z.boolean().optional(),
  createdAtMs: z.int(),
  release: RolloutRelease,
  groups: z
    .array(z.object({ name, soakMs: count }))
    .min(1)
    .max(MAX_GROUPS),
  /** Fraction of a group that must be committed before the next group begins. */
  success: fraction,
  /** More than this fraction of a group failed: the rollout stops. */
  errors: fraction,
  /** A line that has read its document, is online and is not through after so long counts as failed. */
  lineDeadlineMs: z.int().positive().optional(),
  approval: z.enum(APPROVALS),
  /** Who approved which group (0 for the start). */
  approvals: z.array(z.object({ group: count, who: name, atMs: z.int() })),
  /** Index of the newest group that has begun; -1 before the first. */
  current: z.int().min(-1),
  /** Since when enough lines of the current group are committed; its soak time runs from then. */
  reachedAtMs: z.int().optional(),
  lines: z.array(RolloutLine).min(1).max(MAX_ROLLOUT_LINES),
});
/** One release on its way to lines, group by group. Times are wall ms of the collector. */
export type Rollout = z.infer<typeof Rollout>;

/** Whether nothing more is done about it. */
export function isOver({ state }: Pick<Rollout, 'state'>): boolean {
  return state === 'stopped' || state === 'failed' || state === 'done';
}

/** An entry of the history: who did what, to which line. */
export interface RolloutNote {
  readonly atMs: number;
  /** `collector`, or the name that a person gave. */
  readonly who: string;
  readonly action: string;
  readonly device?: string;
  readonly detail?: string;
}

/** Who acts where no person does. */
export const COLLECTOR = 'collector';
