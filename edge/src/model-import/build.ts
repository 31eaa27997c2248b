import { join } from 'node:path';
import { type GoldenExpectation, type Manifest, findScoreDefect, verifyBundle } from '@lineside/models';
import type { FfmpegCapabilities } from '../camera/index.ts';
import type { Prediction } from '../predictor/index.ts';
import { type BundleParts, originalManifest, runningManifest, writeBundle } from './bundle.ts';
import { exchanged } from './inputs.ts';
import { letterboxed, type TrialFrame } from './images.ts';
import { findImplausible, plausibilityNotes } from './plausibility.ts';
import { type Preparation, PREPARED_FILE, prepareModel } from './prepared.ts';
import { refuse } from './refuse.ts';
import type { ImportRequest } from './request.ts';
import type { Analysis, AnalysisTools } from './analyse.ts';
import { agrees, predictionsFor, expectationOf, specOf } from './compare.ts';

/** Golden images beside the synthetic ones. */
const GOLDEN_MOST = 6;

export interface BuildTask {
  readonly dir: string;
  readonly request: ImportRequest;
  readonly analysis: Analysis;
  readonly tools: AnalysisTools;
  readonly capabilities: FfmpegCapabilities;
}

export interface Done {
  readonly manifest: Manifest;
  readonly preparation: Preparation;
  readonly pictures: number;
  /** Detections of the original on the golden images. */
  readonly found: number;
  readonly notes: readonly string[];
}

/** Checks the scores, prepares the graph, runs both graphs on the golden images, and writes the bundle. */
export async function build(task: BuildTask): Promise<Done> {
  const { dir, request, analysis, tools } = task;
  const frames = goldenFrames(analysis);
  const suspicion = judgeScores(analysis, request);
  const attempt = await prepareModel(analysis, request, tools);
  if (!attempt.prepared && analysis.inputs.image.channels === 1) {
    const advice = 'export it for images of three channels';
    throw refuse(request, 'input_unsupported', `takes grey images and cannot be prepared: ${attempt.reason}`, advice);
  }
  const first = await expectations(task, frames, { attempt, suspicion });
  const degraded = suspicion ?? first.unread ?? judgePredictions(analysis, first.golden, request);
  const parts = { request, analysis, degraded };
  const reason = await disagreement(task, first.golden, { ...parts, preparation: attempt });
  const preparation: Preparation = reason === undefined ? attempt : { prepared: false, reason };
  const golden = await asOnDevice(task, first.golden, { ...parts, preparation });
  const manifest = await writeBundle(dir, { ...parts, preparation, golden });
  await verifyBundle(dir);
  const found = golden.reduce((sum, { expectation }) => sum + expectation.detections.length, 0);
  const notes = [...analysis.notes, ...remarks(analysis, golden), ...plausibilityNotes(analysis.guess.task, golden)];
  return { manifest, preparation, pictures: analysis.runs.length, found, notes };
}

/** The first images, and always those that are generated. */
function goldenFrames({ frames }: Analysis): readonly TrialFrame[] {
  const isMade = ({ picture }: TrialFrame): boolean => picture.kind === 'made';
  return [...frames.filter((frame) => !isMade(frame)).slice(0, GOLDEN_MOST), ...frames.filter(isMade)];
}

/** Why the predictions are suspect; undefined where they are not. Throws unless the import is forced. */
function judgePredictions(
  { guess, convention }: Analysis,
  golden: readonly Golden[],
  request: ImportRequest,
): string | undefined {
  const usual = request.score ?? convention.thresholds.score;
  const implausible = findImplausible(guess.task, golden, { threshold: guess.options?.threshold, usual });
  if (implausible === undefined || request.force) return implausible?.message;
  throw refuse(request, 'scores_suspect', implausible.message, implausible.advice);
}

/** Notes for the user from the predictions on the golden images. */
function remarks({ guess }: Analysis, golden: readonly Golden[]): readonly string[] {
  const scores = golden.flatMap(({ answer }) => ('anomaly' in answer ? answer.anomaly.score : []));
  if (guess.task === 'anomaly' && guess.options?.threshold === undefined && scores.length > 0) {
    const [least, most] = [Math.min(...scores), Math.max(...scores)].map((score) => score.toPrecision(3));
    return [
      `no threshold is set: scores on the images run from ${least} to ${most}; set one with --output-options '{"threshold": ...}'`,
    ];
  }
  const given = golden.filter(({ picture }) => picture.kind === 'given');
  const blind = given.length > 0 && given.every(({ expectation }) => expectation.detections.length === 0);
  return blind ? ['nothing was detected in the given images: check --family, --mean, --std, --color and --score'] : [];
}

