import type { Command } from 'commander';
import type { ProductionReport } from '../../production/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { durationText, localTime } from '../text/time-text.ts';

interface ProductionOptions {
  readonly shift: string;
}

/** `lineside production` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--shift <name>', 'current, previous, the latest shift of this name, or "no shift"', 'current')
    .addHelpText(
      'after',
      examples(
        'lineside production',
        'lineside production --shift previous',
        'lineside production --shift Early --json',
        'lineside production --shift "no shift"',
      ) +
        '\n\nAsks the service. Time in which a station was not inspected is unknown: neither running nor standing.' +
        '\nWhat is made outside of every shift is counted under "no shift", by the day.',
    )
    .action(action<ProductionOptions>(registry, production));
}

async function production(context: Context, { shift }: ProductionOptions): Promise<ExitCode> {
  const path = `/api/v1/production?shift=${encodeURIComponent(shift)}`;
  const report = (await callService(context.dataDir, path)) as ProductionReport;
  context.say(report, textOf(report));
  return EXIT.ok;
}

function textOf({ shift, fromMs, toMs, products, rules, stations }: ProductionReport): string {
  const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
  return [
    `shift ${shift}, ${localTime(fromMs)} to ${localTime(toMs)}`,
    ...products.map(({ product = 'all products', counted, planned }) => {
      const plan = planned === undefined ? '' : ` of ${planned} planned (${percent(counted / planned)})`;
      return `  ${product}: ${counted}${plan}`;
    }),
    ...rules.map(({ camera, rule, counts }) => {
      const text = Object.entries(counts).map(([name, count]) => `${name.replaceAll('_', ' ')} ${count}`);
      return `  ${rule} (${camera}): ${text.join(', ')}`;
    }),
    ...stations.map(({ of, camera, rule, runningMs, downMs, unknownMs, utilisation }) => {
      const [busy, idle] = of === 'staff' ? ['worked', 'idle'] : ['ran', 'stood'];
      const times = `${busy} ${durationText(runningMs)}, ${idle} ${durationText(downMs)}, unknown ${durationText(unknownMs)}`;
      return `  ${rule} (${camera}): utilisation ${percent(utilisation)}; ${times}`;
    }),
  ].join('\n');
}
