import { machineName } from '@lineside/kit';
import { editLine } from '../../config/index.ts';
import type { SetupSession } from './session.ts';

const FIRST = '# Every key: docs/configuration.md. After a change: lineside config check\n';

/** Who this device is, and what people call its line. */
export async function nameStep(session: SetupSession): Promise<void> {
  const { questions, flags, loaded, texts } = session;
  const device = flags.device ?? (await questions.ask(texts.askDevice, loaded?.config.device ?? machineName()));
  const line = flags.line ?? (await questions.ask(texts.askLine, loaded?.config.line ?? device));
  await session.change(editLine(loaded?.text ?? FIRST, { device, line, ...session.languageChange }));
  session.say(`  ${texts.named(device, line)}`);
}
