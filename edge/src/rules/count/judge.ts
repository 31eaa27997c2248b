import type { FrameRef, RuleOutput, Tally, Track } from '../../domain/index.ts';
import { type Crossing, CrossingLine, lineBox, MomentSubject } from '../crossing/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { IncidentTracker } from '../incidents/index.ts';
import { TallyCounts } from '../tally-counts.ts';
import type { CountOptions } from './options.ts';

/** For so long after a product crossed backward, products are said to move backward. */
const BACKWARD_MS = 2000;

/** Counts what crosses the line. The event is about the line: products move backward. */
export class CountJudge implements Judge {
  readonly incidents: IncidentTracker<MomentSubject>;
  readonly #options: CountOptions;
  readonly #lines = new Map<string, CrossingLine>();
  readonly #maxGapMs: number;
  readonly #tallies = new TallyCounts();
  #forward = 0;
  #backward = 0;
  #latest: { readonly label: string; readonly atMs: number } | undefined;
  #latestMs: number | undefined;

  constructor({ options, facts }: JudgeSetup<CountOptions>) {
    this.#options = options;
    this.#maxGapMs = facts.timing.maxGapMs;
    this.incidents = new IncidentTracker(facts);
  }

  judge(frame: FrameRef, tracks: readonly Track[]): RuleOutput[] {
    const { atMs } = frame;
    if (this.#latestMs !== undefined && (atMs < this.#latestMs || atMs - this.#latestMs > this.#maxGapMs)) {
      for (const line of this.#lines.values()) line.clear();
    }
    this.#latestMs = atMs;
    for (const label of this.#options.labels) {
      const seen = tracks.filter((track) => track.label === label);
      for (const crossing of this.#lineOf(label).see(atMs, seen, frame)) this.#add(label, crossing, atMs);
    }
    return this.#observe(frame);
  }

  /** What was counted since the last call. */
  tallies(): readonly Tally[] {
    return this.#tallies.take();
  }

  #lineOf(label: string): CrossingLine {
    const line = this.#lines.get(label) ?? new CrossingLine(this.#options.line);
    this.#lines.set(label, line);
    return line;
  }

  #add(label: string, { direction }: Crossing, atMs: number): void {
    const isForward = direction === 'forward';
    this.#tallies.add(isForward ? 'forward' : 'backward', label, 1);
    if (isForward) this.#forward += 1;
    else {
      this.#backward += 1;
      this.#latest = { label, atMs };
    }
    const net = isForward ? 1 : this.#options.reversal === 'subtract' ? -1 : 0;
    if (net === 0) return;
    this.#tallies.add('counted', label, net);
    const { countsAs } = this.#options;
    if (countsAs !== 'other') this.#tallies.add(countsAs, label, net);
  }

  #observe(frame: FrameRef): RuleOutput[] {
    const [known] = this.incidents.subjects;
    const latest = this.#latest;
    const isBackward = latest !== undefined && frame.atMs >= latest.atMs && frame.atMs - latest.atMs <= BACKWARD_MS;
    if (known === undefined && !isBackward) return [];
    const subject = known ?? this.incidents.add(this.#newSubject());
    if (!isBackward) return this.incidents.observe(subject, frame.atMs, { condition: false, reason: 'cleared' });
    const sighting = { label: latest.label, box: lineBox(this.#options.line, frame) };
    return this.incidents.observe(subject, frame.atMs, { condition: true, sighting });
  }

  #newSubject(): MomentSubject {
    return new MomentSubject(this.incidents.newIncident(), () => ({
      forward: this.#forward,
      backward: this.#backward,
      count: this.#options.reversal === 'subtract' ? this.#forward - this.#backward : this.#forward,
    }));
  }
}
