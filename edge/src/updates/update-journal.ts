import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, writeFileAtomic } from '@lineside/kit';
import { Release } from '@lineside/models/trust';
import { z } from 'zod';

/** States of an update, in their order. */
export const MACHINE_STATES = [
  'downloading',
  'verified',
  'staged',
  'shadow',
  'trial',
  'rolling_back',
  'committed',
  'rolled_back',
  'failed',
  'unable_to_roll_back',
] as const;
export type UpdateStateName = (typeof MACHINE_STATES)[number];

const Origin = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('repository') }),
  z.object({ kind: z.literal('folder'), path: z.string() }),
]);
/** Where an update comes from: the configured repository, or a folder such as a stick. */
export type UpdateOrigin = z.infer<typeof Origin>;

const Before = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('update'), bundle: z.string() }),
  z.object({ kind: z.literal('catalog') }),
]);

const Reason = z.object({ code: z.string(), message: z.string() });

const Lane = z.object({
  camera: z.string(),
  model: z.string(),
  offered: z.number(),
  inspected: z.number(),
  failed: z.number(),
  p95Ms: z.number().optional(),
  seen: z.number().optional(),
  shown: z.number().optional(),
  constant: z.boolean(),
});

const Sides = z.object({ current: z.number(), candidate: z.number() });

/** How the new model did beside the current one. */
const Shadow = z.object({
  results: z.int(),
  differing: z.int(),
  steady: z.int(),
  found: z.int(),
  added: z.int(),
  unsteady: Sides,
  failed: z.int(),
  pictures: z.int(),
  /** Whether the cameras have shown enough to compare the two by; absent in what an earlier version has written. */
  compared: z.boolean().optional(),
  /**
   * `promoted`, `refused`, `not_compared` where it goes on although nothing was shown to compare by, or `skipped` where there was
   * no model to compare with; absent while it goes on.
   */
  verdict: z.enum(['promoted', 'refused', 'not_compared', 'skipped']).optional(),
  reason: z.string().optional(),
});
export type ShadowRecord = z.infer<typeof Shadow>;

const UpdateRecord = z.object({
  target: z.string(),
  origin: Origin,
  state: z.enum(MACHINE_STATES),
  /** Wall time of the last change of state, and of the beginning, ms. */
  sinceMs: z.number(),
  beganMs: z.number(),
  /** How often it was begun or resumed. */
  attempts: z.int(),
  /** Starts of the device while it was in trial. */
  trialStarts: z.int().default(0),
  release: Release.optional(),
  counter: z.int().optional(),
  /** Name of the assembled bundle. */
  bundle: z.string().optional(),
  /** Of a model: what ran before. */
  before: Before.optional(),
  /** What the line did before the swap. */
  baseline: z.array(Lane).optional(),
  /** Of a configuration: whether the collector was reached before the swap. */
  connected: z.boolean().optional(),
  /** Of a configuration: where the file is kept that a person had written and that it replaces. */
  copy: z.string().optional(),
  /** What was found when the model was proven. */
  proof: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  shadow: Shadow.optional(),
  /** The revision of the desired document that named it first; absent where a person asked for it. */
  revision: z.int().optional(),
  reason: Reason.optional(),
});
export type UpdateRecord = z.infer<typeof UpdateRecord>;

const Outcome = z.object({ state: z.enum(MACHINE_STATES), reason: Reason.optional() });

const UpdateDocument = z.object({
  v: z.literal(1),
  current: UpdateRecord.optional(),
  /** The last ones that are over, newest first. */
  history: z.array(UpdateRecord).default([]),
  /** Releases of the bundles that are kept, and which one each replaced. */
  bundles: z
    .record(z.string(), z.object({ target: z.string(), release: Release, before: Before.optional() }))
    .default({}),
  /** Hash of the configuration text that an update wrote last. */
  configuration: z.object({ sha256: z.string(), target: z.string() }).optional(),
  /** The newest desired document: its revision, and the releases that it names. */
  desired: z
    .object({
      revision: z.int().positive(),
      /** Documents below it are not followed; `revision` where left out. */
      floor: z.int().positive().optional(),
      targets: z.array(z.string()),
      /** The revision since which each target is named without interruption. */
      since: z.record(z.string(), z.int()).default({}),
      /** How each of them ended, if it was tried since then. */
      outcomes: z.record(z.string(), Outcome).default({}),
      refused: z.object({ revision: z.int().positive(), reason: z.string() }).optional(),
    })
    .optional(),
});
export type UpdateDocument = z.infer<typeof UpdateDocument>;

const MAX_HISTORY = 20;
const OVER = new Set<UpdateStateName>(['committed', 'rolled_back', 'failed', 'unable_to_roll_back']);

/** Whether an update needs nothing more. */
export function isOver({ state }: Pick<UpdateRecord, 'state'>): boolean {
  return OVER.has(state);
}

/** The durable state of updates: one file, replaced atomically before each action that it announces. */
export class UpdateJournal {
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  #document: UpdateDocument | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#path = join(folder, 'state.json');
  }

  /** Calls back after each change; returns a function that ends this. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async read(): Promise<UpdateDocument> {
    this.#document ??= await this.#load();
    return this.#document;
  }

  /** Durable when it resolves. One change after the other: the machine and desired documents change different parts. */
  change(next: (before: UpdateDocument) => UpdateDocument): Promise<UpdateDocument> {
    const done = this.#turn.then(() => this.#change(next));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #change(next: (before: UpdateDocument) => UpdateDocument): Promise<UpdateDocument> {
    const document = next(await this.read());
    await writeFileAtomic(this.#path, `${JSON.stringify(document, undefined, 1)}\n`);
    this.#document = document;
    for (const listener of this.#listeners) listener();
    return document;
  }

  /** The current update is this now; one that is over goes into the history. */
  async put(record: UpdateRecord): Promise<UpdateRecord> {
    await this.change((document) => {
      if (!isOver(record)) return { ...document, current: record };
      const history = [record, ...document.history].slice(0, MAX_HISTORY);
      return { ...withOutcome(document, record), current: undefined, history };
    });
    return record;
  }

  async #load(): Promise<UpdateDocument> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return { v: 1, history: [], bundles: {} };
      throw error;
    }
    const parsed = UpdateDocument.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    // The pointers hold by themselves; only the memory of what was going on is lost. The file is kept for inspection.
    await rename(this.#path, `${this.#path}.damaged`);
    return { v: 1, history: [], bundles: {} };
  }
}

/** Keeps how a release ended that the desired document names, whatever becomes of the history. One that only made way was not tried. */
function withOutcome(document: UpdateDocument, { target, state, reason, revision }: UpdateRecord): UpdateDocument {
  const { desired } = document;
  const since = desired?.since[target];
  if (desired === undefined || since === undefined || reason?.code === 'update_superseded') return document;
  // What a person did (no revision) is about the wanted release if that was tried before.
  const isAbout = revision === undefined ? target in desired.outcomes : revision >= since;
  if (!isAbout) return document;
  const outcome = { state, ...(reason === undefined ? {} : { reason }) };
  return { ...document, desired: { ...desired, outcomes: { ...desired.outcomes, [target]: outcome } } };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
