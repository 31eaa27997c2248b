/** The one table of checks and findings, from which reports and docs/doctor.md are made. */
import type { CheckText, FindingText } from './check-text.ts';
import { CONNECTION_CHECKS } from './connections.ts';
import { LINE_CHECKS } from './line.ts';
import { MACHINE_CHECKS } from './machine.ts';

export type { CheckText, FindingFamily, FindingText } from './check-text.ts';

const ALL = { ...MACHINE_CHECKS, ...LINE_CHECKS, ...CONNECTION_CHECKS };

export type CheckName = keyof typeof ALL;
type CodesOf<Check> = Check extends { readonly findings: infer Findings } ? keyof Findings & string : never;
export type FindingCode = { [Name in CheckName]: CodesOf<(typeof ALL)[Name]> }[CheckName];

/** Every check by its name. */
export const CHECKS: Readonly<Record<CheckName, CheckText>> = ALL;

/** The checks in the order in which they run: one comes after those that it needs. */
export const CHECK_ORDER: readonly CheckName[] = [
  ...([
    'node',
    'software',
    'memory',
    'load',
    'temperature',
    'ffmpeg',
    'data_folder',
    'disk',
    'wear',
    'journal',
  ] as const),
  ...(['clock', 'network', 'config', 'secret', 'gpu', 'gstreamer', 'service', 'dns', 'camera', 'model'] as const),
  ...([
    'rules',
    'text',
    'certificate',
    'broker',
    'collector',
    'queue',
    'plant',
    'signal',
    'publishing',
    'opcua',
    'updates',
  ] as const),
];

const TEXTS: ReadonlyMap<string, FindingText & { readonly check: CheckName }> = new Map(
  CHECK_ORDER.flatMap((check) =>
    Object.entries(CHECKS[check].findings).map(([code, text]) => [code, { ...text, check }] as const),
  ),
);

/** What is known of a code of the table. */
export function textOf(code: FindingCode): FindingText & { readonly check: CheckName } {
  const text = TEXTS.get(code);
  if (text === undefined) throw new TypeError(`the table of the doctor has no ${code}`);
  return text;
}

/** The end of codes that every check can have; the check's name comes before them. */
export const COMMON_FINDINGS: readonly (FindingText & { readonly suffix: string; readonly when: string })[] = [
  {
    suffix: '_slow',
    when: 'the check took too long while the machine was busy',
    verdict: 'warning',
    meaning: 'whether this is in order is not known',
    advice: 'run the doctor again when the machine is less busy; `top` shows what takes its time',
  },
  {
    suffix: '_timed_out',
    when: 'the check took too long, and the machine had time for it: the checked part is busy or hangs',
    verdict: 'failure',
    meaning: 'the checked part is busy, hangs, or cannot be reached',
    advice: 'check cable, power and address; then run the doctor again',
  },
  {
    suffix: '_failed',
    when: 'the check itself met an error',
    verdict: 'failure',
    meaning: 'this could not be checked',
    advice: 'run the doctor again as the user of the service (sudo -u lineside)',
  },
];
