/** The twin's command line: images, videos and live cameras of the simulated line. */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { addPlantCommands } from './plant-commands.ts';
import { addTruthCommand } from './truth-command.ts';
import { conditions, duration, integer, pictureSize, port, sceneKind, styles, user } from './arguments.ts';
import { SIGNALS } from '../plant/index.ts';
import type { Faults } from '../rtsp/index.ts';
import { LineError, loadLine, type SceneKind, SCENES } from '../scenes/index.ts';
import { type Condition, CONDITIONS, STYLE_NAMES, STYLES, type StyleName } from '../styles/index.ts';

const DEFAULT_LINE = fileURLToPath(new URL('../../line.yaml', import.meta.url));
const DECLARATION = ['--line <file>', "the line's declaration", DEFAULT_LINE] as const;

/** Aborts at Ctrl-C or a polite kill; a second one ends the process as usual. */
function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`);
}

const program = new Command('twin')
  .description('A simulated line: images, videos and live cameras with known ground truth, all from one seed.')
  .showHelpAfterError();

interface StillsArguments {
  readonly camera: SceneKind;
  readonly count: number;
  readonly out: string;
  readonly seed: number;
  readonly size: { readonly width: number; readonly height: number };
  readonly styles: readonly [StyleName, ...StyleName[]];
  readonly conditions: readonly Condition[];
  readonly garments?: boolean;
}

const SIGNALS_HELP = Object.entries(SIGNALS)
  .map(([name, { unit, about }]) => `  ${name.padEnd(12)}${unit.padEnd(9)}${about}`)
  .join('\n');
const STYLES_HELP = STYLE_NAMES.map(
  (name) => `  ${name.padEnd(8)} ${STYLES[name].use.padEnd(9)} ${STYLES[name].about}`,
).join('\n');

program
  .command('stills')
  .description('writes random training images with YOLO labels')
  .requiredOption('--camera <kind>', `kind of camera: ${SCENES.join(', ')}`, sceneKind)
  .requiredOption('--count <n>', 'number of images', integer)
  .requiredOption('--out <folder>', 'gets images/, labels/ and names.txt')
  .option('--seed <n>', 'another seed gives other images', integer, 1)
  .option('--size <WxH>', 'size of the images', pictureSize, { width: 640, height: 360 })
  .option(
    '--styles <names>',
    'each picture is drawn in one of these; training or judging names all of one use',
    styles,
    ['plain' as const],
  )
  .option('--conditions <names>', `half of the pictures show one of: ${CONDITIONS.join(', ')}; or all`, conditions, [])
  .option('--garments', 'people wear or lack mask, gloves and coat; adds six classes to those of people')
  .addHelpText(
    'after',
    `
Styles (train with those for training, judge with those for judging, so that a model cannot learn the drawing):
${STYLES_HELP}

Examples:
  twin stills --camera floor --count 2000 --out data/floor/train --seed 1
  twin stills --camera people --count 2000 --out data/people/train --styles training --conditions all
  twin stills --camera people --count 500 --out data/people/judge --seed 99 --styles judging --conditions dark,noisy`,
  )
  .action(async (options: StillsArguments) => {
    const { camera: kind, count, seed, out, size, styles: named, conditions: light, garments } = options;
    const looks = { styles: named, conditions: light, garments: garments ?? false };
    const { writeStills } = await import('../output/index.ts');
    const startedMs = performance.now();
    await writeStills({ kind, count, seed, out, looks, ...size }, (done) => showProgress(`${done} of ${count}`));
    process.stderr.write(`\r${count} images in ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
  });

interface RenderArguments {
  readonly line: string;
  readonly camera: string;
  readonly seconds: number;
  readonly out: string;
  readonly truth?: string;
  readonly fast?: boolean;
}

