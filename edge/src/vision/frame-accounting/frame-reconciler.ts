import type { FromVision, Offered } from '../messages.ts';

interface PairAccount {
  readonly camera: string;
  readonly model: string;
  /** Frames known to have been offered, and frames with a known outcome; both since the process started. */
  offered: number;
  settled: number;
}

/**
 * In the main process: which frames of one vision process have an outcome, which were lost with it, and which index
 * comes next.
 */
export class FrameReconciler {
  readonly #accounts = new Map<string, PairAccount>();
  readonly #firstIndex: Readonly<Record<string, number>>;
  readonly #nextIndex = new Map<string, number>();

  constructor(firstIndex: Readonly<Record<string, number>>) {
    this.#firstIndex = firstIndex;
  }

  heartbeat(message: Extract<FromVision, { type: 'heartbeat' }>): void {
    for (const { camera, model, offered } of message.offered) this.#account(camera, model).offered = offered;
    for (const { camera, model, count } of message.skipped) this.#account(camera, model).settled += count;
    for (const { camera, offered } of message.offered) this.#reach(camera, (this.#firstIndex[camera] ?? 0) + offered);
  }

  inspection({ frame, model }: Extract<FromVision, { type: 'inspection' }>['inspection']): void {
    this.#account(frame.camera, model).settled += 1;
    this.#reach(frame.camera, frame.index + 1);
  }

  /** First index for the next process: above every index that was reported. */
  nextIndex(camera: string): number {
    return this.#nextIndex.get(camera) ?? this.#firstIndex[camera] ?? 0;
  }

  /** `nextIndex` of every camera that was reported or was given a first index. */
  nextIndices(): Readonly<Record<string, number>> {
    return { ...this.#firstIndex, ...Object.fromEntries(this.#nextIndex) };
  }

  /**
   * Frames that were offered and have no outcome. Of a recording every frame below the next index was offered to every
   * model, so that each has exactly one outcome over all runs of the process.
   */
  lost(recordings: ReadonlySet<string>, lanes: readonly Omit<Offered, 'offered'>[]): Offered[] {
    return lanes.flatMap(({ camera, model }) => {
      const { offered, settled } = this.#account(camera, model);
      const passed = this.nextIndex(camera) - (this.#firstIndex[camera] ?? 0);
      const missing = (recordings.has(camera) ? passed : offered) - settled;
      return missing > 0 ? [{ camera, model, offered: missing }] : [];
    });
  }

  #reach(camera: string, index: number): void {
    this.#nextIndex.set(camera, Math.max(this.nextIndex(camera), index));
  }

  #account(camera: string, model: string): PairAccount {
    const key = `${camera}\0${model}`;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = { camera, model, offered: 0, settled: 0 };
      this.#accounts.set(key, account);
    }
    return account;
  }
}
