/** What is known of a garment on a person. */
export type WearState = 'present' | 'absent' | 'not_visible';

/** Each frame's vote keeps this fraction of its weight at the next one: about five frames decide. */
const KEPT = 0.8;
/** Votes that must be there before anything is known: those of three frames. */
const LEAST_WEIGHT = 2.4;
/** Fraction of the votes from which on a garment is absent, and up to which it is present. */
const ABSENT_FROM = 0.6;
const PRESENT_UP_TO = 0.4;

/** The latest votes that are remembered; older ones no longer weigh enough to decide. */
const REMEMBERED = 8;

/** What one frame showed of a garment; `counts` where its absence there would be a violation. */
export interface Vote {
  readonly atMs: number;
  readonly isWorn: boolean;
  readonly counts: boolean;
}

/** What the frames so far show of one garment on one person: votes with hysteresis, so that no single frame decides. */
export class Wear {
  #absent = 0;
  #votes = 0;
  #state: WearState = 'not_visible';
  #recent: readonly Vote[] = [];

  get state(): WearState {
    return this.#state;
  }

  /** Takes in what one frame shows. A frame in which the garment cannot be judged is no vote. */
  vote(vote: Vote): void {
    const { isWorn } = vote;
    this.#recent = [...this.#recent, vote].slice(-REMEMBERED);
    this.#absent = KEPT * this.#absent + (isWorn ? 0 : 1);
    this.#votes = KEPT * this.#votes + 1;
    if (this.#votes < LEAST_WEIGHT) return;
    const fraction = this.#absent / this.#votes;
    if (fraction >= ABSENT_FROM) this.#state = 'absent';
    else if (fraction <= PRESENT_UP_TO) this.#state = 'present';
  }

  /** The latest votes, from the first by which the garment is absent: it was so before enough votes said it. */
  absentSince(): readonly Vote[] {
    const from = this.#recent.findLastIndex(({ counts }) => !counts) + 1;
    const votes = this.#recent.slice(from);
    const first = votes.findIndex(({ isWorn }, n) => !isWorn && absentFraction(votes.slice(n)) >= ABSENT_FROM);
    return first < 0 ? [] : votes.slice(first);
  }
}

function absentFraction(votes: readonly Vote[]): number {
  return votes.filter(({ isWorn }) => !isWorn).length / votes.length;
}
