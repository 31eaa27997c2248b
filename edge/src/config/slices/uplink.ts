import { z } from 'zod';
import { dayWindow, key, rate, secret } from '../../fields/index.ts';
import { brokerProblem } from '../address.ts';

const path = () => z.string().min(1);

export const Uplink = z.strictObject({
  broker: secret('url', brokerProblem).meta(
    key({
      description: 'MQTT 5 broker of the collector: `mqtt://host:1883`, or `mqtts://host:8883` with TLS.',
      restart: 'uplink',
      example: 'mqtt://collector.example:1883',
    }),
  ),
  username: secret('text')
    .optional()
    .meta(key({ description: 'User name at the broker.', restart: 'uplink', example: '${env:LINESIDE_MQTT_USER}' })),
  password: secret('text')
    .optional()
    .meta(
      key({
        description: 'Password at the broker. Write it as a reference.',
        restart: 'uplink',
        example: '${credential:mqtt-password}',
      }),
    ),
  ca: path()
    .optional()
    .meta(
      key({
        description:
          "PEM file of the authority that signed the broker's certificate, where that is not a public one. A relative path starts at the folder of the configuration file.",
        restart: 'uplink',
        example: '/etc/lineside/collector/ca.crt',
      }),
    ),
  cert: path()
    .optional()
    .meta(
      key({
        description: 'PEM file of the client certificate with which this device identifies itself; needs `key`.',
        restart: 'uplink',
        example: '/etc/lineside/collector/device.crt',
      }),
    ),
  key: path()
    .optional()
    .meta(
      key({
        description: "PEM file of that certificate's private key, readable by the service alone.",
        restart: 'uplink',
        example: '/etc/lineside/collector/device.key',
      }),
    ),
  bandwidthLimit: rate()
    .optional()
    .meta(
      key({
        description: 'Most that is sent to the network on average; a quarter of it is for evidence. Default: no limit.',
        unit: 'bits per second',
        restart: 'uplink',
        example: '256kbit',
      }),
    ),
  mediaWindow: dayWindow()
    .prefault('always')
    .meta(
      key({
        description:
          "Time of day in which evidence may be uploaded, by the device's clock: `always`, `night` (22:00 to 06:00), or a window of your own. Events are sent at any time.",
        restart: 'uplink',
        example: '22:00-06:00',
      }),
    ),
});
