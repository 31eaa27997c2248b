import type { RuleOutput } from '../../edge/src/domain/index.ts';
import type { Rule, RuleInput } from '../../edge/src/pipeline/index.ts';

/** Only for benches: an incident that opens and closes with every inspected frame, so that each one is journaled. */
export class EveryFrame implements Rule {
  readonly id = 'every-frame';
  readonly model: string;

  constructor(model: string) {
    this.model = model;
  }

  step({ frame, tracks }: RuleInput): readonly RuleOutput[] {
    if (tracks === undefined) return [];
    const best = tracks[0];
    const output = {
      key: `frame-${frame.index}`,
      rule: this.id,
      ruleType: 'every_frame',
      kind: 'quality_issue',
      severity: 'info',
      zone: 'belt',
      label: best?.label ?? 'product',
      durationMs: 0,
      ...(best === undefined ? {} : { score: best.score, box: best.box }),
    } as const;
    return [
      { ...output, phase: 'opened' },
      { ...output, phase: 'closed', reason: 'cleared' },
    ];
  }

  expire(): readonly RuleOutput[] {
    return [];
  }

  close(): readonly RuleOutput[] {
    return [];
  }
}
