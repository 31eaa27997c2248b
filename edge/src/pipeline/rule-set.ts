import { messageOf } from '@lineside/kit';
import type { RuleOutput, Tally } from '../domain/index.ts';
import type { Rule } from './ports.ts';

/** Ids of rules to remove, and rules to add; a rule that is changed is in both. */
export interface RuleChange {
  readonly removed: readonly string[];
  readonly added: readonly Rule[];
}

/** What one rule counted. */
export interface RuleTallies {
  readonly rule: string;
  readonly tallies: readonly Tally[];
}

/** The rules of one model, or those that read none. A rule that throws is counted and stops no other. */
export class RuleSet {
  readonly #model: string | undefined;
  readonly #onFault: (what: string) => void;
  readonly #mark: (output: RuleOutput) => RuleOutput;
  #rules: readonly Rule[];

  /** `mark`: what is added to every transition. */
  constructor(
    model: string | undefined,
    rules: readonly Rule[],
    onFault: (what: string) => void,
    mark: (output: RuleOutput) => RuleOutput = (output) => output,
  ) {
    this.#model = model;
    this.#rules = rules;
    this.#onFault = onFault;
    this.#mark = mark;
  }

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  /** What each rule counted since the last call. */
  tallies(): readonly RuleTallies[] {
    return this.#rules.flatMap((rule) => {
      const tallies = rule.tallies?.() ?? [];
      return tallies.length === 0 ? [] : [{ rule: rule.id, tallies }];
    });
  }

  judge(ask: (rule: Rule) => readonly RuleOutput[]): RuleOutput[] {
    return this.#judge(this.#rules, ask);
  }

  /** Rules of other models are left out. */
  change({ removed, added }: RuleChange, atMs: number): RuleOutput[] {
    const gone = this.#rules.filter((rule) => removed.includes(rule.id));
    const kept = this.#rules.filter((rule) => !removed.includes(rule.id));
    this.#rules = [...kept, ...added.filter((rule) => rule.model === this.#model)];
    return this.#judge(gone, (rule) => rule.close(atMs, 'rule_removed'));
  }

  #judge(rules: readonly Rule[], ask: (rule: Rule) => readonly RuleOutput[]): RuleOutput[] {
    return rules.flatMap((rule) => {
      try {
        return ask(rule).map(this.#mark);
      } catch (error) {
        this.#onFault(`rule ${rule.id}: ${messageOf(error)}`);
        return [];
      }
    });
  }
}
