import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { probeFfmpeg } from '../../camera/index.ts';
import type { Anomaly, Box, Detection, PictureSize, InferenceOutput } from '../../domain/index.ts';
import type { HeatMap } from '../../evaluation/index.ts';
import type { ModelManifest, ModelSpec } from '../../inference/index.ts';
import { writeFileAtomic } from '@lineside/kit';
import { action, type Context, examples, type Registry } from '../context.ts';
import { findSpec, startSession } from '../detect/detector.ts';
import { CliError, UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { boxTarget, occlude, type OccludeOptions, type Target } from './explain/occlude.ts';
import { firstFrame } from './first-frame.ts';
import { Progress } from './progress.ts';
import { answersOf } from './task-of.ts';

interface ExplainOptions {
  readonly out: string;
  readonly label?: string;
  readonly labels?: string;
  readonly grid: number;
  readonly seconds: number;
}

const GRID = 16;
const SECONDS = 120;
/** A decision is followed down to here while parts of the picture are covered. */
const LEAST_SCORE = 0.01;

/** `lineside model explain` */
export function explainVerb(model: Command, registry: Registry): void {
  model
    .command('explain')
    .description('what a decision rested on: a heat map over the picture')
    .argument('<ref>', 'model of the catalog, folder of a bundle, or .onnx file')
    .argument('<image>', 'picture, or video of which the first frame is taken')
    .requiredOption('--out <file>', 'PNG to write')
    .option('--label <label>', 'explain the best find with this label (default: the best of all)')
    .option('--labels <list>', 'labels of an .onnx file: a,b,c or a file with one per line')
    .option('--grid <cells>', 'cells along the longer side', cells, GRID)
    .option('--seconds <time>', 'most time to take; a coarser grid is chosen where it would not do', seconds, SECONDS)
    .addHelpText(
      'after',
      examples(
        'lineside model explain ppe people.jpg --out why.png',
        'lineside model explain defect bottle.jpg --label defect --grid 24 --out why.png',
      ) +
        '\n\nAn anomaly model tells by itself where a picture is unusual. Any other is asked again and again with a grey' +
        '\nsquare over a part of the picture: where the find loses its score, there it came from. Covering shows what a' +
        '\ndecision needed, not what it would take to change it.',
    )
    .action(action<ExplainOptions>(registry, explain));
}

function cells(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 2 && value <= 64) return value;
  throw new InvalidArgumentError('It must be a whole number from 2 to 64.');
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

async function explain(
  context: Context,
  options: ExplainOptions,
  [ref = '', image = '']: readonly string[],
): Promise<ExitCode> {
  const { io } = context;
  const labels = options.labels === undefined ? {} : { labels: options.labels };
  const spec = await findSpec({ ref, cwd: io.cwd, dataDir: context.dataDir, ...labels }, io.signal);
  mustKnow(options.label, spec.manifest);
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const still = { path: resolve(io.cwd, image), capabilities, signal: io.signal };
  const fed = await firstFrame({ ...still, input: spec.manifest.input });
  const whole = await firstFrame(still);
  const detector = await startSession({ ...spec, score: LEAST_SCORE, maps: true, masks: false }, io.signal);
  try {
    const answer = await detector.look(fed.pixels, fed.size);
    if (answer.status === 'no_result') {
      throw new CliError('no_result', `${ref} gives no result on ${image}: ${answer.reason}`, 'lineside doctor');
    }
    const target = targetOf(answer, spec.manifest, options.label);
    const progress = new Progress(io, 'looks');
    const budgetMs = options.seconds * 1000;
    const means = { detector, still: fed, target, grid: options.grid, budgetMs, clock: io.clock };
    const why = await reasonFor(answer, spec.manifest, { ...means, progress, signal: io.signal });
    await save(resolve(io.cwd, options.out), { ...whole, heat: why.heat, target });
    const told = toldOf(target, spec, image);
    const facts = { ...told, ...why.facts, hottest: hottest(why.heat, whole.size), out: options.out };
    context.say(facts, textOf(told, why, options.out));
    return why.facts.cutShort === true ? EXIT.problems : EXIT.ok;
  } finally {
    await detector.close();
  }
}

interface Told {
  readonly model: string;
  readonly image: string;
  readonly label: string;
  readonly score: number;
  /** Explained, but in service it would not count. */
  readonly belowThreshold: boolean;
  readonly box?: Box;
}

function toldOf({ told: label, score, object }: Target, { id, manifest }: ModelSpec, image: string): Told {
  const belowThreshold = object !== undefined && score < manifest.thresholds.score;
  return { model: id, image, label, score, belowThreshold, ...(object === undefined ? {} : { box: object.box }) };
}

function mustKnow(label: string | undefined, { labels }: ModelManifest): void {
  if (label === undefined || labels.includes(label)) return;
  throw new UsageError(`the model has no label ${label}`, `it has ${labels.slice(0, 20).join(', ')}`);
}

/** The decision that is explained. Throws CliError `nothing_found` where there is none. */
function targetOf(seen: InferenceOutput, manifest: ModelManifest, label: string | undefined): Target {
  const { anomaly, classes, detections } = seen;
  switch (answersOf(manifest)) {
    case 'anomaly':
      return { told: 'anomaly', score: anomaly?.score ?? 0, left: (now) => now.anomaly?.score ?? 0 };
    case 'classify': {
      const named = classes?.find((candidate) => label === undefined || candidate.label === label);
      if (named === undefined) throw nothingFound(label);
      const left: Target['left'] = (now) => now.classes?.find((other) => other.label === named.label)?.score ?? 0;
      return { told: named.label, score: named.score, left };
    }
    case 'detect': {
      const [best] = detections.filter((found) => label === undefined || found.label === label).sort(bySureness);
      if (best === undefined) throw nothingFound(label);
      return boxTarget(best);
    }
  }
}

function bySureness(a: Detection, b: Detection): number {
  return b.score - a.score;
}

function nothingFound(label: string | undefined): CliError {
  const what = label === undefined ? 'nothing' : `no ${label}`;
  return new CliError('nothing_found', `the model sees ${what} on this picture`, 'choose a picture on which it does');
}

interface Reason {
  readonly heat: HeatMap;
  readonly facts: {
    readonly method: 'map' | 'occlusion';
    readonly grid?: number;
    readonly looks?: number;
    readonly mostDrop?: number;
    readonly cutShort?: boolean;
  };
}

async function reasonFor(seen: InferenceOutput, manifest: ModelManifest, options: OccludeOptions): Promise<Reason> {
  const map = seen.anomaly?.map;
  if (map !== undefined) return { heat: heatOf(map, manifest), facts: { method: 'map' } };
  const { heat, grid, looks, mostDrop, cutShort } = await occlude(options);
  return { heat, facts: { method: 'occlusion', grid, looks, mostDrop, cutShort } };
}

/** The pixel threshold is the middle of the scale; without one the scale is the picture's own. */
function heatOf(map: NonNullable<Anomaly['map']>, { output }: ModelManifest): HeatMap {
  const { pixelThreshold } = output.options ?? {};
  const own = pixelThreshold === undefined || pixelThreshold <= 0;
  const least = own ? map.values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) : 0;
  const most = own ? map.values.reduce((a, b) => Math.max(a, b), least) : 2 * pixelThreshold;
  return { ...map, values: map.values.map((value) => (most > least ? (value - least) / (most - least) : 0)) };
}

