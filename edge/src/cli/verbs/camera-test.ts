import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { cameraSource, refuseClearPeople } from '../camera-source.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { positive } from '../option-values.ts';

interface TestOptions {
  readonly transport?: string;
  readonly seconds: number;
  readonly snapshot?: string;
}

/** `lineside camera test` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<camera>', 'id of a camera in the configuration, or a URL or file; ${file:..} and ${env:..} are read')
    .option('--transport <tcp|udp>', 'of RTSP (default: as configured, otherwise tcp)')
    .option('--seconds <number>', 'how long frames are decoded', positive, 3)
    .option('--snapshot <file>', 'write the first frame into this file, as JPEG')
    .addHelpText(
      'after',
      examples(
        'lineside camera test belt --snapshot belt.jpg',
        "lineside camera test 'rtsp://viewer:${file:./password}@10.0.0.21/stream1'",
        'lineside camera test rtsp://10.0.0.21/stream1 --transport udp --json',
      ) +
        '\n\nThe masks of a configured camera are filled in its snapshot. Where privacy covers people there is none: use' +
        '\nlineside camera snapshot. Decodes frames, so that a stream that can be opened and not decoded is found. Ends with 0 when at least one' +
        '\nframe was decoded, with 1 and the reason when none was, with 2 for a camera that nobody knows, with 3 without' +
        '\nFFmpeg. A password in a URL on the command line can be read by other users of this machine: use a reference.',
    )
    .action(action<TestOptions>(registry, test));
}

async function test(context: Context, options: TestOptions, [camera = '']: readonly string[]): Promise<ExitCode> {
  const { io } = context;
  const named = await cameraSource(context, camera, options.transport);
  const { url, shown, transport, masks } = named;
  if (options.snapshot !== undefined) {
    refuseClearPeople(named, 'snapshot', `lineside camera snapshot ${camera} gives one that is covered`);
  }
  const [{ probeFfmpeg }, { tryCamera }] = await Promise.all([
    import('../../camera/index.ts'),
    import('../../diagnostics/index.ts'),
  ]);
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const durationMs = options.seconds * 1000;
  const common = { url, transport, capabilities, durationMs, masks };
  const trial = await tryCamera({ ...common, clock: io.clock, signal: io.signal });
  const file = options.snapshot === undefined ? undefined : resolve(io.cwd, options.snapshot);
  if (file !== undefined) await writeFile(file, trial.snapshot);
  const { codec, width, height } = trial.probe;
  const { frames, firstFrameMs, fps, advice } = trial;
  const report = {
    ...{ ok: true, camera: shown, codec, width, height, frames, firstFrameMs: Math.round(firstFrameMs) },
    ...(fps === undefined ? {} : { fps: Number(fps.toFixed(1)) }),
    ...(file === undefined ? {} : { snapshot: file }),
    advice: advice.map(({ message }) => message),
  };
  const rate = fps === undefined ? '' : `, ${fps.toFixed(1)} a second`;
  const lines = [
    `${shown}: ${codec} ${width}x${height}`,
    `${frames} ${frames === 1 ? 'frame' : 'frames'} decoded${rate}, the first after ${(firstFrameMs / 1000).toFixed(1)} s`,
    ...(file === undefined ? [] : [`snapshot: ${file}`]),
    ...advice.map(({ message }) => `advice: ${message}`),
  ];
  context.say(report, lines.join('\n'));
  return EXIT.ok;
}
