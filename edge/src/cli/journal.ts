import type { Command } from 'commander';
import { type Finding, journalPath, type Verdict, verifyJournal } from '../journal/index.ts';
import { action, type Context, examples, type Registry } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';

/** `lineside journal verify` */
export function journalVerbs(program: Command, registry: Registry): void {
  const journal = program.command('journal').description("examine the journal's files");
  journal
    .command('verify')
    .description('walk every hash chain: find a record that was changed, removed, moved or cut off')
    .addHelpText(
      'after',
      examples('lineside journal verify', 'lineside journal verify --data /mnt/copy --json') +
        '\n\nTamper-evident, not tamper-proof: whoever rewrites a whole chain is found only by comparing its head with' +
        '\nthe one the collector holds. Can run beside the service. Ends with 1 when something was found.',
    )
    .action(action(registry, verify));
}

async function verify(context: Context): Promise<ExitCode> {
  const verdict = verifyJournal(journalPath(context.dataDir));
  const whole = verdict.findings.length === 0;
  context.say({ ok: whole, ...verdict }, textOf(verdict));
  return whole ? EXIT.ok : EXIT.problems;
}

function textOf(verdict: Verdict): string {
  const head = `${verdict.path}: device ${verdict.device}, epoch ${verdict.epoch}`;
  const streams = verdict.streams.map(({ stream, first, next, checked, declared, head: hash }) => {
    const range = next > first ? `${first} to ${next - 1}` : 'no records';
    const lost = declared > 0 ? `, ${declared} declared lost` : '';
    return `  ${stream.padEnd(10)} ${range}: ${checked} in order${lost}, head ${hash.slice(0, 16)}`;
  });
  const findings = verdict.findings.map((finding) => `  ${sentence(finding)}`);
  const { held, keys } = verdict.signatures;
  const signed = held === 0 ? 'unsigned so far' : `${held} signed heads hold, by the key ${keys.join(', then ')}`;
  const end = findings.length === 0 ? 'whole: every record is what was written' : `${findings.length} findings`;
  return [head, ...streams, `  ${signed}`, ...findings, end].join('\n');
}

function sentence({ stream, what, seq, to }: Finding): string {
  const where = to > seq ? `${stream} ${seq} to ${to}` : `${stream} ${seq}`;
  const words: Readonly<Record<Finding['what'], string>> = {
    changed: 'was changed after it was written',
    rehashed: 'does not follow from the record before it',
    missing: 'missing',
    reordered: 'stands under a number that is not its own',
    truncated: 'missing at the end',
    undeclared: 'left before delivery and no record of the loss names it',
    unlike_signed: "is not what this box has signed: its chain was rewritten, or the box's key is known to others",
    signature_broken: 'holds a signature of chain heads that is not one',
  };
  return `${where}: ${words[what]}`;
}
