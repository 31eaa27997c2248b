import { z } from 'zod';

/** What every document begins with. */
const head = {
  v: z.literal(1),
  device: z.string(),
  run: z.uuid().describe('Another one after each start of the feed; numbers begin again.'),
  seq: z.int().min(1).describe('Rises by one for each topic: a gap is what the consumer was too slow for.'),
  atMs: z.number().describe('When it was so, in milliseconds since 1970.'),
};
const count = z.int().min(0);
const severity = z.enum(['info', 'warning', 'critical']);
const box = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .describe('Two corners, x1, y1, x2, y2, in pixels of width x height.');
const place = { camera: z.string(), frame: count, width: z.int().min(1), height: z.int().min(1) };

const output = {
  camera: z.string(),
  readiness: z.string().describe('`ready`, or why it is not.'),
  armed: z.boolean(),
  connected: z.boolean(),
  inTransit: count.describe('Products between the line in the picture and the output.'),
  counts: z.record(z.string(), count),
  newest: z.strictObject({ piece: count, result: z.string(), reason: z.string() }).optional(),
};

const Health = z.strictObject({
  ...head,
  line: z.string(),
  version: z.string(),
  startedAtMs: z.number(),
  healthy: z.boolean(),
  problems: z.array(z.string()).describe('Why it is not healthy.'),
  vision: z.enum(['up', 'down']).describe('Without the vision process no camera is inspected.'),
  cameras: z.array(
    z.strictObject({
      id: z.string(),
      state: z.string().describe('Of its stream.'),
      inspecting: z.string().describe('`inspecting`, `degraded`, `blind` or `starting`.'),
      offered: count,
      inspected: count,
      skipped: count,
      failed: count,
      withoutResult: z.array(z.string()).optional().describe('Models that give no result now.'),
      lastFrameAgeMs: z.number().optional(),
    }),
  ),
  outputs: z.array(z.strictObject({ id: z.string(), ...output })),
  recipes: z.array(z.string()).describe('Recipes that can be chosen.'),
  stations: z
    .array(
      z.strictObject({
        camera: z.string(),
        rule: z.string(),
        zone: z.string().optional(),
        status: z.enum(['running', 'stopped', 'unknown']),
        reason: z.string().optional().describe('Why it stands, where the plant says so.'),
      }),
    )
    .describe('What rules of the type `downtime` see of the line.'),
  production: z
    .strictObject({
      shift: z.string(),
      counted: count,
      planned: z.number().optional(),
      perMinute: z.number().optional(),
      product: z.string().optional(),
      productName: z.string().optional(),
      targetWeight: z
        .strictObject({ weight: z.number(), under: z.number().optional(), over: z.number().optional() })
        .optional()
        .describe('By the plan, in the unit of the scale, with how much less and more is allowed.'),
      batch: z.string().optional(),
      recipe: z.string().optional(),
      stops: count,
    })
    .optional(),
  openEvents: z.array(
    z.strictObject({
      event: z.string(),
      kind: z.string(),
      severity,
      camera: z.string(),
      zone: z.string().optional(),
      rule: z.string(),
      label: z.string(),
      openedAtMs: z.number(),
    }),
  ),
});

const Results = z.strictObject({ ...head, output: z.string(), ...output });

const Events = z.strictObject({
  ...head,
  event: z.string().describe('The same for all transitions of one incident.'),
  phase: z.string().describe('`opened` or `closed`.'),
  kind: z.string(),
  severity,
  camera: z.string(),
  zone: z.string().optional(),
  rule: z.string(),
  ruleType: z.string(),
  label: z.string(),
  score: z.number().optional(),
  reason: z.string().optional(),
  durationMs: z.number(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

const Detections = z.strictObject({
  ...head,
  ...place,
  model: z.string(),
  status: z.enum(['ok', 'degraded', 'no_result']).describe('`no_result` is never "nothing there".'),
  reason: z.string().optional(),
  detections: z.array(z.strictObject({ label: z.string(), score: z.number(), box })),
});

const Tracks = z.strictObject({
  ...head,
  ...place,
  model: z.string(),
  tracks: z.array(z.strictObject({ id: z.int(), label: z.string(), score: z.number(), confirmed: z.boolean(), box })),
});

const Frames = z.strictObject({ ...head, ...place }).describe('The third part of the message is the JPEG.');

/** The second part of each message, by the first word of its topic. For documents and tests; nothing is parsed by it. */
export const FEED_SCHEMAS = {
  health: Health,
  results: Results,
  events: Events,
  detections: Detections,
  tracks: Tracks,
  frames: Frames,
} as const;
