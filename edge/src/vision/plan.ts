import { type FrameFormat, type OutputFormat, type WholeFormat } from '../camera/index.ts';
import type { Region } from '../domain/index.ts';
import type { ModelManifest, ModelSpec } from '../inference/index.ts';

/** One camera as the vision process runs it. */
export interface CameraPlan {
  readonly id: string;
  /** May carry credentials. */
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  /** Most frames a second to be inspected. */
  readonly fps: number;
  /** The models that look at it, each once: by id, or with how they look. */
  readonly models: readonly (string | ModelUse)[];
  /** Models meant to look at a live camera that cannot be had: each frame that is due for one counts as failed. */
  readonly absent?: readonly Pick<ModelUse, 'model' | 'fps'>[];
  /** `live`: newest frame wins. `recording`: every frame is inspected, on the recording's own clock. */
  readonly mode: 'live' | 'recording';
  /** A live file starts again at its end. */
  readonly loop?: boolean | undefined;
}

/** How one model looks at one camera. */
export interface ModelUse {
  readonly model: string;
  /** Looks at most so often, frames per second; at every frame when left out. */
  readonly fps?: number | undefined;
  /** Looks at this part only. */
  readonly region?: Region | undefined;
  /** Looks at squares of so many source pixels, one after the other, instead of at everything at once. */
  readonly tiles?: TilePlan | undefined;
  /** Looks at what another model of this camera found, instead of at the picture. */
  readonly after?: StagePlan | undefined;
}

export interface TilePlan {
  /** Width in pixels of the source; the height follows the model's input. */
  readonly size: number;
  /** Least share of a tile that its neighbour sees too, 0 to 0.9: at least as wide as the largest small defect. */
  readonly overlap: number;
}

export interface StagePlan {
  /** Model of the first stage. */
  readonly model: string;
  /** Labels that are looked at; all when left out. */
  readonly labels?: readonly string[] | undefined;
  /** Finds below are not looked at, 0 to 1. */
  readonly score?: number | undefined;
  /** The cut is larger than the find by this share of its sides, on each side. */
  readonly margin: number;
  /** Finds looked at per frame, best first; a result that leaves some out is `degraded`. */
  readonly most: number;
}

/** All that the vision process is to do. */
export interface VisionPlan {
  readonly cameras: readonly CameraPlan[];
  readonly models: readonly ModelSpec[];
}

export function useOf(entry: string | ModelUse): ModelUse {
  return typeof entry === 'string' ? { model: entry } : entry;
}

/** The picture that a model wants of FFmpeg: letterboxed for it, or whole, to be cut into tiles or finds. */
export function formatOf(manifest: ModelManifest, use: ModelUse): OutputFormat {
  const { region } = use;
  if (use.after !== undefined) return { color: manifest.input.color, scale: 1 };
  if (use.tiles === undefined) return { ...inputFormat(manifest), ...(region === undefined ? {} : { region }) };
  const whole: WholeFormat = { color: manifest.input.color, scale: manifest.input.width / use.tiles.size };
  return { ...whole, ...(region === undefined ? {} : { region }) };
}

function inputFormat(manifest: ModelManifest): FrameFormat {
  const { width, height, color, letterbox } = manifest.input;
  return { width, height, color, anchor: letterbox.anchor, fill: letterbox.fill };
}
