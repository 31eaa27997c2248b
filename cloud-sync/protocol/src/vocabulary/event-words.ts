import type { Words } from './words.ts';

/** What an event can be about. A rule names one of them; a new kind is one line here. */
export const EVENT_KINDS = {
  personnel_violation: { en: 'Personnel', ru: 'Персонал' },
  quality_issue: { en: 'Quality', ru: 'Качество' },
  sanitation: { en: 'Sanitation', ru: 'Санитария' },
  production: { en: 'Production', ru: 'Производство' },
  equipment: { en: 'Equipment', ru: 'Оборудование' },
} as const satisfies Readonly<Record<string, Words>>;
export type EventKind = keyof typeof EVENT_KINDS;

/** How serious an event is, mildest first. */
export const SEVERITIES = {
  info: { en: 'Info', ru: 'К сведению' },
  warning: { en: 'Warning', ru: 'Предупреждение' },
  critical: { en: 'Critical', ru: 'Критично' },
} as const satisfies Readonly<Record<string, Words>>;
export type Severity = keyof typeof SEVERITIES;

/** The steps of an event, in the order in which they come. */
export const EVENT_PHASES = {
  opened: { en: 'opened', ru: 'открыто' },
  updated: { en: 'updated', ru: 'обновлено' },
  closed: { en: 'closed', ru: 'закрыто' },
} as const satisfies Readonly<Record<string, Words>>;
export type EventPhase = keyof typeof EVENT_PHASES;

/** Why an event closed. */
export const CLOSE_REASONS = {
  cleared: { en: 'cleared', ru: 'устранено' },
  object_lost: { en: 'out of sight', ru: 'объект вне поля зрения' },
  not_observed: { en: 'not visible for too long', ru: 'слишком долго не видно' },
  camera_lost: { en: 'camera lost', ru: 'нет изображения с камеры' },
  restart: { en: 'service restarted', ru: 'служба перезапущена' },
  rule_removed: { en: 'rule removed', ru: 'правило удалено' },
  not_in_force: { en: 'rule not in force', ru: 'правило не действует' },
  timeout: { en: 'time limit', ru: 'истекло время' },
} as const satisfies Readonly<Record<string, Words>>;
export type CloseReason = keyof typeof CLOSE_REASONS;

/** Details that any event can carry, whatever its rule. */
export const EVENT_DETAILS = {
  product: { en: 'Product', ru: 'Изделие' },
  batch: { en: 'Batch', ru: 'Партия' },
  shift: { en: 'Shift', ru: 'Смена' },
  recipe: { en: 'Recipe', ru: 'Рецепт' },
  demonstration: { en: 'Demonstration model', ru: 'Демонстрационная модель' },
  pictureMissing: { en: 'No snapshot because of', ru: 'Снимка нет, причина' },
  pictureFrame: { en: 'The snapshot shows frame', ru: 'На снимке кадр' },
  evidence: { en: 'Snapshot', ru: 'Снимок' },
} as const satisfies Readonly<Record<string, Words>>;
