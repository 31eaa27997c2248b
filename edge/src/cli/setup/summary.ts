import type { TestedEvent } from './event-step.ts';
import type { SetupSession } from './session.ts';

/** What was set up, as one object and as a page to print and leave at the line. */
export function summaryOf(
  session: SetupSession,
  tested: TestedEvent | undefined,
): { readonly value: object; readonly text: string } {
  const { context, sentences } = session;
  const { config } = session.config;
  const cameras = config.cameras.map(({ id, url, models, zones }) => ({
    ...{ id, url: url.shown, models: models.map((model) => model.id) },
    zones: zones.map((zone) => zone.id),
  }));
  const rules = config.rules.map(({ id, type, camera }) => ({ id, type, camera, sentence: sentences[id] }));
  const signals = config.signals.map(({ id, source }) => ({ id, source: source.shown }));
  const event = tested?.event;
  const value = {
    ...{
      device: config.device,
      line: config.line,
      config: context.configPath,
      data: context.dataDir,
      cameras,
      rules,
      signals,
    },
    broker: config.uplink?.broker.shown,
    ...(event === undefined ? {} : { event: event.event, rule: event.rule }),
    ...(tested?.delivered === undefined ? {} : { delivered: tested.delivered }),
    ...(tested?.notSeeing === undefined ? {} : { notSeeing: tested.notSeeing }),
  };
  const words = session.texts.summary;
  const text = [
    words.head(config.line, config.device),
    new Date(context.io.clock.wallMs()).toISOString(),
    '',
    words.cameras,
    ...cameras.map(
      ({ id, url, models, zones }) =>
        `  ${id}  ${url}\n      ${words.models} ${models.join(', ')}; ${zones.length === 0 ? session.texts.entire : `${words.zones} ${zones.join(', ')}`}`,
    ),
    words.rules,
    ...rules.map(({ id, type, camera, sentence }) => `  ${id}  ${sentence ?? words.ruleAt(type, camera)}`),
    ...(signals.length === 0 ? [] : [words.signals, ...signals.map(({ id, source }) => `  ${id}  ${source}`)]),
    `${words.collector}  ${config.uplink?.broker.shown ?? words.none}`,
    `${words.config}  ${context.configPath}`,
    `${words.data}  ${context.dataDir}`,
    ...(event === undefined ? [] : [words.tested(event.event, event.rule)]),
    '',
    `${words.status.padEnd(20)}lineside status`,
    `${words.doctor.padEnd(20)}lineside doctor`,
    `${words.again.padEnd(20)}lineside setup --again cameras`,
  ].join('\n');
  return { value, text };
}
