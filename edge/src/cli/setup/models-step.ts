import { editLine } from '../../config/index.ts';
import { UsageError } from '../errors.ts';
import type { SetupSession } from './session.ts';
import { modelLabels } from './sentence-context.ts';

/** Models of the catalog that look at detections of another one, and make no sense of a frame. */
const SECOND_STAGES: ReadonlySet<string> = new Set(['heads']);

/** Which models inspect which camera. */
export async function modelsStep(session: SetupSession): Promise<void> {
  const { flags, questions, texts } = session;
  const known = new Map([...(await modelLabels(session))].filter(([id]) => !SECOND_STAGES.has(id)));
  const names = [...known.keys()];
  session.say([...known].map(([id, labels]) => `  ${id}: ${texts.detects(labels.join(', '))}`).join('\n'));
  const given = new Map(flags.model.map(assigned));
  for (const { id, models } of session.config.config.cameras) {
    const present = models.map((model) => model.id);
    const proposed = present.length > 0 ? present.join(',') : (names[0] ?? '');
    for (;;) {
      const flag = given.get(id) ?? given.get('');
      const answer = flag ?? (await questions.ask(texts.askModels(id), proposed));
      const chosen = answer.split(',').map((name) => name.trim());
      const other = chosen.find((name) => !names.includes(name));
      if (other === undefined) {
        await session.change(editLine(session.config.text, { cameras: [{ id, models: chosen }] }));
        session.say(`  ${id}: ${chosen.join(', ')}`);
        break;
      }
      const error = new UsageError(texts.noModel(other), texts.chooseOf(names.join(', ')));
      if (flag !== undefined || !questions.canAsk) throw error;
      session.complain(error);
    }
  }
}

/** CAMERA=MODELS, or models of every camera. */
function assigned(text: string): readonly [camera: string, models: string] {
  const at = text.indexOf('=');
  return at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + 1)];
}
