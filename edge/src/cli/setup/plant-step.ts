import { SecretResolver, SecretText, splitLogin } from '@lineside/kit';
import { dirname } from 'node:path';
import { editLine } from '../../config/index.ts';
import { UsageError } from '../errors.ts';
import { coded } from '../exit.ts';
import { connectionOf, withConnection } from '../plant-point.ts';
import { tryPoint } from '../try-point.ts';
import type { SetupSession } from './session.ts';

const READS = 5;
const SHOWN = 20;

/** Values that come from the plant: each is read before it is taken. Which protocols there are follows from the URL. */
export async function plantStep(session: SetupSession): Promise<void> {
  const { flags, questions, texts } = session;
  for (const text of flags.plant) {
    const [, id = nextId(session), url = text] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
    await add(session, id, url);
  }
  while (questions.canAsk && flags.plant.length === 0) {
    const answer = await questions.ask(texts.askPlant);
    if (answer === '') break;
    try {
      const url = await chosenPoint(session, answer);
      if (url !== undefined) await add(session, await questions.ask(texts.askSignal, nextId(session)), url);
    } catch (error) {
      if (coded(error).code === 'unexpected' || session.context.io.signal.aborted) throw error;
      session.complain(session.inOwnWords(error, texts.noPoint(answer), 'lineside plant read --help'));
    }
  }
  const ids = session.config.config.signals.map(({ id }) => id);
  session.say(`  ${ids.length === 0 ? texts.noSignals : texts.signals(ids.join(', '))}`);
}

/** The URL itself where it names a point; of a controller alone, a point that the person picks where it can be browsed. */
async function chosenPoint(session: SetupSession, url: string): Promise<string | undefined> {
  const { questions, context, texts } = session;
  const target = await connectionOf(url);
  if (target.point !== undefined) return url;
  const points = await withConnection(context, target, async (open) => (await open.browse?.(undefined, SHOWN)) ?? []);
  session.say(
    points
      .map(({ point, readings }, i) => {
        const facts = Object.entries(readings)
          .slice(0, 3)
          .map(([name, value]) => `${name} ${value}`);
        return `  ${i + 1}  ${point}  ${facts.join('  ')}`;
      })
      .join('\n'),
  );
  const point = await questions.ask(texts.askPoint);
  if (point === '') return undefined;
  const picked = /^\d+$/.test(point) ? points[Number(point) - 1]?.point : point;
  if (picked === undefined) throw new UsageError(texts.noPoint(point), 'lineside plant browse --help');
  const [base = '', query] = url.split('?');
  const [path = '', own] = picked.split('?');
  const options = [query, own].filter((part) => part !== undefined).join('&');
  return `${base.replace(/\/$/, '')}/${path}${options === '' ? '' : `?${options}`}`;
}

/** Tries a point, and writes it into the configuration as a signal. Throws where it does not answer or is bad. */
async function add(session: SetupSession, id: string, given: string): Promise<void> {
  const { context, texts } = session;
  if (!/^[\w.-]{1,64}$/.test(id)) throw new UsageError(texts.noSignalName(id), texts.writeName);
  const resolver = new SecretResolver({ env: context.io.env, baseDir: dirname(context.configPath) });
  const tried = await tryPoint(context, resolver.url(new SecretText(given, 'url')), READS);
  if (tried.reads === 0) throw new UsageError(texts.noPoint(tried.url), 'lineside plant browse URL');
  if (tried.bad > 0) throw new UsageError(texts.badPoint(tried.url, tried.last), 'lineside plant test URL');
  session.say(`  ${id}: ${texts.value} ${tried.last} (${tried.p50Ms ?? 0} ms)`);
  const { withReference, password } = splitLogin(given, `\${file:./secrets/signal-${id}}`);
  if (password !== undefined) await session.keepSecret(`signal-${id}`, password);
  const type = /^-?\d/.test(tried.last) ? {} : { type: 'text' };
  await session.change(editLine(session.config.text, { signals: [{ id, ...type, source: withReference }] }));
}

function nextId({ config: { config } }: SetupSession): string {
  const taken = new Set(config.signals.map(({ id }) => id));
  for (let n = 1; ; n += 1) if (!taken.has(`signal-${n}`)) return `signal-${n}`;
}
