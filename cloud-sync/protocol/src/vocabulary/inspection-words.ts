import type { Words } from './words.ts';

/** Why a frame has no result although nothing is wrong. */
export const SKIP_REASONS = {
  newer_frame: { en: 'a newer frame came first', ru: 'пришёл более новый кадр' },
  not_due: { en: 'not due: this model inspects less often', ru: 'не в очереди: модель проверяет реже' },
  not_ready: { en: 'not ready', ru: 'не готово' },
  paused: { en: 'paused', ru: 'приостановлено' },
} as const satisfies Readonly<Record<string, Words>>;
export type SkipReason = keyof typeof SKIP_REASONS;

/** Why a frame has no result because of an error. */
export const FAIL_REASONS = {
  inference_error: { en: 'inference error', ru: 'ошибка модели' },
  deadline: { en: 'took too long', ru: 'не успела к сроку' },
  bad_output: { en: 'output not understood', ru: 'непонятный выход модели' },
  model_unavailable: { en: 'model not available', ru: 'модель недоступна' },
  earlier_stage: { en: 'the source model gave no result', ru: 'исходная модель не дала результата' },
  vision_restarted: { en: 'vision restarted', ru: 'обработка видео перезапущена' },
} as const satisfies Readonly<Record<string, Words>>;
export type FailReason = keyof typeof FAIL_REASONS;

/** Why results can be used but are `degraded`; every event made of them says so. */
export const DEGRADED_REASONS = {
  suspect_scores: { en: 'implausible scores', ru: 'сомнительные оценки' },
  fallback_provider: { en: 'slower provider', ru: 'более медленный исполнитель' },
  not_all_looked_at: { en: 'more detections than the second stage may inspect', ru: 'проверены не все объекты' },
} as const satisfies Readonly<Record<string, Words>>;
export type DegradedReason = keyof typeof DEGRADED_REASONS;
