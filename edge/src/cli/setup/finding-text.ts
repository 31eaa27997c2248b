import type { CheckFinding } from '../../diagnostics/index.ts';
import type { SetupSession } from './session.ts';

/** Of the longest verdict with a blank, so that what was found stands in one column. */
export const VERDICT_WIDTH = 9;

/** What a check found, with what to do about it, in the language of the person. */
export function findingText(session: Pick<SetupSession, 'texts' | 'said'>, finding: CheckFinding): string {
  const { texts } = session;
  const { message, advice } = session.said(finding);
  const todo = advice === '' ? '' : `\n  ${' '.repeat(VERDICT_WIDTH)}${texts.todo}: ${advice}`;
  return `  ${texts.verdicts[finding.verdict].padEnd(VERDICT_WIDTH)}${message}${todo}`;
}
