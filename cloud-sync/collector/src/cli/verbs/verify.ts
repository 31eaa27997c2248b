import type { ExportedHeads } from '@lineside/protocol';
import type { Command } from 'commander';
import type { CollectorConfig } from '../../config/index.ts';
import type { VerifyOptions } from '../../verification/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** A record that a running collector is just writing has arrived after this. */
const SETTLE_MS = 1500;

/** `lineside-collector verify` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--against <file>', 'also compare with signed heads that `lineside journal heads` exported on a device')
    .description(
      `Checks the hash chain of every stored stream, derives every other table again from the records, compares the ends of streams with what devices signed, and reads every picture. --json: one line {records, streams, pictures, findings}. Ends with 1 when anything is wrong. What this detects and what it cannot: docs/proof.md.`,
    )
    .addHelpText(
      'after',
      examples('lineside-collector verify --data ./collector', 'lineside-collector verify --against heads.json'),
    )
    .action(action(registry, verify));
}

async function verify(context: Context, options: { readonly against?: string }): Promise<ExitCode> {
  const { verifyAll } = await import('../../records/index.ts');
  const { compareWithExport, verifyPictures, verifyStore } = await import('../../verification/index.ts');
  const { openMediaStore } = await import('../../media/index.ts');
  const config = await context.config();
  const exported = options.against === undefined ? undefined : await readExport(options.against);
  const { systemClock, silentLogger } = await import('@lineside/kit');
  const result = await context.withStore(config, async ({ chains, derived }) => {
    const { records, streams, findings } = await verifyAll(chains);
    const settle = async (): Promise<void> => systemClock.sleep(SETTLE_MS, AbortSignal.timeout(2 * SETTLE_MS));
    const books = await verifyStore({ chains, derived, keepMs: keepOf(config), settle });
    const media = await openMediaStore(config, silentLogger);
    const pictures = await verifyPictures(derived, media);
    const against = exported === undefined ? [] : await compareWithExport(chains, exported);
    const all = [...findings, ...books, ...pictures.findings, ...against];
    return { records, streams, pictures: pictures.checked, findings: all };
  });
  const { records, streams, pictures, findings } = result;
  const lines = findings.map(({ device, stream, problem, message }) => `${problem}: ${device} ${stream}: ${message}`);
  const verdict = findings.length === 0 ? 'everything follows from the records' : `${findings.length} findings`;
  const counts = `${records} records in ${streams} streams, ${pictures} pictures`;
  context.say(result, [...lines, `${counts}: ${verdict}`].join('\n'));
  return findings.length === 0 ? EXIT.ok : EXIT.problems;
}

/** How long the configuration keeps records, ms by stream. */
function keepOf({ retention }: CollectorConfig): VerifyOptions['keepMs'] {
  const { audit, events, telemetry } = retention;
  return {
    ...(audit === undefined ? {} : { audit }),
    ...(events === undefined ? {} : { events }),
    ...(telemetry === undefined ? {} : { telemetry }),
  };
}

async function readExport(file: string): Promise<ExportedHeads> {
  const { readFile } = await import('node:fs/promises');
  const { ExportedHeads: schema } = await import('@lineside/protocol');
  const { UsageError } = await import('../../errors/index.ts');
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new UsageError({
      code: 'export_unreadable',
      message: `cannot read signed heads from ${file}`,
      advice: 'give a file that `lineside journal heads` has written on the device',
      cause,
    });
  }
}
