import type { RuleOutput } from '../../domain/index.ts';
import { TYPE } from './options.ts';

/** One operation that has ended. Times on the clock of the frames. */
export interface OperationRecord {
  readonly operation: number;
  /** `interrupted`: it was not seen to its end; why not is the reason of its event. */
  readonly outcome: 'completed' | 'too_short' | 'too_long' | 'interrupted';
  readonly fromMs: number;
  readonly toMs: number;
  /** How long it lasted: time over which nobody could tell is left out. */
  readonly durationMs: number;
}

/** The operation that ended with this transition; undefined where it is another transition, or about a limit. */
export function operationEndedBy(output: RuleOutput): OperationRecord | undefined {
  const { phase, ruleType, details = {}, held, durationMs, reason } = output;
  const { operation, outcome } = details;
  if (ruleType !== TYPE || phase !== 'closed' || held === undefined) return undefined;
  if (typeof operation !== 'number' || 'limitSeconds' in details) return undefined;
  const isKnown = outcome === 'completed' || outcome === 'too_short' || outcome === 'too_long';
  const ended = isKnown && reason === 'cleared' ? outcome : 'interrupted';
  return { operation, outcome: ended, ...held, durationMs };
}
