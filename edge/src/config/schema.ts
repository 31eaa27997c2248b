import { isDeviceId } from '@lineside/protocol';
import { LANGUAGES } from '@lineside/protocol/vocabulary';
import { z } from 'zod';
import { key } from '../fields/index.ts';
import { RuleOptions } from '../rules/index.ts';
import { Alerts } from './slices/alerts.ts';
import { Camera } from './slices/camera.ts';
import { Feed } from './slices/feeds.ts';
import { Inference } from './slices/inference.ts';
import { Log } from './slices/log.ts';
import { Model } from './slices/models.ts';
import { Output, PlantServer } from './slices/outputs.ts';
import { Plant } from './slices/plant.ts';
import { Production, Recipe } from './slices/recipes.ts';
import { PlantSignal } from './slices/signals.ts';
import { Shifts } from './slices/shifts.ts';
import { Status } from './slices/status.ts';
import { Storage } from './slices/storage.ts';
import { Updates } from './slices/updates.ts';
import { Uplink } from './slices/uplink.ts';

/**
 * The whole file. Each key is written once: its form in the file, its value in the program, its default, its meaning
 * and what a change of it restarts. The slices lie in this module, not in the modules that they configure, so that
 * reading a configuration loads no camera, model or journal code.
 */
export const ConfigSchema = z.strictObject({
  device: z
    .string()
    .refine(isDeviceId, 'must be 1 to 64 letters, digits, dots, dashes or underscores, and not "collector"')
    .meta(
      key({
        description:
          'Identity of this device at the collector. Unique among all devices; never change it once the device has sent records.',
        restart: 'process',
        example: 'line-1',
      }),
    ),
  line: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta(
      key({
        description: 'Name of the line for people. Default: the device.',
        restart: 'uplink',
        example: 'Packing 1',
      }),
    ),
  language: z
    .enum(LANGUAGES)
    .default('en')
    .meta(
      key({
        description: 'Language of what the device sends to people by itself: alerts. `en` or `ru`.',
        restart: 'none',
        example: 'ru',
      }),
    ),
  cameras: z
    .array(Camera)
    .default([])
    .meta(key({ description: 'Cameras of the line.', restart: 'camera' })),
  models: z
    .array(Model)
    .default([])
    .meta(
      key({
        description: 'Models that are not in the catalog, or not used as the catalog has them.',
        restart: 'model',
      }),
    ),
  rules: z
    .array(RuleOptions)
    .default([])
    .meta(key({ description: 'The conditions that become events.', restart: 'rule' })),
  plant: z
    .array(Plant)
    .default([])
    .meta(key({ description: 'Connections to the plant. Default: none.', restart: 'process' })),
  outputs: z
    .array(Output)
    .default([])
    .meta(
      key({
        description:
          'Outputs to the plant: products that are rejected, READY, results. Off until a person arms them with `lineside plant arm`. No safety function. Default: none.',
        restart: 'process',
      }),
    ),
  plantServers: z
    .array(PlantServer)
    .default([])
    .meta(
      key({
        description:
          'Servers at which controllers can read the results of the outputs: 20 registers for each, one after the other. Default: none.',
        restart: 'process',
      }),
    ),
  feeds: z
    .array(Feed)
    .default([])
    .meta(
      key({
        description:
          'What other programs read of the line: ZeroMQ for programs on the device, Sparkplug B and MQTT for the plant. Default: none.',
        restart: 'process',
      }),
    ),
  signals: z
    .array(PlantSignal)
    .default([])
    .meta(key({ description: 'Values that come from the plant. Default: none.', restart: 'signals' })),
  recipes: z
    .array(Recipe)
    .default([])
    .meta(
      key({
        description:
          'Recipes: options that rules have with one product. Chosen by a signal (`production.productSignal`) or with `lineside recipe set`.',
        restart: 'rule',
      }),
    ),
  production: Production.prefault({}).meta(
    key({ description: 'What the line is to make, and how the product is known.', restart: 'process' }),
  ),
  uplink: Uplink.optional().meta(
    key({
      description: 'Connection to the collector. Without it the device works alone and keeps all records.',
      restart: 'uplink',
    }),
  ),
  updates: Updates.optional().meta(
    key({
      description: 'Updates of models and configuration by signed releases. Without it none are accepted.',
      restart: 'process',
    }),
  ),
  alerts: Alerts.prefault({}).meta(
    key({ description: 'Alerts of the device itself, by MQTT, webhook or e-mail.', restart: 'none' }),
  ),
  shifts: Shifts.prefault({}).meta(
    key({ description: 'Shifts of the line, into which its coverage of time is divided.', restart: 'uplink' }),
  ),
  status: Status.prefault({}).meta(key({ description: 'The local status page.', restart: 'status' })),
  storage: Storage.prefault({}).meta(
    key({ description: 'Limits of what is kept in the data folder.', restart: 'process' }),
  ),
  inference: Inference.prefault({}).meta(key({ description: 'Where and how models run.', restart: 'vision' })),
  log: Log.prefault({}).meta(key({ description: 'The log: JSON lines on stderr.', restart: 'none' })),
});
