import { BLIND_REASONS, type Language } from '@lineside/protocol/vocabulary';
import type { CameraView, Inspecting } from '../../status/index.ts';

/** What the service says of a camera, as far as it counts here. */
export type StartingCamera = Pick<CameraView, 'id' | 'inspecting' | 'state' | 'lastFrameAgeMs'> & {
  readonly error?: { readonly code: string };
};

export interface CameraStartsOptions {
  readonly cameras: readonly string[];
  readonly language: Language;
  /** Words for what a camera is. */
  readonly states: Readonly<Record<Inspecting, string>>;
  /** Said of a camera as long as the service says nothing. */
  readonly unheard: string;
  /** From when on the cameras start, monotonic ms. */
  readonly startedMs: number;
  /** How long the cameras may take to start, ms. */
  readonly startMs: number;
  /** How long each camera is then looked at, ms. */
  readonly waitMs: number;
}

/** How often it is said again what a camera waits for. */
const REPEAT_MS = 15_000;

/** Follows cameras while they start. The time for an event begins with the first result: before it nothing could be seen. */
export class CameraStarts {
  readonly #options: CameraStartsOptions;
  readonly #firstMs = new Map<string, number>();
  readonly #latest = new Map<string, string>();
  #said = '';
  #saidMs: number;

  constructor(options: CameraStartsOptions) {
    this.#options = options;
    this.#saidMs = options.startedMs;
    for (const id of options.cameras) this.#latest.set(id, options.unheard);
  }

  /** When it makes no sense to wait any longer, monotonic ms. */
  get deadlineMs(): number {
    const { startedMs, startMs, waitMs } = this.#options;
    if (this.#firstMs.size === 0) return startedMs + startMs;
    return Math.max(...this.#firstMs.values()) + waitMs;
  }

  /** Cameras without any result so far, and what each of them waits for. */
  get notSeeing(): readonly { readonly camera: string; readonly why: string }[] {
    return [...this.#latest].flatMap(([camera, why]) => (this.#firstMs.has(camera) ? [] : [{ camera, why }]));
  }

  /** Whether any camera has had a result. */
  get anySaw(): boolean {
    return this.#firstMs.size > 0;
  }

  /** Takes what the service says, undefined where it says nothing; a line for people where there is something new, or after a while. */
  follow(cameras: readonly StartingCamera[] | undefined, nowMs: number): string | undefined {
    for (const camera of cameras ?? []) {
      const { id, inspecting } = camera;
      if (!this.#latest.has(id)) continue;
      const sees = inspecting === 'inspecting' || inspecting === 'degraded';
      if (sees && !this.#firstMs.has(id)) this.#firstMs.set(id, nowMs);
      this.#latest.set(id, this.#textOf(camera, sees));
    }
    const text = [...this.#latest].map(([id, what]) => `${id}: ${what}`).join('; ');
    const waits = this.notSeeing.length > 0 && nowMs - this.#saidMs >= REPEAT_MS;
    if (text === this.#said && !waits) return undefined;
    this.#said = text;
    this.#saidMs = nowMs;
    return `${text} (${Math.round((nowMs - this.#options.startedMs) / 1000)} s)`;
  }

  #textOf(camera: StartingCamera, sees: boolean): string {
    const { states, language } = this.#options;
    const state = states[camera.inspecting];
    const words: Readonly<Record<string, Readonly<Record<Language, string>>>> = BLIND_REASONS;
    const reason = sees ? undefined : words[reasonOf(camera)]?.[language];
    return reason === undefined ? state : `${state}, ${reason}`;
  }
}

/** Of BLIND_REASONS. */
function reasonOf({ state, error, lastFrameAgeMs }: StartingCamera): string {
  if (error !== undefined) return `camera_${error.code}`;
  if (state === 'connecting') return 'camera_connecting';
  if (state === 'stopped') return 'camera_stopped';
  return lastFrameAgeMs === undefined ? 'no_frames' : 'no_results';
}
