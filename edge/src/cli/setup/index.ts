import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { camerasStep } from './cameras-step.ts';
import { collectorStep } from './collector-step.ts';
import { eventStep, type TestedEvent } from './event-step.ts';
import { machineStep } from './machine-step.ts';
import { modelsStep } from './models-step.ts';
import { nameStep } from './name-step.ts';
import { plantStep } from './plant-step.ts';
import type { Questions } from './questions.ts';
import { rulesStep } from './rules-step.ts';
import { saidError, sayingsOf } from './sayings.ts';
import { type SetupFlags, SetupSession, type StepName, STEPS } from './session.ts';
import { summaryOf } from './summary.ts';
import { languageOf } from './texts.ts';
import { zonesStep } from './zones-step.ts';

/** Flags that answer a step: with one of them a step that was done is done again. */
const ANSWERS: Readonly<Record<StepName, (flags: SetupFlags) => boolean>> = {
  name: ({ device, line }) => device !== undefined || line !== undefined,
  machine: () => false,
  cameras: ({ camera }) => camera.length > 0,
  models: ({ model }) => model.length > 0,
  zones: ({ zone }) => zone.length > 0,
  rules: ({ rule }) => rule.length > 0,
  collector: ({ broker, claim }) => broker !== undefined || claim !== undefined,
  plant: ({ plant }) => plant.length > 0,
  event: () => false,
};

/** All steps from where the setup is. What a step has written stays written when a later one fails or is interrupted. */
export async function runSetup(context: Context, questions: Questions, flags: SetupFlags): Promise<ExitCode> {
  const sayings = await sayingsOf(languageOf(flags.lang, context.io.env));
  const session = new SetupSession({ context, questions, flags, sources: await context.configSources(), sayings });
  try {
    return await runSteps(session);
  } catch (error) {
    throw saidError(error, sayings);
  }
}

async function runSteps(session: SetupSession): Promise<ExitCode> {
  const { context, flags, texts } = session;
  await session.open();
  let tested: TestedEvent | undefined;
  const steps: Readonly<Record<StepName, () => Promise<void>>> = {
    name: () => nameStep(session),
    machine: () => machineStep(session),
    cameras: () => camerasStep(session),
    models: () => modelsStep(session),
    zones: () => zonesStep(session),
    rules: () => rulesStep(session),
    collector: () => collectorStep(session),
    plant: () => plantStep(session),
    event: async () => {
      tested = await eventStep(session);
    },
  };
  for (const [i, step] of STEPS.entries()) {
    if (step === 'event' && !flags.event) continue;
    const title = `${texts.stepOf(i + 1, STEPS.length)}  ${texts.titles[step]}`;
    const again = flags.again === step || ANSWERS[step](flags);
    if (session.isDone(step) && !again) {
      session.say(`${title}: ${texts.doneBefore}`);
      continue;
    }
    session.say(title);
    const startedMs = context.io.clock.monoMs();
    await steps[step]();
    if (step !== 'event' || tested?.event !== undefined) await session.finish(step);
    session.say(`  (${((context.io.clock.monoMs() - startedMs) / 1000).toFixed(1)} ${texts.seconds})`);
  }
  const { value, text } = summaryOf(session, tested);
  context.say(value, `\n${text}`);
  return flags.event && tested !== undefined && tested.event === undefined ? EXIT.problems : EXIT.ok;
}
