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
  detectionsPerResult: z.number().optional(),
  constant: z.boolean(),
});

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
  /** What was found when the model was proven. */
  proof: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  reason: Reason.optional(),
});
export type UpdateRecord = z.infer<typeof UpdateRecord>;

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
  desired: z.object({ revision: z.int().positive(), targets: z.array(z.string()) }).optional(),
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
  #document: UpdateDocument | undefined;

  constructor(folder: string) {
    this.#path = join(folder, 'state.json');
  }

  async read(): Promise<UpdateDocument> {
    this.#document ??= await this.#load();
    return this.#document;
  }

  /** Durable when it resolves. */
  async change(next: (before: UpdateDocument) => UpdateDocument): Promise<UpdateDocument> {
    const document = next(await this.read());
    await writeFileAtomic(this.#path, `${JSON.stringify(document, undefined, 1)}\n`);
    this.#document = document;
    return document;
  }

  /** The current update is this now; one that is over goes into the history. */
  async put(record: UpdateRecord): Promise<UpdateRecord> {
    await this.change((document) => {
      if (!isOver(record)) return { ...document, current: record };
      const history = [record, ...document.history].slice(0, MAX_HISTORY);
      return { ...document, current: undefined, history };
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

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
