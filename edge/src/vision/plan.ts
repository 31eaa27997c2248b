import type { FrameFormat } from '../camera/index.ts';
import type { ModelManifest, ModelSpec } from '../inference/index.ts';

/** One camera as the vision process runs it. */
export interface CameraPlan {
  readonly id: string;
  /** May carry credentials. */
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  /** Most frames a second to be inspected. */
  readonly fps: number;
  /** Ids of the models that look at it. */
  readonly models: readonly string[];
  /** `live`: newest frame wins. `recording`: every frame is inspected, on the recording's own clock. */
  readonly mode: 'live' | 'recording';
  /** A live file starts again at its end. */
  readonly loop?: boolean | undefined;
}

/** All that the vision process is to do. */
export interface VisionPlan {
  readonly cameras: readonly CameraPlan[];
  readonly models: readonly ModelSpec[];
}

/** The picture that a model wants of FFmpeg. */
export function formatOf(manifest: ModelManifest): FrameFormat {
  const { width, height, color, letterbox } = manifest.input;
  return { width, height, color, anchor: letterbox.anchor, fill: letterbox.fill };
}
