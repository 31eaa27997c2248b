import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { LinesideError, messageOf } from '@lineside/kit';
import type { Box } from '../domain/index.ts';
import type { TrueEvent } from './true-event.ts';

const seconds = z.number();

const incident = z.object({
  camera: z.string().optional(),
  kind: z.string().min(1),
  zone: z.string().optional(),
  label: z.string().optional(),
  objectId: z.string().optional(),
  startSeconds: seconds,
  endSeconds: seconds,
  inspectableFrom: seconds.optional(),
  inspectableTo: seconds.optional(),
});

const box = z.object({
  label: z.string(),
  objectId: z.string(),
  x1: z.number(),
  y1: z.number(),
  x2: z.number(),
  y2: z.number(),
  visible: z.number().default(1),
});

const event = z.object({
  kind: z.string(),
  subject: z.string().default(''),
  start: seconds,
  end: seconds,
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

const truthFile = z.object({
  camera: z.string().optional(),
  fps: z.number().positive().optional(),
  /** Size of the picture in which the boxes are given. */
  width: z.number().positive().optional(),
  height: z.number().positive().optional(),
  incidents: z.array(incident),
  /** Whatever else is true, as the twin writes it: passages, cleanings, stops. */
  events: z.array(event).default([]),
  frames: z.array(z.object({ seconds, boxes: z.array(box) })).default([]),
});

/** What a truth file contains: incidents, and the boxes of each frame where they are known. */
export type Truth = z.infer<typeof truthFile>;
export type TrueBox = z.infer<typeof box>;

/** A subject can be judged from the first frame on that shows at least this fraction of it. */
const INSPECTABLE = 0.5;
/** A box is used for moments at most this far from its frame. */
const NEAR_MS = 1_000;

/**
 * Reads a truth file, as the twin writes it (`twin render --truth FILE`) or as a person does: `{"incidents": [{"kind":
 * "sanitation", "startSeconds": 12, "endSeconds": 40}]}`. Throws LinesideError with the code `truth_invalid`.
 */
export async function readTruthFile(path: string): Promise<Truth> {
  try {
    const parsed = truthFile.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a truth file'}`);
  } catch (error) {
    throw new LinesideError({
      code: 'truth_invalid',
      message: `${path} cannot be used as truth: ${messageOf(error)}`,
      advice:
        'write {"incidents": [{"kind": "sanitation", "startSeconds": 12, "endSeconds": 40}]}; see docs/accuracy.md',
    });
  }
}

/** The true events of a truth file, each with its subject's box where frames are given. */
export function trueEvents(truth: Truth, camera: string): readonly TrueEvent[] {
  return truth.incidents.map((one, index) => {
    const path = subjectPath(truth, one.objectId);
    const shown = path.filter(({ label, visible }) => visible >= INSPECTABLE && (one.label ?? label) === label);
    const [startMs, endMs] = [one.startSeconds * 1000, one.endSeconds * 1000];
    return {
      id: one.objectId ?? `incident-${index}`,
      camera: one.camera ?? truth.camera ?? camera,
      kind: one.kind,
      ...(one.zone !== undefined && { zone: one.zone }),
      ...(one.label !== undefined && { label: one.label }),
      startMs: Math.min(startMs, path[0]?.atMs ?? startMs),
      endMs: Math.max(endMs, path.at(-1)?.atMs ?? endMs),
      inspectableFromMs: one.inspectableFrom === undefined ? (shown[0]?.atMs ?? startMs) : one.inspectableFrom * 1000,
      inspectableToMs: one.inspectableTo === undefined ? (shown.at(-1)?.atMs ?? endMs) : one.inspectableTo * 1000,
      ...(path.length > 0 && { boxAt: (atMs: number) => nearestBox(path, atMs) }),
    };
  });
}

interface Sight {
  readonly atMs: number;
  readonly label: string;
  readonly visible: number;
  readonly box: Box;
}

/** Where a subject and its parts (`bottle-3`, `bottle-3/defect`) were, frame by frame. */
function subjectPath(truth: Truth, objectId: string | undefined): readonly Sight[] {
  if (objectId === undefined) return [];
  return truth.frames.flatMap(({ seconds: at, boxes }) =>
    boxes
      .filter((one) => one.objectId === objectId || one.objectId.startsWith(`${objectId}/`))
      .map(({ label, visible, x1, y1, x2, y2 }) => ({
        atMs: at * 1000,
        label,
        visible,
        box: [x1, y1, x2, y2] as const,
      })),
  );
}

/** The box around everything of the subject in the frame nearest to a moment. */
function nearestBox(path: readonly Sight[], atMs: number): Box | undefined {
  const apart = Math.min(...path.map((sight) => Math.abs(sight.atMs - atMs)));
  if (apart > NEAR_MS) return undefined;
  const near = path.filter((sight) => Math.abs(sight.atMs - atMs) === apart);
  const edge = (side: 0 | 1 | 2 | 3, pick: (...values: number[]) => number): number =>
    pick(...near.map(({ box: one }) => one[side]));
  return [edge(0, Math.min), edge(1, Math.min), edge(2, Math.max), edge(3, Math.max)];
}
