import { systemClock } from '@lineside/kit';
import type { CoverageAnswer, CoverageWords, Division } from '@lineside/protocol/coverage';
import { type Command, Option } from 'commander';
import { UsageError } from '../../errors/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface CoverageOptions {
  readonly device?: string;
  readonly camera?: string;
  readonly at?: string;
  readonly date?: string;
  readonly from?: string;
  readonly to?: string;
  readonly by?: Division;
}

/** `lineside-collector coverage` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--device <id>', 'only of this device; default: all')
    .option('--camera <id>', 'only of this camera')
    .option('--at <time>', 'the minute of this time: 02:14, 2026-11-28T02:14 or 2026-11-28T02:14Z')
    .option('--date <day>', 'this day of the calendar of the line: 2026-11-28')
    .option('--from <time>', 'from this time on; default: 8 hours before the end')
    .option('--to <time>', 'up to this time; default: now')
    .addOption(new Option('--by <part>', 'divided by').choices(['minute', 'hour', 'shift']))
    .description(
      'Was the check running? For how long each camera was inspected, when it was not, and why. Times without a zone are in the time of the line. --json: one line {nowMs, devices}. Ends with 4 when a camera was not inspected for a part of the time, or nobody knows.',
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector coverage --device line-1 --at 02:14',
        'lineside-collector coverage --date 2026-11-28 --by shift --json',
      ),
    )
    .action(action(registry, coverage));
}

interface DeviceCoverage {
  readonly device: string;
  readonly timeZone: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly by: Division;
  readonly answer: CoverageAnswer;
}

async function coverage(context: Context, { device, ...options }: CoverageOptions): Promise<ExitCode> {
  const { answerJson, coverSentence, planOrDefault, requestOf, stateOf } = await import('@lineside/protocol/coverage');
  const { readCoverage } = await import('../../inspection/index.ts');
  const nowMs = systemClock.wallMs();
  const words: CoverageWords = options.at === undefined ? { by: 'shift', ...options } : options;
  const devices = await context.withStore(await context.config(), async ({ records }) => {
    const rows = (await records.devices()).filter((row) => device === undefined || row.device === device);
    if (rows.length === 0 && device !== undefined) {
      throw new UsageError({
        code: 'device_unknown',
        message: `this collector does not know device ${device}`,
        advice: 'lineside-collector device list',
      });
    }
    const found: DeviceCoverage[] = [];
    for (const row of rows) {
      const plan = planOrDefault(row.birth?.shifts);
      const request = requestOf(words, plan, nowMs);
      if (request.mistake !== undefined) {
        const advice = 'lineside-collector coverage --help';
        throw new UsageError({ code: 'query_invalid', message: request.mistake, advice });
      }
      const answer = await readCoverage(records, { ...request, device: row.device });
      found.push({ ...request, device: row.device, timeZone: plan.timeZone, answer });
    }
    return found;
  });
  const cameras = devices.flatMap(({ answer }) => answer.cameras);
  context.say(
    {
      nowMs,
      devices: devices.map(({ device: id, timeZone, fromMs, toMs, by, answer }) => ({
        ...{ device: id, timeZone, fromAtMs: fromMs, toAtMs: toMs, by },
        ...answerJson(answer, timeZone),
      })),
    },
    devices
      .map((one) =>
        [
          one.device,
          ...(one.answer.cameras.length === 0 ? ['  no record of this time'] : []),
          ...one.answer.cameras.flatMap(({ camera, parts }) => [
            `  ${camera}`,
            ...parts.map((part) => `    ${coverSentence(part, one.timeZone)}`),
          ]),
        ].join('\n'),
      )
      .join('\n'),
  );
  const isCovered = cameras.length > 0 && cameras.every((one) => ['inspected', 'unscheduled'].includes(stateOf(one)));
  return isCovered ? EXIT.ok : EXIT.degraded;
}
