import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { editLine } from '../../config/index.ts';
import { enrollDevice } from '../enroll-device.ts';
import { coded } from '../exit.ts';
import { findingText } from './finding-text.ts';
import type { SetupSession } from './session.ts';

/** A broker reads its users again when a device was enrolled; on a busy machine that takes seconds. */
const BROKER_LEARNS_MS = 20_000;
const ASK_AGAIN_MS = 500;

/** Where records go, and how this device proves who it is. Without a collector the device works alone. */
export async function collectorStep(session: SetupSession): Promise<void> {
  const { flags, questions, texts } = session;
  if (flags.collector === false) return workAlone(session);
  const before = session.config.config.uplink?.broker.shown;
  const claim = flags.claim ?? (flags.broker === undefined ? await questions.ask(texts.askClaim) : '');
  if (claim !== '') await enroll(session, claim);
  else {
    const broker = flags.broker ?? (await questions.ask(texts.askBroker, before ?? ''));
    if (broker === '') return workAlone(session);
    if (broker !== before) {
      const login = await credentials(session);
      await session.change(editLine(session.config.text, { uplink: { broker, ...login } }));
    }
  }
  return checkBroker(session, claim === '' ? 0 : BROKER_LEARNS_MS);
}

function workAlone(session: SetupSession): void {
  session.say(`  ${session.texts.alone}`);
}

/** Asks again where the code or the address was wrong, as long as somebody can answer. */
async function enroll(session: SetupSession, given: string): Promise<void> {
  const { flags, questions, context, texts } = session;
  const { configPath, io } = context;
  const { device } = session.config.config;
  const { collector: place } = flags;
  for (let claim = given; ; claim = await questions.ask(texts.askClaimAgain, claim)) {
    const collector = typeof place === 'string' ? place : await questions.ask(texts.askCollector);
    try {
      const { uplink, broker } = await enrollDevice({ configPath, device, collector, claim, signal: io.signal });
      await session.change(editLine(session.config.text, { uplink }));
      session.say(`  ${texts.enrolled(device, broker)}`);
      return;
    } catch (error) {
      const said = session.inOwnWords(error, texts.noAddressOfCollector(collector), '--collector collector.plant:8981');
      const { code } = coded(error);
      if (code === 'unexpected' || !questions.canAsk || flags.claim !== undefined || io.signal.aborted) throw said;
      session.complain(said);
    }
  }
}

/** `learnsMs`: how long a broker may refuse this device because it does not know it yet. */
async function checkBroker(session: SetupSession, learnsMs: number): Promise<void> {
  const { io } = session.context;
  const { brokerCheck, runCheck } = await import('../../diagnostics/index.ts');
  const { uplink } = session.config.config;
  if (uplink === undefined) return;
  const check = brokerCheck(uplink, session.config, { random: io.random, nowMs: io.clock.wallMs() });
  const run = () => runCheck(check, { clock: io.clock, signal: io.signal, slow: () => undefined });
  const untilMs = io.clock.monoMs() + learnsMs;
  let results = await run();
  const isRefused = (): boolean => results.some(({ code }) => code === 'credentials_refused');
  if (isRefused() && learnsMs > 0) session.say(`  ${session.texts.brokerLearns}`);
  while (isRefused() && io.clock.monoMs() < untilMs) {
    await io.clock.sleep(ASK_AGAIN_MS, io.signal);
    results = await run();
  }
  for (const result of results) session.say(findingText(session, result));
}

async function credentials(session: SetupSession): Promise<Readonly<Record<string, string>>> {
  const { flags, questions, context, texts } = session;
  const { device } = session.config.config;
  if (flags.passwordFile === undefined) {
    session.say(`  ${texts.addDevice(device)}`);
  }
  const password =
    flags.passwordFile === undefined
      ? await questions.secret(texts.askBrokerPassword)
      : (await readFile(resolve(context.io.cwd, flags.passwordFile), 'utf8')).trim();
  if (password === '') return {};
  return { username: device, password: await session.keepSecret('uplink-password', password) };
}
