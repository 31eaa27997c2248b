import type { FieldVerdict, Verdict } from '../../codes/index.ts';
import type { Details, IncidentState, Subject } from '../incidents/index.ts';

/** One field that is wrong, unreadable or missing on pack after pack: a run of them is one incident. */
export class FieldFault implements Subject {
  readonly incident: IncidentState;
  readonly field: string;
  /** It was reported; where the incident is not open any more, this fault is over. */
  wasOpen = false;
  #packs = 0;
  #inARow = 0;
  #most = 0;
  #clear = 0;
  #latest: { readonly vote: FieldVerdict; readonly track: number; readonly reasons: ReadonlySet<string> } | undefined;
  #worst: Verdict = 'unreadable';

  constructor(incident: IncidentState, field: string) {
    this.incident = incident;
    this.field = field;
  }

  /** Packs with the fault one after the other, up to now. */
  get inARow(): number {
    return this.#inARow;
  }

  /** Packs without the fault one after the other, up to now. */
  get clear(): number {
    return this.#clear;
  }

  bad(vote: FieldVerdict, track: number, reasons: ReadonlySet<string>): void {
    this.#packs += 1;
    this.#inARow += 1;
    this.#clear = 0;
    this.#most = Math.max(this.#most, this.#inARow);
    // A pack that cannot be read does not take back what was read on others.
    const isWorse = ORDER.indexOf(vote.verdict) <= ORDER.indexOf(this.#worst) || this.#latest === undefined;
    if (!isWorse) return;
    this.#worst = vote.verdict;
    this.#latest = { vote, track, reasons };
  }

  good(): void {
    this.#inARow = 0;
    this.#clear += 1;
  }

  details(): Details {
    const { vote, track, reasons } = this.#latest ?? {};
    const corrections = vote?.corrections ?? [];
    return {
      verdict: this.#worst,
      field: this.field,
      expected: vote?.expected ?? '',
      ...(vote?.read === undefined ? {} : { read: vote.read }),
      ...(corrections.length === 0
        ? {}
        : { corrections: corrections.map(({ read, taken }) => `${read}→${taken}`).join(', ') }),
      packs: this.#packs,
      inARow: this.#most,
      ...(this.#worst !== 'unreadable' || reasons === undefined || reasons.size === 0
        ? {}
        : { unreadableBecause: [...reasons].join(', ') }),
      ...(track === undefined ? {} : { packTrack: track }),
    };
  }
}

const ORDER: readonly Verdict[] = ['wrong', 'missing', 'unreadable', 'good'];
