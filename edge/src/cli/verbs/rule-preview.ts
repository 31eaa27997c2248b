import { type Command, InvalidArgumentError } from 'commander';
import type { SetupView } from '../../setup/index.ts';
import type { ShapesChange } from '../../status/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type PreviewAnswer, previewText } from '../text/preview-text.ts';

type Settings = Readonly<Record<string, string>>;

interface PreviewOptions {
  readonly set: Settings;
  readonly zone?: string;
}

/** What the service answers for the shapes of a camera. */
type View = SetupView & { readonly revision: string };

/** The service gives up after 290 s itself. */
const WITHIN_MS = 300_000;
const NO_ZONE = 'none';

/** `lineside rule preview` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<rule>', 'id of a rule of the configuration')
    .option('--set <name=value>', 'another value of an option; nothing after = stands for the default', setting, {})
    .option('--zone <id>', `another zone of its camera; ${NO_ZONE}: the whole picture`)
    .addHelpText(
      'after',
      examples(
        'lineside rule preview no-hairnet --set minScore=0.7 --set minDuration=8s',
        'lineside rule preview spills --zone aisle --json',
      ) +
        '\n\nThe running service judges the results of the last hour twice, as the rules are and with the change, and' +
        '\nsays which events there would have been. It saves nothing. A restart forgets the results.',
    )
    .action(action<PreviewOptions>(registry, preview));
}

function setting(text: string, before: Settings): Settings {
  const [, name, value] = /^([A-Za-z]{1,40})=(.{0,200})$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It must be NAME=VALUE.');
  return { ...before, [name]: value };
}

async function preview(context: Context, options: PreviewOptions, [id = '']: readonly string[]): Promise<ExitCode> {
  const camera = await cameraOf(context, id);
  const path = `/api/v1/cameras/${encodeURIComponent(camera)}`;
  const view = (await callService(context.dataDir, `${path}/shapes`)) as View;
  const change = changeOf(view, id, options);
  const answer = (await callService(context.dataDir, `${path}/preview`, change, WITHIN_MS)) as PreviewAnswer;
  context.say(answer, previewText(answer));
  return EXIT.ok;
}

/** From the file: asking the service about every camera would make it forget what can be undone on the page. */
async function cameraOf(context: Context, id: string): Promise<string> {
  const { loadConfig } = await import('../../config/index.ts');
  const { config } = await loadConfig(context.configPath, await context.configSources());
  const rule = config.rules.find((one) => one.id === id);
  if (rule !== undefined) return rule.camera;
  const known = config.rules.map((one) => one.id).join(', ') || 'there is none';
  throw new UsageError(`${context.configPath} has no rule ${id}`, `one of its rules: ${known}`);
}

/** The rule with the change, and every shape as it is. */
function changeOf({ revision, shapes, rules }: View, id: string, { set, zone }: PreviewOptions): ShapesChange {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) {
    const advice = 'name the configuration of the service with --config';
    throw new UsageError(`the running service has no rule ${id}`, advice);
  }
  const names = Object.keys(rule.options);
  const foreign = Object.keys(set).find((name) => !names.includes(name));
  if (foreign !== undefined) {
    throw new UsageError(`rule ${id} has no option ${foreign} of one value`, `one of ${names.join(', ')}`);
  }
  if (zone === undefined && Object.keys(set).length === 0) {
    throw new UsageError('there is nothing to change', `--set NAME=VALUE, one of ${names.join(', ')}, or --zone ID`);
  }
  const wanted = zone === NO_ZONE ? null : zone;
  return {
    revision,
    shapes: shapes.map(({ kind, id: shape, points }) => ({ kind, id: shape, points })),
    rules: [{ id, zone: wanted === undefined ? (rule.zone ?? null) : wanted, options: set }],
  };
}
