import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { LineError, loadLine, plantEvents, Scene, TRUTH_KINDS } from '../scenes/index.ts';
import { duration, integer } from './arguments.ts';

const DEFAULT_LINE = fileURLToPath(new URL('../../line.yaml', import.meta.url));

interface TruthArguments {
  readonly line: string;
  readonly seconds: number;
  readonly from: number;
  readonly camera?: string;
}

/** Adds `truth`: what is true of a line, without drawing it. */
export function addTruthCommand(program: Command): void {
  program
    .command('truth')
    .description('prints everything that is true of a line as JSON lines, without drawing a picture')
    .requiredOption('--seconds <n>', 'length of the stretch', duration)
    .option('--from <n>', 'stream time of its beginning, in whole seconds', integer, 0)
    .option('--camera <id>', 'of this camera only; plant for the plant')
    .option('--line <file>', "the line's declaration", DEFAULT_LINE)
    .addHelpText(
      'after',
      `
Each line is {kind, camera, subject, start, end, attributes}; start and end are seconds of stream time.
Kinds: ${TRUTH_KINDS.join(', ')}

Example:
  twin truth --line scripts/twin/plant.yaml --seconds 3600 > truth.jsonl`,
    )
    .action(async ({ line: file, seconds, from, camera }: TruthArguments) => {
      const line = await loadLine(file);
      const sources = [...line.cameras.map(({ id }) => id), ...(line.plant ? ['plant'] : [])];
      if (camera !== undefined && !sources.includes(camera))
        throw new LineError(`${file} has no camera ${camera}; it has ${sources.join(', ')}`);
      const events = sources
        .filter((id) => camera === undefined || id === camera)
        .flatMap((id) =>
          id === 'plant' && line.plant
            ? plantEvents(line.plant, line.seed, from, from + seconds)
            : new Scene(line, id).events(from, from + seconds),
        )
        .sort((a, b) => a.start - b.start);
      for (const event of events) process.stdout.write(`${JSON.stringify(event)}\n`);
    });
}
