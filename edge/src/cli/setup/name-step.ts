import { machineName } from '@lineside/kit';
import { editLine } from '../../config/index.ts';
import type { SetupSession } from './session.ts';

const FIRST = '# Every key: docs/configuration.md. After a change: lineside config check\n';

/** Who this device is, and what people call its line. */
export async function nameStep(session: SetupSession): Promise<void> {
  const { questions, flags, loaded } = session;
  const device =
    flags.device ??
    (await questions.ask('Name of this device, unique and never changed', loaded?.config.device ?? machineName()));
  const line = flags.line ?? (await questions.ask('Name of the line for people', loaded?.config.line ?? device));
  await session.change(editLine(loaded?.text ?? FIRST, { device, line }));
  session.say(`  device ${device}, line ${line}`);
}
