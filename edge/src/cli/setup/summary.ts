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
  const event = tested?.event;
  const value = {
    ...{ device: config.device, line: config.line, config: context.configPath, data: context.dataDir, cameras, rules },
    broker: config.uplink?.broker.shown,
    ...(event === undefined ? {} : { event: event.event, rule: event.rule }),
    ...(tested?.delivered === undefined ? {} : { delivered: tested.delivered }),
  };
  const text = [
    `Lineside, line ${config.line} (device ${config.device})`,
    new Date(context.io.clock.wallMs()).toISOString(),
    '',
    'Cameras',
    ...cameras.map(
      ({ id, url, models, zones }) =>
        `  ${id}  ${url}\n      models ${models.join(', ')}; ${zones.length === 0 ? 'the entire picture' : `zones ${zones.join(', ')}`}`,
    ),
    'Rules',
    ...rules.map(({ id, type, camera, sentence }) => `  ${id}  ${sentence ?? `${type} at camera ${camera}`}`),
    `Collector  ${config.uplink?.broker.shown ?? 'none'}`,
    `Configuration  ${context.configPath}`,
    `Data  ${context.dataDir}`,
    ...(event === undefined ? [] : [`Tested with event ${event.event} of ${event.rule}`]),
    '',
    'Is it inspecting?   lineside status',
    'What is wrong?      lineside doctor',
    'Change an answer:   lineside setup --again cameras',
  ].join('\n');
  return { value, text };
}
