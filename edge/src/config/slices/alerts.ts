import { z } from 'zod';
import { dayWindow, duration, id, key, secret } from '../../fields/index.ts';
import { ALERT_KINDS, isMail } from '../../alerts/senders/index.ts';
import { pointProtocolOf } from '../../plant/points/index.ts';
import { alertProblem, outputProblem } from '../address.ts';

const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;
const address = () => z.string().regex(ADDRESS, 'is no e-mail address');

const AlertTarget = z
  .strictObject({
    id: id().meta(
      key({ description: 'Name of the target in the log and in commands.', restart: 'none', example: 'shift' }),
    ),
    url: secret('url', alertProblem).meta(
      key({
        description:
          'Where alerts go. The scheme chooses the way: `mqtt://HOST/TOPIC`, `https://HOST/PATH` (POST of JSON), `smtp://USER:PASSWORD@HOST:587` (e-mail; `smtps:` with TLS from the beginning).',
        restart: 'none',
        example: 'smtp://line:${file:/etc/lineside/secrets/mail}@mail.example:587',
      }),
    ),
    from: address()
      .optional()
      .meta(key({ description: 'Sender of an e-mail.', restart: 'none', example: 'line-1@example.com' })),
    to: z
      .array(address())
      .min(1)
      .max(50)
      .optional()
      .meta(key({ description: 'Recipients of an e-mail.', restart: 'none', example: ['shift@example.com'] })),
  })
  .superRefine(({ url, from, to }, context) => {
    const missing = from === undefined ? 'from' : to === undefined ? 'to' : undefined;
    if (missing === undefined || !isMail(url.shown)) return;
    context.addIssue({
      code: 'custom',
      path: [missing],
      message: 'is needed where the URL is smtp:',
      input: undefined,
    });
  });

const lamp = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta(key({ description, restart: 'none', example }));

const Light = z
  .strictObject({
    url: secret('url', outputProblem).meta(
      key({
        description: 'The controller or output module: `modbus+tcp://HOST:PORT`.',
        restart: 'none',
        example: 'modbus+tcp://10.0.0.9',
      }),
    ),
    red: lamp('Output of the red lamp: nothing is inspected, or a critical event is open.', 'coil:0'),
    yellow: lamp('Output of the yellow lamp: something wants attention, or checks give no result.', 'coil:1'),
    green: lamp('Output of the green lamp: the line is inspected.', 'coil:2'),
    heartbeat: lamp(
      'Output that changes every second while somebody drives the light. A controller that misses it must switch green off: a lamp stays as it was when this device loses its power.',
      'coil:3',
    ),
  })
  .superRefine(({ url, ...lamps }, context) => {
    const protocol = pointProtocolOf(url.shown);
    for (const [name, point] of Object.entries(lamps)) {
      const problem = point === undefined ? undefined : protocol?.pointProblem(point);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem, input: undefined });
    }
    if (lamps.red !== undefined || lamps.yellow !== undefined || lamps.green !== undefined) return;
    context.addIssue({ code: 'custom', path: [], message: 'names no lamp: red, yellow or green', input: undefined });
  });

export const Alerts = z.strictObject({
  to: z
    .array(AlertTarget)
    .default([])
    .meta(
      key({
        description: 'Targets; each gets every alert once. Default: none, and then there are no alerts.',
        restart: 'none',
      }),
    ),
  light: Light.optional().meta(
    key({
      description:
        'Stack light on outputs of a controller. Off until a person arms it: `lineside plant arm stack-light`. When the service stops, red is on alone. Default: none.',
      restart: 'none',
    }),
  ),
  on: z
    .array(z.enum(ALERT_KINDS))
    .min(1)
    .default([...ALERT_KINDS])
    .meta(
      key({
        description:
          'What is alerted: nothing is inspected; an event of severity critical; records that wait for the collector for too long; a disk that fills up; a camera that is lost or whose picture is bad.',
        restart: 'none',
        example: ['not_inspecting', 'critical_event'],
      }),
    ),
  quietHours: dayWindow()
    .optional()
    .meta(
      key({
        description:
          'Time of day in which only critical alerts are sent (nothing is inspected, critical events, a full disk); the others follow when it ends. Default: none.',
        restart: 'none',
        example: '22:00-06:00',
      }),
    ),
  lasts: duration()
    .prefault('30s')
    .meta(
      key({
        description:
          'What lasts for less is not alerted, and what is gone for less is not over. Events are alerted at once.',
        unit: 'duration',
        restart: 'none',
        example: '1m',
      }),
    ),
  group: duration()
    .prefault('20s')
    .meta(
      key({
        description: 'What begins or ends within this time goes into one message.',
        unit: 'duration',
        restart: 'none',
        example: '2m',
      }),
    ),
  queueOlderThan: duration()
    .prefault('4h')
    .meta(
      key({
        description: 'From which age on records that wait for the collector are alerted.',
        unit: 'duration',
        restart: 'none',
        example: '12h',
      }),
    ),
});
