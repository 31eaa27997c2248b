import type { CameraStatus, CloseReason, RuleOutput } from '../../domain/index.ts';
import type { Rule, RuleTick } from '../../pipeline/index.ts';
import { InForce } from '../conditions/index.ts';
import type { RulePlace } from '../rule-definition.ts';
import type { CameraHealthOptions, EventProblem } from './options.ts';

/** One problem, from its first appearance to its end. */
interface Spell {
  readonly sinceMs: number;
  /** Since when it has been absent. */
  absentMs: number | undefined;
  /** Key of its event, once it is one. */
  key: string | undefined;
  updatedMs: number;
}

/** Reports the problems of one camera, by what the vision process reports of it. Reads no frames. */
export class CameraHealthRule implements Rule {
  readonly id: string;
  readonly #options: CameraHealthOptions;
  readonly #inForce: InForce;
  readonly #spells = new Map<EventProblem, Spell>();
  #status: CameraStatus | undefined;
  #opened = 0;

  constructor(options: CameraHealthOptions, { plan, wallTime }: RulePlace) {
    this.id = options.id;
    this.#options = options;
    const { schedule, shifts } = options;
    this.#inForce = new InForce({ schedule, shifts, plan, wallTime });
  }

  step(): readonly RuleOutput[] {
    return [];
  }

  /** It does not depend on results. */
  expire(): readonly RuleOutput[] {
    return [];
  }

  camera(status: CameraStatus, atMs: number): readonly RuleOutput[] {
    this.#status = status;
    return this.#judge(atMs);
  }

  tick({ atMs }: RuleTick): readonly RuleOutput[] {
    return this.#judge(atMs);
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    return this.#closeAll(atMs, reason);
  }

  #judge(atMs: number): readonly RuleOutput[] {
    const status = this.#status;
    if (status === undefined) return [];
    if (!this.#inForce.at(atMs)) return this.#closeAll(atMs, 'not_in_force');
    const isStreaming = status.state === 'streaming';
    const seen: readonly EventProblem[] = isStreaming
      ? [...(status.picture?.problems ?? []), ...(status.stream?.problems ?? [])]
      : ['lost'];
    const outputs = this.#options.problems.flatMap((problem) => {
      // Of a camera that is away nothing else is known: what is open stays open.
      if (!isStreaming && problem !== 'lost') return [];
      return this.#step(problem, seen.includes(problem), atMs);
    });
    return outputs;
  }

  #step(problem: EventProblem, present: boolean, atMs: number): readonly RuleOutput[] {
    const known = this.#spells.get(problem);
    if (known === undefined && !present) return [];
    const spell = known ?? { sinceMs: atMs, absentMs: undefined, key: undefined, updatedMs: atMs };
    this.#spells.set(problem, spell);
    if (!present) return this.#absent(problem, spell, atMs);
    spell.absentMs = undefined;
    if (spell.key === undefined) {
      // The others have lasted already when they are reported.
      if (problem === 'lost' && atMs - spell.sinceMs < this.#options.lostAfter.ms) return [];
      this.#opened += 1;
      spell.key = `${this.#opened}`;
      spell.updatedMs = atMs;
      return [this.#output(problem, spell, 'opened', atMs)];
    }
    if (atMs - spell.updatedMs < this.#options.updateInterval.ms) return [];
    spell.updatedMs = atMs;
    return [this.#output(problem, spell, 'updated', atMs)];
  }

  #absent(problem: EventProblem, spell: Spell, atMs: number): readonly RuleOutput[] {
    spell.absentMs ??= atMs;
    if (spell.key !== undefined && atMs - spell.absentMs < this.#options.clearAfter.ms) return [];
    this.#spells.delete(problem);
    return spell.key === undefined ? [] : [this.#output(problem, spell, 'closed', spell.absentMs, 'cleared')];
  }

  #closeAll(atMs: number, reason: CloseReason): readonly RuleOutput[] {
    const open = [...this.#spells].filter(([, { key }]) => key !== undefined);
    this.#spells.clear();
    return open.map(([problem, spell]) => this.#output(problem, spell, 'closed', atMs, reason));
  }

  #output(
    problem: EventProblem,
    spell: Spell,
    phase: RuleOutput['phase'],
    atMs: number,
    reason?: CloseReason,
  ): RuleOutput {
    const { id, type, severity } = this.#options;
    return {
      ...{ phase, key: spell.key ?? '', rule: id, ruleType: type, kind: 'equipment', severity, label: problem },
      ...(reason === undefined ? {} : { reason }),
      durationMs: Math.max(0, atMs - spell.sinceMs),
      details: { problem, ...this.#details(problem) },
    };
  }

  #details(problem: EventProblem): Readonly<Record<string, string | number>> {
    const { error, picture, stream } = this.#status ?? {};
    if (problem === 'lost') return error === undefined ? {} : { code: error.code, message: error.message };
    const [similarity, fps, bitsPerS] = [picture?.similarity, stream?.fps, stream?.bitsPerS];
    return {
      ...(picture === undefined ? {} : { luma: picture.luma, sharpness: picture.sharpness }),
      ...(similarity === undefined ? {} : { similarity }),
      ...(fps === undefined ? {} : { fps }),
      ...(bitsPerS === undefined ? {} : { bitsPerS }),
    };
  }
}