/** Why the scores are suspect; undefined where they are not. Throws unless the import is forced. */
function judgeScores({ guess, labels, runs }: Analysis, request: ImportRequest): string | undefined {
  const suspicion = findScoreDefect({ ...guess, classes: guess.classes ?? labels.length }, runs);
  if (suspicion === undefined || request.force) return suspicion?.message;
  const advice =
    'export it again (a quantisation that went wrong leaves such scores), check --family and --mean, try it with --golden images that show what it is for, or import it as degraded with --force';
  throw refuse(request, 'scores_suspect', suspicion.message, advice);
}

interface Golden {
  readonly frame: TrialFrame;
  readonly picture: TrialFrame['picture'];
  readonly expectation: GoldenExpectation;
  readonly answer: Prediction;
}

interface Expectations {
  readonly golden: readonly Golden[];
  /** Why some images have no prediction. */
  readonly unread: string | undefined;
}

/** Predictions of the original on each image. */
async function expectations(
  { request, analysis, tools }: BuildTask,
  frames: readonly TrialFrame[],
  { attempt, suspicion }: { readonly attempt: Preparation; readonly suspicion: string | undefined },
): Promise<Expectations> {
  const parts = { request, analysis, preparation: attempt, degraded: suspicion };
  // A manifest cannot describe grey input, so only the prepared graph can be run.
  const grey = analysis.inputs.image.channels === 1;
  const spec = grey
    ? specOf(runningManifest(parts), join(tools.scratch, PREPARED_FILE))
    : specOf(originalManifest(parts), analysis.whole.path);
  const golden = read(frames, await predictionsFor(spec, frames, tools.signal));
  if (golden.length === frames.length) return { golden, unread: undefined };
  const lost = frames.length - golden.length;
  const unread = `its outputs cannot be decoded as ${analysis.guess.family} on ${lost} of ${frames.length} images`;
  if (request.force) return { golden, unread };
  const advice = 'name another --family, --output-options or --labels; lineside model inspect lists what fits';
  throw refuse(request, 'scores_suspect', unread, advice);
}

function read(frames: readonly TrialFrame[], answers: readonly Prediction[]): readonly Golden[] {
  return frames.flatMap((frame, i) => {
    const answer = answers[i];
    if (answer === undefined || answer.status === 'no_result') return [];
    return [{ frame, picture: frame.picture, expectation: expectationOf(answer), answer }];
  });
}

type Parts = Omit<BundleParts, 'golden'>;

/** Why the prepared graph is not the same model; undefined where its detections are those of the original. */
async function disagreement(
  { tools }: BuildTask,
  golden: readonly Golden[],
  parts: Parts,
): Promise<string | undefined> {
  if (!parts.preparation.prepared) return undefined;
  const manifest = runningManifest(parts);
  const spec = specOf(manifest, join(tools.scratch, PREPARED_FILE));
  const frames = golden.map(({ frame }) => frame);
  const answers = await predictionsFor(spec, frames, tools.signal);
  const other = golden.find(({ expectation }, i) => {
    const answer = answers[i];
    return answer === undefined || !agrees(expectation, answer, manifest.thresholds.score);
  });
  return other === undefined
    ? undefined
    : `the prepared graph has other detections than the original on ${other.picture.path}`;
}

/**
 * Expectations with pixels as the device will produce them. FFmpeg rounds differently when it converts to BGR than to RGB,
 * so a model that keeps its BGR order is run once more on pixels that were converted that way.
 */
async function asOnDevice(
  { capabilities, analysis, tools }: BuildTask,
  golden: readonly Golden[],
  parts: Parts,
): Promise<readonly Golden[]> {
  const { width, height, color, letterbox } = runningManifest(parts).input;
  if (color === 'rgb') return golden;
  const pictures = golden.map(({ picture }) => picture);
  const format = { width, height, color, ...letterbox };
  const native = await letterboxed(pictures, format, { capabilities, signal: tools.signal });
  const frames = native.map((frame) => ({ ...frame, pixels: exchanged(frame.pixels) }));
  return read(frames, await predictionsFor(specOf(originalManifest(parts), analysis.whole.path), frames, tools.signal));
}
