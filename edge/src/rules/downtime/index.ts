/**
 * The line stands: no product is seen for too long, or the plant reports a stop.
 */
import { defineRule, labelColours } from '../define-rule.ts';
import { DowntimeJudge } from './judge.ts';
import { OPTIONS } from './options.ts';
import { WORDS } from './words.ts';

export const downtime = defineRule({
  type: 'downtime',
  kind: 'production',
  words: WORDS,
  options: OPTIONS,
  signalOptions: [
    { option: 'stateSignal', types: ['text', 'boolean', 'number'] },
    { option: 'reasonSignal', types: ['text', 'number'] },
  ],
  colours: ({ labels }) => labelColours(labels, 'good'),
  judge: (setup) => new DowntimeJudge(setup),
});
