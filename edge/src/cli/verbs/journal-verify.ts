import type { Command } from 'commander';
import type { EventTableFinding } from '../../events/index.ts';
import type { EvidenceFinding } from '../../evidence/index.ts';
import type { Finding, Verdict } from '../../journal/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside journal verify` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      examples('lineside journal verify', 'lineside journal verify --data /mnt/copy --json') +
        '\n\nChecks the hash chains, the signed heads, the table of events and the pictures. Tamper-evident, not' +
        '\ntamper-proof: docs/proof.md says what is found and what is not. Can run beside the service. Ends with 1 when' +
        '\nsomething was found.',
    )
    .action(action(registry, verify));
}

async function verify(context: Context): Promise<ExitCode> {
  const { journalPath, verifyJournal } = await import('../../journal/index.ts');
  const { verifyEventTable } = await import('../../events/index.ts');
  const { evidenceFolder, verifyEvidence } = await import('../../evidence/index.ts');
  const path = journalPath(context.dataDir);
  const verdict = verifyJournal(path);
  const events = verifyEventTable(path);
  const pictures = await verifyEvidence(path, evidenceFolder(context.dataDir));
  const ok = verdict.findings.length + events.length + pictures.findings.length === 0;
  const others = [
    ...events.map(
      ({ event, seq, what }) => `  event ${event} (record ${seq}) in the table of events ${EVENT_WORDS[what]}`,
    ),
    ...pictures.findings.map(
      ({ sha256, event, what }) => `  picture ${sha256} of event ${event} ${PICTURE_WORDS[what]}`,
    ),
  ];
  context.say({ ok, ...verdict, events, pictures }, textOf(verdict, others, pictures.checked));
  return ok ? EXIT.ok : EXIT.problems;
}

const EVENT_WORDS: Readonly<Record<EventTableFinding['what'], string>> = {
  event_differs: 'differs from its records',
  event_missing: 'is missing',
  event_invented: 'has no record',
};

const PICTURE_WORDS: Readonly<Record<EvidenceFinding['what'], string>> = {
  picture_missing: 'is missing',
  picture_changed: 'was changed: its bytes have another hash',
  picture_unreadable: 'cannot be read',
};

function textOf(verdict: Verdict, others: readonly string[], pictures: number): string {
  const head = `${verdict.path}: device ${verdict.device}, epoch ${verdict.epoch}`;
  const streams = verdict.streams.map(({ stream, first, next, checked, declared, head: hash }) => {
    const range = next > first ? `${first} to ${next - 1}` : 'no records';
    const lost = declared > 0 ? `, ${declared} declared lost` : '';
    return `  ${stream.padEnd(10)} ${range}: ${checked} in order${lost}, head ${hash.slice(0, 16)}`;
  });
  const findings = [...verdict.findings.map((finding) => `  ${sentence(finding)}`), ...others];
  const { held, keys } = verdict.signatures;
  const signed =
    held === 0 ? 'no signed heads yet' : `${held} signed heads are valid, signed with the key ${keys.join(', then ')}`;
  const end = findings.length === 0 ? 'intact: every record is as it was written' : `${findings.length} findings`;
  return [head, ...streams, `  ${signed}`, `  ${pictures} pictures read`, ...findings, end].join('\n');
}

function sentence({ stream, what, seq, to }: Finding): string {
  const where = to > seq ? `${stream} ${seq} to ${to}` : `${stream} ${seq}`;
  const words: Readonly<Record<Finding['what'], string>> = {
    changed: 'was changed after it was written',
    rehashed: 'does not follow from the record before it',
    missing: 'is missing',
    reordered: 'is stored under another number than its own',
    truncated: 'is missing at the end',
    added: 'is stored outside the numbers of its stream',
    undeclared: 'was removed before delivery, and no record declares the loss',
    unlike_signed: 'differs from what this device signed: its chain was rewritten, or someone else has the key',
    other_key: 'is signed with another key than this device has: everything may have been signed again',
    signature_broken: 'contains an invalid signature of chain heads',
  };
  return `${where}: ${words[what]}`;
}
