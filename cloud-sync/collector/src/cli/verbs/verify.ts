import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside-collector verify` */
export function configure(command: Command, registry: Registry): void {
  command
    .description(
      `Checks the hash chain of every stored stream from its start: detects records that were changed, removed or inserted. It cannot find that the end of a stream was cut off together with its bookkeeping: compare the heads with \`lineside journal verify\`. --json: one line {records, streams, findings}. Ends with 1 when anything is wrong.`,
    )
    .addHelpText('after', examples('lineside-collector verify --data ./collector'))
    .action(action(registry, verify));
}

async function verify(context: Context): Promise<ExitCode> {
  const { verifyAll } = await import('../../records/index.ts');
  const result = await context.withStore(await context.config(), async ({ chains }) => verifyAll(chains));
  const { records, streams, findings } = result;
  const lines = findings.map(({ device, stream, problem, message }) => `${problem}: ${device} ${stream}: ${message}`);
  const verdict = findings.length === 0 ? 'all chains match' : `${findings.length} findings`;
  context.say(result, [...lines, `${records} records in ${streams} streams: ${verdict}`].join('\n'));
  return findings.length === 0 ? EXIT.ok : EXIT.problems;
}
