import type { PictureProblem } from '../domain/index.ts';
import type { PictureFigures } from './picture-figures.ts';

/** A problem is reported when it has lasted for so long, and taken back when it has been absent for so long. */
const LASTS_MS = 20_000;
const ABSENT_MS = 5_000;
/** Every camera has noise, and a new key frame within seconds: what is equal to the last bit for longer is no live picture. */
const FROZEN_MS = 30_000;
/** A picture is as sharp as its scene has edges, so it is compared with the same camera's pictures of the last hour. */
const USUAL_MS = 3_600_000;
/** Time of clear pictures from which the usual sharpness is known. */
const LEARN_MS = 60_000;
const BLURRED_FRACTION = 0.4;
/** An even surface just before the lens: hardly any difference anywhere. */
const COVERED_CONTRAST = 5;
const COVERED_SHARPNESS = 1.5;
const DARK_FRACTION = 0.95;
const BRIGHT_FRACTION = 0.6;

interface Spell {
  /** Since when it is there, or absent, without a break. */
  sinceMs: number;
  present: boolean;
  reported: boolean;
}

/**
 * Judges whether a camera still shows what it is there for: frozen, dark, overexposed, covered, blurred. Pure: time and
 * figures are given to it. Two problems that follow from one cause are reported as the cause: a dark picture is not also
 * covered.
 */
export class PictureHealth {
  readonly #spells = new Map<PictureProblem, Spell>();
  #usualSharpness = 0;
  #learnedMs = 0;
  #lastMs: number | undefined;
  #print: number | undefined;
  #printSinceMs = 0;

  /** Takes the figures of one picture; gives what is wrong now. */
  judge(figures: PictureFigures, nowMs: number): readonly PictureProblem[] {
    const passedMs = Math.min(5_000, nowMs - (this.#lastMs ?? nowMs));
    this.#lastMs = nowMs;
    if (figures.print !== this.#print) {
      this.#print = figures.print;
      this.#printSinceMs = nowMs;
    }
    const dark = figures.dark >= DARK_FRACTION;
    const overexposed = figures.bright >= BRIGHT_FRACTION;
    const even = figures.contrast < COVERED_CONTRAST && figures.sharpness < COVERED_SHARPNESS;
    const covered = !dark && !overexposed && even;
    const clear = !dark && !overexposed && !covered;
    const blurred = clear && this.#isBlurred(figures.sharpness);
    if (clear && !blurred) this.#learn(figures.sharpness, passedMs);
    this.#step('frozen', nowMs - this.#printSinceMs >= FROZEN_MS, nowMs, 0);
    this.#step('dark', dark, nowMs);
    this.#step('overexposed', overexposed, nowMs);
    this.#step('covered', covered, nowMs);
    this.#step('blurred', blurred, nowMs);
    return [...this.#spells].flatMap(([problem, { reported }]) => (reported ? [problem] : []));
  }

  /** The stream begins anew: the same picture as before is no frozen one. */
  restart(): void {
    this.#print = undefined;
    this.#lastMs = undefined;
  }

  #isBlurred(sharpness: number): boolean {
    return this.#learnedMs >= LEARN_MS && sharpness < BLURRED_FRACTION * this.#usualSharpness;
  }

  #learn(sharpness: number, passedMs: number): void {
    this.#learnedMs += passedMs;
    // At first the mean so far, later that of about an hour.
    const weight = Math.min(1, passedMs / Math.min(USUAL_MS, Math.max(1, this.#learnedMs)));
    this.#usualSharpness += (sharpness - this.#usualSharpness) * weight;
  }

  #step(problem: PictureProblem, present: boolean, nowMs: number, lastsMs = LASTS_MS): void {
    const spell = this.#spells.get(problem) ?? { sinceMs: nowMs, present: false, reported: false };
    this.#spells.set(problem, spell);
    if (present !== spell.present) {
      spell.present = present;
      spell.sinceMs = nowMs;
    }
    const forMs = nowMs - spell.sinceMs;
    if (present && forMs >= lastsMs) spell.reported = true;
    if (!present && forMs >= ABSENT_MS) spell.reported = false;
  }
}