async function save(
  path: string,
  drawing: { readonly pixels: Uint8Array; readonly size: PictureSize; readonly heat: HeatMap; readonly target: Target },
): Promise<void> {
  const { pixels, size, heat, target } = drawing;
  // Loaded here, so that no other verb waits for the picture library.
  const { drawHeat } = await import('../../vision/index.ts');
  const text = `${target.told} ${target.score.toFixed(2)}`;
  const overlays = target.object === undefined ? [] : [{ box: target.object.box, text, colour: 'plain' as const }];
  await writeFileAtomic(path, await drawHeat({ pixels, size, heat, overlays }), { mode: 0o644 });
}

/** Middle of the hottest cell, in pixels of the picture. */
function hottest({ width, height, values }: HeatMap, size: PictureSize): readonly [x: number, y: number] {
  const at = values.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0);
  const x = (((at % width) + 0.5) * size.width) / width;
  return [Math.round(x), Math.round(((Math.floor(at / width) + 0.5) * size.height) / height)];
}

function textOf({ label, score, image, belowThreshold }: Told, { facts }: Reason, out: string): string {
  const low = belowThreshold ? ', too low a score to count,' : '';
  const what = `${label} ${score.toFixed(2)}${low} on ${image}: ${out}`;
  if (facts.method === 'map') return `${what}, by the model's own map`;
  const short = facts.cutShort === true ? '; the time ran out before every part was covered' : '';
  const drop = (facts.mostDrop ?? 0).toFixed(2);
  return `${what}, by ${facts.looks ?? 0} looks with a part covered (grid ${facts.grid ?? 0}); the most that one took is ${drop}${short}`;
}
