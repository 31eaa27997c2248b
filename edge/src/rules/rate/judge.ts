import type { FrameRef, RuleOutput, Track } from '../../domain/index.ts';
import { CrossingLine, lineBox, MomentSubject } from '../crossing/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { IncidentTracker } from '../incidents/index.ts';
import type { RateOptions } from './options.ts';
import { RateWindow } from './rate-window.ts';

interface Limit {
  readonly condition: 'below' | 'above';
  readonly limit: number;
  readonly isBroken: (perMinute: number) => boolean;
  subject?: MomentSubject;
}

/** One incident per limit: the rate is below the least, or above the greatest. */
export class RateJudge implements Judge {
  readonly incidents: IncidentTracker<MomentSubject>;
  readonly #options: RateOptions;
  readonly #line: CrossingLine;
  readonly #window: RateWindow;
  readonly #limits: readonly Limit[];

  constructor({ options, facts }: JudgeSetup<RateOptions>) {
    const { line, window, minRate, maxRate } = options;
    this.#options = options;
    this.#line = new CrossingLine(line);
    this.#window = new RateWindow(window.ms, facts.timing.maxGapMs);
    this.incidents = new IncidentTracker(facts);
    this.#limits = [
      ...(minRate === undefined
        ? []
        : [{ condition: 'below' as const, limit: minRate, isBroken: (rate: number) => rate < minRate }]),
      ...(maxRate === undefined
        ? []
        : [{ condition: 'above' as const, limit: maxRate, isBroken: (rate: number) => rate > maxRate }]),
    ];
  }

  judge(frame: FrameRef, tracks: readonly Track[]): RuleOutput[] {
    const products = tracks.filter(({ label }) => this.#options.labels.includes(label));
    const passed = this.#line.see(frame.atMs, products, frame).length;
    this.#window.add(frame.atMs, passed);
    const { perMinute } = this.#window;
    if (perMinute === undefined) return this.#unknown(frame.atMs);
    return this.#limits.flatMap((limit) => this.#judgeLimit(limit, perMinute, frame));
  }

  /** Too little of the window was inspected: neither for nor against. */
  #unknown(atMs: number): RuleOutput[] {
    for (const { incident } of this.incidents.subjects) {
      incident.stay(atMs);
      incident.hide();
    }
    return [];
  }

  #judgeLimit(limit: Limit, perMinute: number, frame: FrameRef): RuleOutput[] {
    const isBroken = limit.isBroken(perMinute);
    const known = [...this.incidents.subjects].find((one) => one === limit.subject);
    if (known === undefined && !isBroken) return [];
    const subject = known ?? this.incidents.add(this.#newSubject(limit));
    limit.subject = subject;
    if (!isBroken) return this.incidents.observe(subject, frame.atMs, { condition: false, reason: 'cleared' });
    const [label = 'product'] = this.#options.labels;
    const sighting = { label, box: lineBox(this.#options.line, frame) };
    return this.incidents.observe(subject, frame.atMs, { condition: true, sighting });
  }

  #newSubject({ condition, limit }: Limit): MomentSubject {
    return new MomentSubject(this.incidents.newIncident(), () => ({
      ...{ condition, limit },
      perMinute: Math.round((this.#window.perMinute ?? 0) * 10) / 10,
    }));
  }
}
