import type { Rule } from '../pipeline/index.ts';
import { Spill } from './spill/judge.ts';
import { MissingHeadwear } from './missing-headwear/judge.ts';
import { ProductDefect } from './product-defect/judge.ts';
import type { RuleSpec } from './spec.ts';

/** The rule that a specification describes, with nothing pending. */
export function createRule(spec: RuleSpec): Rule {
  switch (spec.type) {
    case 'missing_headwear':
      return new MissingHeadwear(spec);
    case 'product_defect':
      return new ProductDefect(spec);
    case 'dirt':
      return new Spill(spec);
  }
}
