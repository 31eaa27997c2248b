import { InvalidArgumentError, type Command } from 'commander';
import type { CapacityReport } from '../../app/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { positive } from '../option-values.ts';
import { textTable } from '../text/text-table.ts';

interface PlanOptions {
  readonly seconds: number;
  readonly size: { readonly width: number; readonly height: number };
  readonly rate: number;
  readonly offline?: boolean;
}

/** `lineside plan` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--seconds <number>', 'length of each measurement', positive, 5)
    .option('--size <WxH>', 'size of cameras that cannot be opened', pictureSize, { width: 1920, height: 1080 })
    .option('--rate <number>', 'frames a second that such a camera sends', positive, 25)
    .option('--offline', 'open no camera: all have this size and rate')
    .addHelpText(
      'after',
      examples(
        'lineside plan',
        'lineside plan --config line.yaml --offline --size 2560x1440 --rate 15',
        'lineside plan --seconds 10 --json',
      ) +
        '\n\nMeasures on this device what the cameras and models of the configuration cost, one after the other: each camera as' +
        '\nthe inspection opens and scales it, each model as the inspection runs it. Then says whether all fit, with a quarter' +
        '\nof the CPUs and a fifth of the time of each model left free, how many such cameras would fit, and at what rate these' +
        '\nfit. Use it before the service is started: one that runs makes the figures worse. A camera that cannot be opened' +
        '\nis replaced by a made-up video. Ends with 0 when the configuration fits, with 1 and what to change when it does' +
        '\nnot, with 2 when the configuration is wrong. What was measured is kept in the data folder: run and config check' +
        '\nwarn by it of a configuration that does not fit, or refuse it with inference.whenShort: refuse.',
    )
    .action(action<PlanOptions>(registry, plan));
}

async function plan(context: Context, options: PlanOptions): Promise<ExitCode> {
  const { io } = context;
  const [{ loadConfig }, { keepPlan, measureCapacity }] = await Promise.all([
    import('../../config/index.ts'),
    import('../../app/index.ts'),
  ]);
  const loaded = await loadConfig(context.configPath, await context.configSources());
  if (loaded.config.cameras.length === 0) {
    throw new CliError('no_cameras', `${context.configPath} has no cameras`, 'add one under `cameras:`');
  }
  const report = await measureCapacity({
    ...{ loaded, dataDir: context.dataDir, seconds: options.seconds, openCameras: options.offline !== true },
    assumed: { ...options.size, fps: options.rate },
    searchPath: io.env['PATH'],
    clock: io.clock,
    log: (line) => io.err(`${line} ...`),
    signal: io.signal,
  });
  await keepPlan(context.dataDir, loaded, report, io.clock.wallMs());
  const change = report.fits ? [] : changesFor(report);
  context.say({ ...report, change }, textOf(report, change));
  return report.fits && report.refused.length === 0 ? EXIT.ok : EXIT.problems;
}

function textOf(report: CapacityReport, change: readonly string[]): string {
  const { cameras, models, uses, cores, fits, tightest, camerasThatFit, refused } = report;
  const percent = (part: number): string => `${Math.round(100 * part)} %`;
  const cameraTable = textTable({
    columns: ['camera', 'stream', 'sends', 'wanted', 'cores', ''],
    rows: cameras.map(({ camera, codec, width, height, sourceFps, wantedFps, cores: used, basis, reason }) => [
      camera,
      `${codec} ${width}x${height}`,
      sourceFps === undefined ? '?' : sourceFps.toFixed(1),
      wantedFps.toFixed(1),
      used.toFixed(3),
      basis === 'measured' ? 'measured' : `assumed: ${reason ?? ''}`,
    ]),
  });
  const modelTable = textTable({
    columns: ['model', 'runs on', 'ms', 'CPU ms', 'wanted a second'],
    rows: models.map(({ model, provider, p50Ms, cpuMsPerFrame, perSecond }) => [
      model,
      provider,
      p50Ms.toFixed(1),
      cpuMsPerFrame.toFixed(1),
      perSecond.toFixed(1),
    ]),
  });
  const useLines = uses.map(({ resource, used, usable }) =>
    resource === 'cpu'
      ? `  cpu: ${used.toFixed(2)} of ${usable.toFixed(2)} usable cores (${cores} in all)`
      : `  ${resource}: busy ${percent(used)} of the time, at most ${percent(usable)}`,
  );
  const more = Number.isFinite(camerasThatFit) ? `; ${camerasThatFit} such cameras would fit` : '';
  const verdict = fits
    ? `It fits${more}. What is used most: ${tightest}.`
    : `It does not fit: ${tightest} is not enough${more}.`;
  return [
    cameraTable,
    '',
    ...(models.length === 0 ? [] : [modelTable, '']),
    ...useLines,
    '',
    verdict,
    ...change.map((text) => `Try: ${text}`),
    ...refused.flatMap(({ model, message, advice }) => [`Model ${model} cannot be run: ${message}`, `Try: ${advice}`]),
  ].join('\n');
}

/** What would make a configuration fit, with the numbers. */
function changesFor({ rateFactor, camerasThatFit, cameras, tightest, models }: CapacityReport): readonly string[] {
  const changes: string[] = [];
  if (rateFactor > 0) {
    const rates = cameras.map(({ camera, wantedFps }) => `${camera} ${floorTenth(rateFactor * wantedFps)}`);
    changes.push(`lower the rate (fps) of all cameras and models to ${percentOf(rateFactor)}: ${rates.join(', ')}`);
  }
  changes.push(
    `use at most ${camerasThatFit} of these cameras here`,
    ...(tightest === 'cpu' ? ['use the sub-streams of the cameras, or H.264 with a lower frame rate'] : []),
    ...(models.some(({ provider }) => provider === 'cpu') ? ['run the models on a GPU, or use smaller ones'] : []),
  );
  return changes;
}

function percentOf(factor: number): string {
  return `${Math.floor(100 * factor)} %`;
}

function floorTenth(value: number): string {
  return (Math.floor(value * 10) / 10).toFixed(1);
}

function pictureSize(text: string): { readonly width: number; readonly height: number } {
  const [, width, height] = (/^(\d{2,5})x(\d{2,5})$/.exec(text) ?? []).map(Number);
  if (width === undefined || height === undefined || width % 2 !== 0 || height % 2 !== 0) {
    throw new InvalidArgumentError('It must be a size such as 1920x1080, of even numbers.');
  }
  return { width, height };
}
