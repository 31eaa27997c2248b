import type { WantedRelease } from '../updates/index.ts';

/** What is still wanted by the newest desired document, and neither in force, going on nor tried. */
export type StillOpen = () => Promise<readonly { readonly target: string }[]>;

/** Releases that wait for their turn, which one after the other has. */
export class ReleaseQueue {
  readonly #changed: () => void;
  #waiting: WantedRelease[] = [];
  #turn: WantedRelease | undefined;

  /** `changed` is called when others wait than before, but for one whose turn begins. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get targets(): readonly string[] {
    return this.#waiting.map(({ target }) => target);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Left out where it is waiting already, or has its turn. */
  add(wanted: WantedRelease): void {
    if ([...this.#waiting, this.#turn].some((one) => isSame(one, wanted))) return;
    this.#waiting.push(wanted);
    this.#changed();
  }

  /**
   * Begins the turn of the next one; undefined where there is none. One that a desired document named (it has a revision) may have
   * been found open before its turn was over, and queued after: it is left out unless it is still open.
   */
  async next(stillOpen: StillOpen): Promise<WantedRelease | undefined> {
    this.#turn = undefined;
    for (;;) {
      this.#turn = this.#waiting.shift();
      if (this.#turn?.revision === undefined) return this.#turn;
      const { target } = this.#turn;
      if ((await stillOpen()).some((one) => one.target === target)) return this.#turn;
      this.#changed();
    }
  }

  /** Gives up what a desired document had named and the newest one does not. */
  keep(targets: readonly string[]): void {
    this.#waiting = this.#waiting.filter(({ target, revision }) => revision === undefined || targets.includes(target));
  }
}

function isSame(a: WantedRelease | undefined, b: WantedRelease): boolean {
  return a?.target === b.target && a.origin.kind === b.origin.kind;
}
