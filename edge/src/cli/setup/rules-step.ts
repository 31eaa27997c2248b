import { stringify } from 'yaml';
import { editLine } from '../../config/index.ts';
import {
  describeRule,
  parseSentence,
  type Refused,
  ruleOptionsOf,
  type SentenceContext,
} from '../../sentences/index.ts';
import { UsageError } from '../errors.ts';
import { sentenceContext } from './sentence-context.ts';
import type { SetupSession } from './session.ts';
import type { SetupTexts } from './texts.ts';

/** What becomes an event, said in sentences; each is shown back before it is saved. */
export async function rulesStep(session: SetupSession): Promise<void> {
  const { flags, questions, texts } = session;
  await watchCameras(session);
  const context = await sentenceContext(session);
  for (const sentence of flags.rule) {
    const refused = await add(session, sentence, context);
    if (refused !== undefined) throw new UsageError(refused.problem, refused.advice);
  }
  if (!questions.canAsk || flags.rule.length > 0) {
    if (flags.rule.length === 0)
      for (const sentence of proposedRules(context, texts)) await add(session, sentence, context);
    return;
  }
  session.say(
    [`  ${texts.rulesFirst}`, ...proposedRules(context, texts).map((sentence) => `    ${sentence}`)].join('\n'),
  );
  for (;;) {
    const sentence = await questions.ask(texts.askRule);
    if (sentence === '') return;
    const refused = await add(session, sentence, context);
    if (refused !== undefined) session.say(`  ${refused.problem}\n  ${texts.todo}: ${refused.advice}`);
  }
}

/** Reads a sentence, shows what was understood, and saves it once the person agrees. */
async function add(session: SetupSession, sentence: string, context: SentenceContext): Promise<Refused | undefined> {
  const { language, texts } = session;
  const reading = parseSentence(sentence, context, language);
  if (!reading.ok) {
    const understood = reading.understood.length === 0 ? texts.nothing : reading.understood.join(' | ');
    return { problem: `${reading.problem}; ${texts.understood}: ${understood}`, advice: reading.advice };
  }
  const written = ruleOptionsOf(reading.draft, nextId(session), context, language);
  if (!written.ok) return written;
  const { options } = written;
  const said = describeRule(reading.draft, reading.language);
  if (Object.values(session.sentences).includes(said)) {
    session.say(`  ${texts.thereAlready}: ${said}`);
    return undefined;
  }
  session.say(`  ${texts.understood}: ${said}\n${indented(stringify(options, { lineWidth: 100 }))}`);
  if (!(await session.questions.confirm(texts.saveRule, true))) return undefined;
  await session.change(editLine(session.config.text, { rules: [{ options, sentence: said }] }));
  await session.remember(String(options['id']), said);
  return undefined;
}

/** What is wrong with a camera itself is an event too. */
async function watchCameras(session: SetupSession): Promise<void> {
  const { cameras, rules } = session.config.config;
  const missing = cameras.filter(
    ({ id }) => !rules.some((rule) => rule.type === 'camera_health' && rule.camera === id),
  );
  if (missing.length === 0) return;
  const added = missing.map(({ id }) => ({ options: { id: `${id}-health`, type: 'camera_health', camera: id } }));
  await session.change(editLine(session.config.text, { rules: added }));
}

/** One sentence for each camera and model, by what the model detects. */
export function proposedRules({ cameras }: SentenceContext, texts: SetupTexts): readonly string[] {
  return cameras.flatMap(({ id, models }) => {
    const labels = new Set(models.flatMap((model) => model.labels));
    return texts.proposedRules.filter(({ label }) => labels.has(label)).map(({ sentence }) => sentence(id));
  });
}

function nextId({ config: { config } }: SetupSession): string {
  const taken = new Set(config.rules.map(({ id }) => id));
  for (let n = 1; ; n += 1) if (!taken.has(`rule-${n}`)) return `rule-${n}`;
}

function indented(text: string): string {
  return text.trimEnd().replace(/^/gm, '    ');
}
