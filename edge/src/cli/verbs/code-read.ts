import { resolve } from 'node:path';
import { LinesideError, printable } from '@lineside/kit';
import type { Command } from 'commander';
import { codeFacts, type CodeFacts } from '../../codes/index.ts';
import type { CodeReader, FoundCode, ReadOptions } from '../../reading/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { coded, EXIT, type ExitCode } from '../exit.ts';

interface CodeReadOptions {
  readonly symbologies?: string;
}

/** `lineside code read` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<image...>', 'JPEG, PNG or WebP files')
    .option(
      '--symbologies <list>',
      'only these, which is faster: EAN13,EAN8,UPCA,UPCE,ITF,Code128,DataBar,DataMatrix,QRCode',
    )
    .addHelpText(
      'after',
      examples('lineside code read pack.jpg', 'lineside code read --symbologies EAN13,DataMatrix --json packs/*.jpg') +
        '\n\nWith --json one line per image: {source, milliseconds, codes: [{symbology, text, gs1, contrast, rotation, corners,' +
        '\nfacts: [{ai, title, value}]}]}; corners in pixels. An image without any code has an empty list, and the command' +
        '\nends with 1, as it does where an image cannot be read.',
    )
    .action(action<CodeReadOptions>(registry, readAll));
}

async function readAll(context: Context, options: CodeReadOptions, images: readonly string[]): Promise<ExitCode> {
  const { CodeReader } = await import('../../reading/index.ts');
  const wanted = await wantedOf(options);
  const reader = new CodeReader({ clock: context.io.clock });
  let without = 0;
  try {
    for (const image of images) {
      try {
        if ((await readOne(context, reader, image, wanted)) === 0) without += 1;
      } catch (error) {
        if (!(error instanceof LinesideError) || context.io.signal.aborted) throw error;
        without += 1;
        context.complain(coded(error));
      }
    }
  } finally {
    await reader.close();
  }
  return without > 0 ? EXIT.problems : EXIT.ok;
}

async function wantedOf({ symbologies }: CodeReadOptions): Promise<ReadOptions> {
  if (symbologies === undefined) return {};
  const { SYMBOLOGIES } = await import('../../reading/index.ts');
  const names = symbologies.split(',').map((name) => name.trim());
  const known = names.flatMap((name) => SYMBOLOGIES.find((one) => one.toLowerCase() === name.toLowerCase()) ?? []);
  if (known.length < names.length)
    throw new UsageError(`not every symbology is known: ${symbologies}`, `Name some of ${SYMBOLOGIES.join(', ')}.`);
  return { symbologies: known };
}

/** Number of codes in the image. */
async function readOne(context: Context, reader: CodeReader, image: string, wanted: ReadOptions): Promise<number> {
  const { io } = context;
  const { greyImage } = await import('../../reading/index.ts');
  const { codes, tookMs } = await reader.read(await greyImage(resolve(io.cwd, image)), wanted, io.signal);
  const year = new Date(io.clock.wallMs()).getUTCFullYear();
  const shown = codes.map((code) => ({ ...code, ...codeFacts(code, year) }));
  context.say({ source: image, milliseconds: Math.round(tookMs), codes: shown }, textOf(image, shown));
  return codes.length;
}

function textOf(image: string, codes: readonly (FoundCode & CodeFacts)[]): string {
  if (codes.length === 0) return `${printable(image)}: no code`;
  return codes
    .flatMap((code) => [`${printable(image)}: ${code.symbology} ${printable(code.text)}`, ...factLines(code)])
    .join('\n');
}

function factLines({ facts, problem, contrast }: FoundCode & CodeFacts): readonly string[] {
  return [
    ...facts.map(({ ai, title, value }) => `  (${ai}) ${title}: ${printable(value)}`),
    ...(problem === undefined ? [] : [`  not understood from place ${problem.at} on: ${problem.code}`]),
    `  contrast ${Math.round(contrast * 100)} %`,
  ];
}
