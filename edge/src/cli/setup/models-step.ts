import { editLine } from '../../config/index.ts';
import { UsageError } from '../errors.ts';
import type { SetupSession } from './session.ts';
import { modelLabels } from './sentence-context.ts';

/** Which models inspect which camera. */
export async function modelsStep(session: SetupSession): Promise<void> {
  const { flags, questions } = session;
  const known = await modelLabels(session);
  const names = [...known.keys()];
  session.say([...known].map(([id, labels]) => `  ${id}: detects ${labels.join(', ')}`).join('\n'));
  const given = new Map(flags.model.map(assigned));
  for (const { id, models } of session.config.config.cameras) {
    const present = models.map((model) => model.id);
    const proposed = present.length > 0 ? present.join(',') : (names[0] ?? '');
    for (;;) {
      const flag = given.get(id) ?? given.get('');
      const answer = flag ?? (await questions.ask(`Models of ${id}, with commas between`, proposed));
      const chosen = answer.split(',').map((name) => name.trim());
      const other = chosen.find((name) => !names.includes(name));
      if (other === undefined) {
        await session.change(editLine(session.config.text, { cameras: [{ id, models: chosen }] }));
        session.say(`  ${id}: ${chosen.join(', ')}`);
        break;
      }
      const advice = `choose of: ${names.join(', ')}`;
      if (flag !== undefined || !questions.canAsk) throw new UsageError(`there is no model ${other}`, advice);
      session.say(`  there is no model ${other}; ${advice}`);
    }
  }
}

/** CAMERA=MODELS, or models of every camera. */
function assigned(text: string): readonly [camera: string, models: string] {
  const at = text.indexOf('=');
  return at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + 1)];
}
