import type { Command } from 'commander';
import type { ReviewDetails } from '../../reviews/index.ts';
import { UsageError } from '../../errors/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { byOption, personOf, type PersonOptions } from '../person.ts';

/** `lineside-collector review mark` */
export function configure(command: Command, registry: Registry): void {
  byOption(command)
    .argument('<event>', 'id of the event (see "events list")')
    .argument('<verdict>', 'true, false_alarm, missed or unsure')
    .option('--device <id>', 'whose event, where several devices have one of this id')
    .option('--label <name>', 'what was missed; of a true event in place of its label')
    .option('--box <x1,y1,x2,y2>', 'where it is, in pixels of the camera; of a true event in place of its box')
    .option('--note <text>', 'for others who look at it')
    .description(
      'Keeps what a person says about an event: it is true, it is a false alarm, its snapshot also shows something that was missed, or they are unsure, which withdraws what was said before. The statements make the labelled set that "review export" writes. --json: one line, the review.',
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector review mark 019a4f10-7b4e-7c3a-9d55-2b1f5d0f1c3e false_alarm --by anna',
        'lineside-collector review mark 019a4f10-7b4e-7c3a-9d55-2b1f5d0f1c3e missed --label hand --box 120,80,180,150',
      ),
    )
    .action(action(registry, mark));
}

interface MarkOptions extends PersonOptions {
  readonly device?: string;
  readonly label?: string;
  readonly box?: string;
  readonly note?: string;
}

async function mark(
  context: Context,
  options: MarkOptions,
  [event = '', said = '']: readonly string[],
): Promise<ExitCode> {
  const { markEvent, VERDICTS } = await import('../../reviews/index.ts');
  const { systemClock } = await import('@lineside/kit');
  const verdict = VERDICTS.find((one) => one === said);
  if (verdict === undefined) throw wrong(`${said} is no verdict`, `use one of ${VERDICTS.join(', ')}`);
  const details = await detailsOf(options);
  const { device } = options;
  const wanted = { event, device, verdict, who: (await personOf(context, options)).name, details };
  const review = await context.withStore(await context.config(), async (store) =>
    markEvent(store.reviews, wanted, systemClock.wallMs()),
  );
  context.say(review, `${review.event} of ${review.device}: ${verdict.replaceAll('_', ' ')}`);
  return EXIT.ok;
}

async function detailsOf({ label, box, note }: MarkOptions): Promise<ReviewDetails> {
  const { ReviewDetails: Details } = await import('../../reviews/index.ts');
  const numbers = box?.split(',').map(Number);
  const parsed = Details.safeParse({
    ...(label === undefined ? {} : { label }),
    ...(numbers === undefined ? {} : { box: numbers }),
    ...(note === undefined ? {} : { note }),
  });
  if (parsed.success) return parsed.data;
  throw wrong(parsed.error.issues.map(({ message }) => message).join('; '), 'write a box like --box 120,80,180,150');
}

function wrong(message: string, advice: string): UsageError {
  return new UsageError({ code: 'review_invalid', message, advice });
}
