import type { Command } from 'commander';
import type { Finding, Verdict } from '../../journal/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside journal verify` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      examples('lineside journal verify', 'lineside journal verify --data /mnt/copy --json') +
        '\n\nTamper-evident, not tamper-proof: if someone rewrites an entire chain, only a comparison of its head with the' +
        "\ncollector's copy detects it. Can run beside the service. Exits with 1 when something is wrong.",
    )
    .action(action(registry, verify));
}

async function verify(context: Context): Promise<ExitCode> {
  const { journalPath, verifyJournal } = await import('../../journal/index.ts');
  const verdict = verifyJournal(journalPath(context.dataDir));
  const ok = verdict.findings.length === 0;
  context.say({ ok, ...verdict }, textOf(verdict));
  return ok ? EXIT.ok : EXIT.problems;
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
  const signed =
    held === 0 ? 'no signed heads yet' : `${held} signed heads are valid, signed with the key ${keys.join(', then ')}`;
  const end = findings.length === 0 ? 'intact: every record is as it was written' : `${findings.length} findings`;
  return [head, ...streams, `  ${signed}`, ...findings, end].join('\n');
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
    signature_broken: 'contains an invalid signature of chain heads',
  };
  return `${where}: ${words[what]}`;
}