program
  .command('render')
  .description("writes one camera's video, and what it shows")
  .requiredOption('--camera <id>', 'a camera of the line')
  .requiredOption('--seconds <n>', 'length of the video', duration)
  .requiredOption('--out <file.mp4>', 'H.264 in MP4, constant rate')
  .option('--truth <file.json>', 'boxes of every frame, the incidents, and all events of the truth')
  .option('--fast', 'encodes as live cameras do: a third less CPU time, a larger file')
  .option(...DECLARATION)
  .addHelpText('after', '\nExample:\n  twin render --camera people --seconds 60 --out people.mp4 --truth people.json')
  .action(async ({ camera: cameraId, seconds, out, truth, fast, line }: RenderArguments) => {
    const { renderFile } = await import('../output/index.ts');
    const options = { line: await loadLine(line), cameraId, seconds, out, truth, fast: fast ?? false };
    await renderFile(options, untilStopped(), (fraction) => showProgress(`${Math.round(fraction * 100)} %`));
    process.stderr.write(`\r${out}: ${seconds} s\n`);
  });

interface RunArguments {
  readonly line: string;
  readonly host: string;
  readonly port: number;
  readonly user?: Record<string, string>;
  readonly seconds?: number;
  readonly json?: boolean;
  readonly camera?: string;
  readonly signalsPort?: number;
  readonly plcPort?: number;
  readonly opcuaPort?: number;
  readonly sparkplug?: string;
}

program
  .command('run')
  .description('serves the cameras of the line by RTSP, in real time')
  .option('--camera <id>', 'serves this camera only')
  .option('--port <n>', 'where to listen; 0 takes any free port', port, 0)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--user <name:password>', 'asks viewers for a password; may be given more than once', user)
  .option('--seconds <n>', 'ends after this time', duration)
  .option('--signals-port <n>', 'serves signals of the plant as JSON lines over TCP; 0 takes any free port', port)
  .option('--plc-port <n>', 'serves the controller of the line by Modbus TCP; 0 takes any free port', port)
  .option('--opcua-port <n>', 'serves the controller of the line by OPC UA; 0 takes any free port', port)
  .option('--sparkplug <url>', 'joins this MQTT broker as the edge node line of the group twin, by Sparkplug B')
  .option('--json', 'one JSON object per line: the streams first, then incidents as they begin and end')
  .option(...DECLARATION)
  .addHelpText('after', '\nSIGUSR2 pulls the cable of the cameras, and plugs it in again.')
  .addHelpText(
    'after',
    `

Signals (with --signals-port; a client gets the newest of each, then each change):
${SIGNALS_HELP}

Examples:
  twin run --port 8554
  twin run --json --seconds 60 > truth.jsonl
  twin run --line scripts/twin/plant.yaml --port 8554 --signals-port 8555`,
  )
  .action(async (given: RunArguments) => {
    const { line: file, host, port: at, user: users, seconds, json, camera, signalsPort, plcPort, opcuaPort } = given;
    const { sparkplug } = given;
    const { runLine } = await import('../live/index.ts');
    const limit = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
    const signal = AbortSignal.any([untilStopped(), ...limit]);
    const print = (text: string): void => void process.stdout.write(`${text}\n`);
    const all = await loadLine(file);
    const cameras = all.cameras.filter(({ id }) => camera === undefined || id === camera);
    if (cameras.length === 0) throw new LineError(`${file} has no camera ${camera ?? ''}`);
    const onFaults = (faults: Faults): void => {
      process.on('SIGUSR2', () => (faults.isHung ? faults.thaw() : faults.hang()));
    };
    const line = { ...all, cameras };
    await runLine(
      { line, host, port: at, users, json: json ?? false, print, onFaults, signalsPort, plcPort, opcuaPort, sparkplug },
      signal,
    );
  });

addPlantCommands(program);
addTruthCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  const system = error instanceof Error && 'syscall' in error;
  const known =
    error instanceof LineError ||
    system ||
    (error instanceof Error && ['EncoderError', 'TablesError'].includes(error.name));
  if (!known) throw error;
  const taken = system && 'code' in error && error.code === 'EADDRINUSE';
  process.stderr.write(`Error: ${error.message}\nTry: ${taken ? 'another --port, or 0 for any' : 'twin --help'}\n`);
  process.exitCode = 1;
}
