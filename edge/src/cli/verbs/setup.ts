import { type Command, Option } from 'commander';
import { action, type Context, examples, type GlobalOptions, type Registry } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { collect, milliseconds } from '../option-values.ts';
import type { SetupFlags } from '../setup/session.ts';

interface SetupOptions extends GlobalOptions, SetupFlags {
  readonly yes?: boolean;
}

/** In their order; the same as in setup/session.ts, which a help text need not load. */
const STEPS = ['name', 'machine', 'cameras', 'models', 'zones', 'rules', 'collector', 'plant', 'event'];

/** `lineside setup` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--device <id>', 'identity of this device at the collector; never changed later')
    .option('--line <name>', 'name of the line for people')
    .option('--camera <[id=]url>', 'a camera: URL or file; repeat for more', collect, [])
    .option('--model <[camera=]ids>', 'models of a camera, or of all, with commas between; repeat', collect, [])
    .option('--zone <[camera:]name=corners>', 'zone as name=x,y;x,y;x,y in fractions of the frame; repeat', collect, [])
    .option('--rule <sentence>', 'what must not be, as a sentence in English or Russian; repeat', collect, [])
    .option('--plant <[signal=]url>', 'a value from the plant: URL of a point of a controller; repeat', collect, [])
    .option('--broker <url>', 'broker of the collector: mqtts://collector.plant:8883')
    .option('--password-file <file>', 'file with the password of this device at the broker')
    .option('--collector <host:port>', 'where the collector takes enrolments')
    .option('--claim <code>', 'claim code of the collector; the key is made on this device')
    .option('--no-collector', 'work without a collector')
    .option('--no-event', 'leave the test event out')
    .option(
      '--wait <duration>',
      'how long a test event is waited for, once a camera is inspected',
      milliseconds,
      60_000,
    )
    .addOption(new Option('--again <step>', 'do one step again').choices(STEPS))
    .addOption(
      new Option('--lang <language>', 'language of questions and alerts (default: by LANG)').choices(['en', 'ru']),
    )
    .option('--yes', 'ask nothing: what no option answers gets the proposed answer')
    .addHelpText(
      'after',
      examples(
        'lineside setup',
        'lineside setup --again zones',
        'lineside setup --lang ru --plant scale=modbus+tcp://10.0.0.9/input:6?type=float32',
        'lineside setup --yes --device line-7 --camera packing=rtsp://viewer:secret@10.0.0.21/stream1 --model ppe ' +
          '--rule "no hairnet in packing for longer than 5 seconds is a violation"',
        'lineside setup --rule "нет сетки на голове в packing дольше 5 секунд — нарушение"',
      ) +
        '\n\nAsks for everything that a line needs, tries each answer, and writes it into the configuration at once: an interrupted' +
        '\nsetup goes on where it was. Each camera is tried and a picture of it kept; each sentence is shown as it was understood,' +
        '\nwith the rule that it becomes, before it is saved; a sentence with a word that is not understood is refused. The last step' +
        '\nruns the line until there is an event: with the service where it runs or can be started, else by itself; cameras may take' +
        '\nthree times --wait until they give results, and those that gave none are named with the reason. Passwords are' +
        '\nwritten into files of their own. Without a terminal nothing is asked. Ends with 1 when a step failed or no event' +
        '\ncame in time, and can be started again then.',
    )
    .action(action<SetupOptions>(registry, setup));
}

async function setup(context: Context, options: SetupOptions): Promise<ExitCode> {
  const [{ runSetup }, { NoQuestions, TerminalQuestions }, { languageOf, SETUP_TEXTS }] = await Promise.all([
    import('../setup/index.ts'),
    import('../setup/questions.ts'),
    import('../setup/texts.ts'),
  ]);
  const silent = options.yes === true || !process.stdin.isTTY;
  const { stdin, stderr } = process;
  const words = SETUP_TEXTS[languageOf(options.lang, context.io.env)];
  const questions = silent ? new NoQuestions() : new TerminalQuestions(stdin, stderr, context.io.signal, words);
  // Not `using`: TypeScript 6 leaves the endings of dynamic imports in such a function as they are.
  try {
    return await runSetup(context, questions, options);
  } finally {
    questions[Symbol.dispose]();
  }
}
