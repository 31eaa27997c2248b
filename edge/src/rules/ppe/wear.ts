/** What is known of a garment on a person. */
export type WearState = 'present' | 'absent' | 'not_visible';

/** Each frame's vote keeps this fraction of its weight at the next one: about five frames decide. */
const KEPT = 0.8;
/** Votes that must be there before anything is known: those of three frames. */
const LEAST_WEIGHT = 2.4;
/** Fraction of the votes from which on a garment is absent, and up to which it is present. */
const ABSENT_FROM = 0.6;
const PRESENT_UP_TO = 0.4;

/** What the frames so far show of one garment on one person: votes with hysteresis, so that no single frame decides. */
export class Wear {
  #absent = 0;
  #votes = 0;
  #state: WearState = 'not_visible';

  get state(): WearState {
    return this.#state;
  }

  /** Takes in what one frame shows. A frame in which the garment cannot be judged is no vote. */
  vote(isWorn: boolean): void {
    this.#absent = KEPT * this.#absent + (isWorn ? 0 : 1);
    this.#votes = KEPT * this.#votes + 1;
    if (this.#votes < LEAST_WEIGHT) return;
    const fraction = this.#absent / this.#votes;
    if (fraction >= ABSENT_FROM) this.#state = 'absent';
    else if (fraction <= PRESENT_UP_TO) this.#state = 'present';
  }
}
