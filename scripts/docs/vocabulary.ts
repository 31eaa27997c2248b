import * as protocol from '@lineside/protocol/vocabulary';
import { OUTPUT_EVENT, OUTPUT_WORDS } from '../../edge/src/plant/output/index.ts';
import { RULES } from '../../edge/src/rules/index.ts';
import type { GeneratedFile } from './generated-file.ts';

/** The words of both pages: the vocabulary of the protocol and the words of the rules, as a module for browsers. */
export function vocabularyModule(): GeneratedFile {
  const vocabulary = {
    kinds: protocol.EVENT_KINDS,
    severities: protocol.SEVERITIES,
    phases: protocol.EVENT_PHASES,
    reasons: {
      ...protocol.CLOSE_REASONS,
      ...protocol.SKIP_REASONS,
      ...protocol.FAIL_REASONS,
      ...protocol.DEGRADED_REASONS,
      ...protocol.BLIND_REASONS,
      ...protocol.LOSS_REASONS,
    },
    details: protocol.EVENT_DETAILS,
    rules: Object.fromEntries<object>([
      ...RULES.map(({ type, words }) => [type, words] as const),
      [OUTPUT_EVENT, OUTPUT_WORDS],
    ]),
  };
  const note = '// Generated from the code by `npm run docs`. Change the code, not this file.';
  const text = `${note}\nexport const VOCABULARY = ${JSON.stringify(vocabulary, undefined, 2)};\n`;
  return { path: 'web/assets/generated/vocabulary.js', text };
}
