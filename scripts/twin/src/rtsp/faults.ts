/** What the server does wrong at the moment, on purpose: the ways in which cameras and networks break. */
export class Faults {
  readonly #now: () => number;
  readonly #dropAll: () => void;
  readonly #frozen = new Set<string>();
  #hung = false;
  #refuseUntil = -Infinity;
  readonly #truncations = new Set<string>();

  constructor(now: () => number, dropAll: () => void) {
    this.#now = now;
    this.#dropAll = dropAll;
  }

  /** Connections stay open and requests are answered, but no picture and no report is sent: of one stream, or of all. */
  freeze(path = ''): void {
    this.#frozen.add(path);
  }

  /** Connections stay open, new ones are accepted, and nothing at all is sent. */
  hang(): void {
    this.#hung = true;
  }

  /** Ends freeze and hang. Clients go on with the next key frame; what was asked while hung stays unanswered. */
  thaw(): void {
    this.#hung = false;
    this.#frozen.clear();
  }

  /** Closes all connections now; clients may come back at once. */
  drop(): void {
    this.#dropAll();
  }

  /** New connections are closed immediately for this time. */
  refuseFor(ms: number): void {
    this.#refuseUntil = this.#now() + ms;
  }

  /**
   * Sends half of a picture in the middle of a group, then closes that stream's connections: of the stream named, or of
   * the first that has such a picture.
   */
  truncate(path = ''): void {
    this.#truncations.add(path);
  }

  isFrozen(path: string): boolean {
    return this.#hung || this.#frozen.has('') || this.#frozen.has(path);
  }

  get isHung(): boolean {
    return this.#hung;
  }

  get isRefusing(): boolean {
    return this.#now() < this.#refuseUntil;
  }

  /** True once per truncate(): the caller is about to do it. */
  takeTruncation(path: string): boolean {
    return this.#truncations.delete('') || this.#truncations.delete(path);
  }
}
