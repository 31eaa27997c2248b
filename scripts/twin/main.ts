import { Command, InvalidArgumentError } from 'commander';
import { SCENES, type SceneKind } from './training.ts';

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('must be a whole number, 0 or more');
  return value;
}

function size(text: string): { width: number; height: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  const fits = (n: number): boolean => n >= 32 && n <= 4096 && n % 2 === 0;
  if (!fits(width) || !fits(height)) throw new InvalidArgumentError('must look like 640x360, both even, 32 to 4096');
  return { width, height };
}

function scene(text: string): SceneKind {
  const found = SCENES.find((name) => name === text);
  if (!found) throw new InvalidArgumentError(`must be one of ${SCENES.join(', ')}`);
  return found;
}

const program = new Command('twin').description(
  'A simulated line: pictures, videos and live cameras with known truth.',
);

program
  .command('stills')
  .description('writes random training pictures with YOLO labels')
  .requiredOption('--camera <kind>', `kind of camera: ${SCENES.join(', ')}`, scene)
  .requiredOption('--count <n>', 'how many pictures', whole)
  .requiredOption('--out <folder>', 'gets images/, labels/ and names.txt')
  .option('--seed <n>', 'another seed gives other pictures', whole, 1)
  .option('--size <WxH>', 'size of the pictures', size, { width: 640, height: 360 })
  .addHelpText('after', '\nExample:\n  twin stills --camera floor --count 2000 --out data/floor/train --seed 1\n')
  .action(
    async (options: {
      camera: SceneKind;
      count: number;
      out: string;
      seed: number;
      size: { width: number; height: number };
    }) => {
      const { writeStills } = await import('./stills.ts');
      const { camera: kind, count, seed, out } = options;
      const begun = performance.now();
      await writeStills({ kind, count, seed, out, ...options.size }, (done) =>
        process.stderr.write(`\r${done} of ${count}`),
      );
      process.stderr.write(`\r${count} pictures in ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
    },
  );

await program.parseAsync();
