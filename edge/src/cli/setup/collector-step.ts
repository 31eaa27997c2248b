import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { editLine } from '../../config/index.ts';
import type { SetupSession } from './session.ts';

/** Where records go, and how this device proves who it is. Without a collector the device works alone. */
export async function collectorStep(session: SetupSession): Promise<void> {
  const { flags, questions, context } = session;
  const { config } = session.config;
  const before = config.uplink?.broker.shown;
  const broker =
    flags.broker ?? (await questions.ask('Broker of the collector, as mqtts://HOST:8883 (empty: none)', before ?? ''));
  if (!flags.collector || broker === '') {
    session.say('  no collector: this device works alone and keeps all records');
    return;
  }
  if (broker !== before) {
    const login = await credentials(session);
    await session.change(editLine(session.config.text, { uplink: { broker, ...login } }));
  }
  const { brokerCheck, runCheck } = await import('../../diagnostics/index.ts');
  const { uplink } = session.config.config;
  if (uplink === undefined) return;
  const { io } = context;
  const check = brokerCheck(uplink, session.config, { random: io.random, nowMs: io.clock.wallMs() });
  for (const result of await runCheck(check, { clock: io.clock, signal: io.signal, slow: () => undefined })) {
    const { verdict, message, advice } = result;
    session.say(`  ${verdict.padEnd(8)} ${message}${advice === '' ? '' : `\n           Try: ${advice}`}`);
  }
}

async function credentials(session: SetupSession): Promise<Readonly<Record<string, string>>> {
  const { flags, questions, context } = session;
  const { device } = session.config.config;
  if (flags.passwordFile === undefined) {
    session.say(
      `  at the collector: lineside-collector device add ${device}\n  It prints the password of this device, once.`,
    );
  }
  const password =
    flags.passwordFile === undefined
      ? await questions.secret('Password of this device at the broker (empty: none needed)')
      : (await readFile(resolve(context.io.cwd, flags.passwordFile), 'utf8')).trim();
  if (password === '') return {};
  return { username: device, password: await session.keepSecret('uplink-password', password) };
}
