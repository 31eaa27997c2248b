import type { FromVision, Offered } from './messages.ts';

interface Account {
  readonly camera: string;
  readonly model: string;
  /** Frames known to have been offered, and those whose fate is known; both since the process started. */
  offered: number;
  told: number;
}

/** What is known of one life of the vision process: which frames it owes a fate, and which index comes next. */
export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #firstIndex: Readonly<Record<string, number>>;
  readonly #nextIndex = new Map<string, number>();

  constructor(firstIndex: Readonly<Record<string, number>>) {
    this.#firstIndex = firstIndex;
  }

  heartbeat(message: Extract<FromVision, { type: 'heartbeat' }>): void {
    for (const { camera, model, offered } of message.offered) this.#account(camera, model).offered = offered;
    for (const { camera, model, count } of message.skipped) this.#account(camera, model).told += count;
    for (const { camera, offered } of message.offered) this.#reach(camera, (this.#firstIndex[camera] ?? 0) + offered);
  }

  inspection({ frame, model }: Extract<FromVision, { type: 'inspection' }>['inspection']): void {
    this.#account(frame.camera, model).told += 1;
    this.#reach(frame.camera, frame.index + 1);
  }

  /** First index of the next life: above every index that was heard of. */
  nextIndex(camera: string): number {
    return this.#nextIndex.get(camera) ?? this.#firstIndex[camera] ?? 0;
  }

  /** `nextIndex` of every camera that was heard of or was given a first index. */
  nextIndices(): Readonly<Record<string, number>> {
    return { ...this.#firstIndex, ...Object.fromEntries(this.#nextIndex) };
  }

  /**
   * Frames that were offered and never got a fate. Of a recording every frame below the next index was offered to
   * every model, so that each has exactly one fate over all lives of the process.
   */
  lost(recordings: ReadonlySet<string>, lanes: readonly Omit<Offered, 'offered'>[]): Offered[] {
    return lanes.flatMap(({ camera, model }) => {
      const { offered, told } = this.#account(camera, model);
      const passed = this.nextIndex(camera) - (this.#firstIndex[camera] ?? 0);
      const owed = (recordings.has(camera) ? passed : offered) - told;
      return owed > 0 ? [{ camera, model, offered: owed }] : [];
    });
  }

  #reach(camera: string, index: number): void {
    this.#nextIndex.set(camera, Math.max(this.nextIndex(camera), index));
  }

  #account(camera: string, model: string): Account {
    const key = `${camera}\0${model}`;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = { camera, model, offered: 0, told: 0 };
      this.#accounts.set(key, account);
    }
    return account;
  }
}
