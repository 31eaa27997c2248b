import { type DecoderWish, formatKey, type FrameFormat, type OutputFormat, type WholeFormat } from '../camera/index.ts';
import {
  type HealthLimits,
  type LeastScores,
  type PictureSize,
  type Region,
  regionRect,
  type Zone,
} from '../domain/index.ts';
import type { ModelManifest, ModelSpec } from '../inference/index.ts';
import type { PrivacyPlan } from '../privacy/index.ts';
import type { MotionLimits } from './motion-gate.ts';
import { tileGrid } from './tiles.ts';

/** One camera as the vision process runs it. */
export interface CameraPlan {
  readonly id: string;
  /** May contain credentials. */
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  /** What decodes its stream: the best that works when left out. */
  readonly decoder?: DecoderWish | undefined;
  /** Key frames alone are decoded. */
  readonly keyFramesOnly?: boolean | undefined;
  /** Pictures for evidence are at most this wide; 1920 when left out. */
  readonly pictureWidth?: number | undefined;
  /** Maximum frames per second that are inspected. */
  readonly fps: number;
  /** From the moment at which a picture is taken until its frame is here; 0 when left out. */
  readonly delayMs?: number | undefined;
  /** The models that inspect it, each once: by id, or with details. */
  readonly models: readonly (string | ModelAssignment)[];
  /** Models of a live camera that are not available: each frame that is due for one counts as failed. */
  readonly absent?: readonly Pick<ModelAssignment, 'model' | 'fps'>[];
  /** `live`: newest frame wins. `recording`: every frame is inspected, on the recording's own clock. */
  readonly mode: 'live' | 'recording';
  /** A live file starts again at its end. */
  readonly loop?: boolean | undefined;
  /** Regions of the products of these models are read on request, so that frames are kept at the source's own size. */
  readonly reads?: { readonly models: readonly string[] } | undefined;
  /** Memory for the newest video, from which clips of events are made; none is kept when left out. */
  readonly ringBytes?: number | undefined;
  /** What is covered in every picture and clip of this camera. */
  readonly privacy?: PrivacyPlan | undefined;
  /** From where on something is a problem of the camera; the defaults when left out. */
  readonly health?: HealthLimits | undefined;
  /** Frames that show nothing new are not inspected; all are when left out. */
  readonly motion?: MotionPlan | undefined;
}

/** Which frames of a camera show something new. */
export interface MotionPlan extends MotionLimits {
  /** Only changes in these zones count; in the complete frame when there are none. */
  readonly zones: readonly Zone[];
}

/** How one camera uses one model. */
export interface ModelAssignment {
  readonly model: string;
  /** Maximum frames per second; every frame when left out. */
  readonly fps?: number | undefined;
  /** Inspects this region only. */
  readonly region?: Region | undefined;
  /** Inspects tiles, one after the other, instead of the frame or region at once. */
  readonly tiles?: TilePlan | undefined;
  /** Inspects crops of another model's detections instead of the frame. */
  readonly secondStage?: StagePlan | undefined;
}

export interface TilePlan {
  /** Width in pixels of the source; the height follows the model's input. */
  readonly size: number;
  /** Least fraction of a tile that the next tile covers too, 0 to 0.9: at least as wide as the largest small defect. */
  readonly overlap: number;
}

export interface StagePlan {
  /** Model of the first stage. */
  readonly source: string;
  /** Labels that are inspected; all when left out. */
  readonly labels?: readonly string[] | undefined;
  /** Detections with a lower score are not inspected, 0 to 1. */
  readonly leastScores?: LeastScores | undefined;
  /** The crop is larger than the detection by this fraction of its sides, on each side. */
  readonly padding: number;
  /** Detections inspected per frame, best first; a result that leaves some out is `degraded`. */
  readonly maxDetections: number;
  /** Its classes correct the labels of the detections that it inspects, before anything else receives them. */
  readonly refines?: boolean | undefined;
}

/** Everything that the vision process runs. */
export interface VisionPlan {
  readonly cameras: readonly CameraPlan[];
  readonly models: readonly ModelSpec[];
}

export function assignmentOf(entry: string | ModelAssignment): ModelAssignment {
  return typeof entry === 'string' ? { model: entry } : entry;
}

/** The picture that a model wants of FFmpeg: letterboxed for it, or whole, to be cut into tiles or detections. */
export function formatOf(manifest: ModelManifest, use: ModelAssignment): OutputFormat {
  const { region } = use;
  if (use.secondStage !== undefined) return { color: manifest.input.color, scale: 1 };
  if (use.tiles === undefined) return { ...inputFormat(manifest), ...(region === undefined ? {} : { region }) };
  const whole: WholeFormat = { color: manifest.input.color, scale: manifest.input.width / use.tiles.size };
  return { ...whole, ...(region === undefined ? {} : { region }) };
}

/** What FFmpeg has to make of each frame for these models; models with the same format share one output. */
export function formatsOf(
  uses: readonly ModelAssignment[],
  manifests: ReadonlyMap<string, ModelManifest>,
): readonly OutputFormat[] {
  const formats = uses.flatMap((use) => {
    const manifest = manifests.get(use.model);
    return manifest === undefined ? [] : [formatOf(manifest, use)];
  });
  return [...new Map(formats.map((format) => [formatKey(format), format])).values()];
}

/** How many inferences a model needs for one frame of a camera: one for each tile. */
export function tilesOf({ tiles, region }: ModelAssignment, { input }: ModelManifest, source: PictureSize): number {
  if (tiles === undefined) return 1;
  const picture = region === undefined ? source : regionRect(region, source);
  const tile = { width: tiles.size, height: Math.round((tiles.size * input.height) / input.width) };
  return tileGrid(picture, tile, tiles.overlap).length;
}

function inputFormat(manifest: ModelManifest): FrameFormat {
  const { width, height, color, letterbox } = manifest.input;
  return { width, height, color, anchor: letterbox.anchor, fill: letterbox.fill };
}
