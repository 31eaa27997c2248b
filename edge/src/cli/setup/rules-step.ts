import { stringify } from 'yaml';
import { editLine } from '../../config/index.ts';
import { describeRule, parseSentence, ruleOptionsOf, type SentenceContext } from '../../sentences/index.ts';
import { UsageError } from '../errors.ts';
import { sentenceContext } from './sentence-context.ts';
import type { SetupSession } from './session.ts';

/** What becomes an event, said in sentences; each is shown back before it is saved. */
export async function rulesStep(session: SetupSession): Promise<void> {
  const { flags, questions } = session;
  await watchCameras(session);
  const context = await sentenceContext(session);
  for (const sentence of flags.rule) {
    const refused = await add(session, sentence, context);
    if (refused !== undefined) throw new UsageError(refused.problem, refused.advice);
  }
  if (!questions.canAsk || flags.rule.length > 0) {
    if (flags.rule.length === 0) for (const sentence of proposedRules(context)) await add(session, sentence, context);
    return;
  }
  session.say(
    [
      '  What must not be? One sentence for each rule, in English or Russian, such as:',
      ...proposedRules(context).map((sentence) => `    ${sentence}`),
    ].join('\n'),
  );
  for (;;) {
    const sentence = await questions.ask('Rule (empty: no more)');
    if (sentence === '') return;
    const refused = await add(session, sentence, context);
    if (refused !== undefined) session.say(`  ${refused.problem}\n  Try: ${refused.advice}`);
  }
}

interface Refused {
  readonly problem: string;
  readonly advice: string;
}

/** Reads a sentence, shows what was understood, and saves it once the person agrees. */
async function add(session: SetupSession, sentence: string, context: SentenceContext): Promise<Refused | undefined> {
  const reading = parseSentence(sentence, context);
  if (!reading.ok) {
    const understood = reading.understood.length === 0 ? 'nothing' : reading.understood.join(' | ');
    return { problem: `${reading.problem}; understood: ${understood}`, advice: reading.advice };
  }
  const options = ruleOptionsOf(reading.draft, nextId(session), context);
  if (typeof options === 'string')
    return { problem: options, advice: 'choose another model: lineside setup --again models' };
  const said = describeRule(reading.draft, reading.language);
  if (Object.values(session.sentences).includes(said)) {
    session.say(`  there already: ${said}`);
    return undefined;
  }
  session.say(`  understood: ${said}\n${indented(stringify(options, { lineWidth: 100 }))}`);
  if (!(await session.questions.confirm('Save this rule?', true))) return undefined;
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
function proposedRules({ cameras }: SentenceContext): readonly string[] {
  return cameras.flatMap(({ id, models }) => {
    const labels = new Set(models.flatMap((model) => model.labels));
    return [
      ...(labels.has('bare_head') ? [`no hairnet at camera ${id} for longer than 5 seconds is a violation`] : []),
      ...(labels.has('spill') ? [`spill or litter at camera ${id} for longer than 10 seconds is a violation`] : []),
      ...(labels.has('defect') ? [`defect at camera ${id} is a violation`] : []),
    ];
  });
}

function nextId({ config: { config } }: SetupSession): string {
  const taken = new Set(config.rules.map(({ id }) => id));
  for (let n = 1; ; n += 1) if (!taken.has(`rule-${n}`)) return `rule-${n}`;
}

function indented(text: string): string {
  return text.trimEnd().replace(/^/gm, '    ');
}
