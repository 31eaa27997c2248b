import { z } from 'zod';
import { CAMERA_PROBLEMS } from '../../domain/index.ts';
import { duration, key } from '../../fields/index.ts';
import { signalRuleOptions } from '../rule-options.ts';

/** `lost`: the camera gives no frames. */
export const EVENT_PROBLEMS = ['lost', ...CAMERA_PROBLEMS] as const;
export type EventProblem = (typeof EVENT_PROBLEMS)[number];

export const OPTIONS = signalRuleOptions('camera_health', {
  problems: z
    .array(z.enum(EVENT_PROBLEMS))
    .min(1)
    .default([...EVENT_PROBLEMS])
    .meta(
      key({
        description: 'Problems that become events. Their limits are those of `cameras[].health`.',
        restart: 'rule',
        example: ['lost', 'moved', 'covered'],
      }),
    ),
  updateInterval: duration()
    .prefault('5m')
    .meta(
      key({
        description: 'Time between two reports of an event that stays open.',
        unit: 'duration',
        restart: 'rule',
        example: '1h',
      }),
    ),
  lostAfter: duration()
    .prefault('30s')
    .meta(
      key({
        description: 'A camera is `lost` when it has given no frame for so long.',
        unit: 'duration',
        restart: 'rule',
        example: '1m',
      }),
    ),
  clearAfter: duration()
    .prefault('10s')
    .meta(
      key({
        description: 'An event closes when its problem has been absent for so long.',
        unit: 'duration',
        restart: 'rule',
        example: '30s',
      }),
    ),
});
export type CameraHealthOptions = z.output<typeof OPTIONS>;
