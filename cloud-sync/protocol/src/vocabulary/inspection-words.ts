import type { Words } from './words.ts';

/** Why a frame has no result although nothing is wrong. */
export const SKIP_REASONS = {
  newer_frame: { en: 'a newer frame came first', ru: 'пришёл более новый кадр' },
  not_due: { en: 'not due: this model inspects less often', ru: 'не в очереди: модель проверяет реже' },
  no_motion: { en: 'unchanged since the last inspection', ru: 'без изменений с последней проверки' },
  not_ready: { en: 'not ready', ru: 'не готово' },
  paused: { en: 'paused', ru: 'приостановлено' },
} as const satisfies Readonly<Record<string, Words>>;
export type SkipReason = keyof typeof SKIP_REASONS;

/** Reasons of frames that were not meant to be inspected: they are missing nowhere. */
const UNWANTED: readonly SkipReason[] = ['not_due', 'no_motion'];

/** How many of the skipped frames were not meant to be inspected. */
export function unwantedOf(skipped: Readonly<Record<string, number>>): number {
  return UNWANTED.reduce((sum, reason) => sum + (skipped[reason] ?? 0), 0);
}

/** Why a frame has no result because of an error. */
export const FAIL_REASONS = {
  inference_error: { en: 'inference error', ru: 'ошибка модели' },
  deadline: { en: 'took too long', ru: 'не успела к сроку' },
  bad_output: { en: 'output not understood', ru: 'непонятный выход модели' },
  model_unavailable: { en: 'model not available', ru: 'модель недоступна' },
  earlier_stage: { en: 'the source model gave no result', ru: 'исходная модель не дала результата' },
  vision_restarted: { en: 'vision restarted', ru: 'обработка видео перезапущена' },
  picture_frozen: { en: 'the picture is frozen', ru: 'картинка застыла' },
  picture_dark: { en: 'the picture is dark', ru: 'картинка тёмная' },
  picture_overexposed: { en: 'the picture is overexposed', ru: 'картинка слишком светлая' },
  picture_covered: { en: 'the camera is covered', ru: 'камера закрыта' },
} as const satisfies Readonly<Record<string, Words>>;
export type FailReason = keyof typeof FAIL_REASONS;

/** Why results can be used but are `degraded`; every event made of them says so. */
export const DEGRADED_REASONS = {
  suspect_scores: { en: 'implausible scores', ru: 'сомнительные оценки' },
  fallback_provider: { en: 'slower provider', ru: 'более медленный исполнитель' },
  line_too_fast: { en: 'the line outruns the frame rate', ru: 'линия быстрее частоты кадров' },
  not_all_looked_at: { en: 'more detections than the second stage may inspect', ru: 'проверены не все объекты' },
} as const satisfies Readonly<Record<string, Words>>;
export type DegradedReason = keyof typeof DEGRADED_REASONS;

/** Why a camera was not inspected for a time, or why nobody knows. Codes that begin with `camera_` name its stream error. */
export const BLIND_REASONS = {
  vision_down: { en: 'the vision process is not running', ru: 'процесс обработки видео не работает' },
  model_failed: { en: 'the model has failed', ru: 'модель не работает' },
  camera_connecting: { en: 'connecting to the camera', ru: 'подключение к камере' },
  camera_stopped: { en: 'the camera is stopped', ru: 'камера остановлена' },
  camera_refused: { en: 'the camera refuses the connection', ru: 'камера отклоняет соединение' },
  camera_unreachable: { en: 'the camera cannot be reached', ru: 'камера недоступна' },
  camera_unknown_host: { en: 'the name of the camera is unknown', ru: 'имя камеры неизвестно' },
  camera_timed_out: { en: 'the camera does not answer', ru: 'камера не отвечает' },
  camera_auth: { en: 'the camera refuses user name or password', ru: 'камера не принимает имя или пароль' },
  camera_auth_method: {
    en: 'the camera accepts no way to log in that the device has',
    ru: 'камера не принимает доступный способ входа',
  },
  camera_bad_request: { en: 'the camera does not understand the request', ru: 'камера не понимает запрос' },
  camera_rejected: { en: 'the camera refuses the request', ru: 'камера отклоняет запрос' },
  camera_transport: { en: 'the camera does not offer this transport', ru: 'камера не поддерживает этот транспорт' },
  camera_no_bandwidth: { en: 'the camera has too many viewers', ru: 'у камеры слишком много зрителей' },
  camera_busy: { en: 'the camera is busy', ru: 'камера занята' },
  camera_internal_error: { en: 'the camera reports a fault of its own', ru: 'камера сообщает о своей неисправности' },
  camera_secret_missing: {
    en: 'a secret of the camera is missing',
    ru: 'отсутствует секрет для подключения к камере',
  },
  camera_not_found: { en: 'the camera does not have this stream', ru: 'на камере нет такого потока' },
  camera_no_access: {
    en: 'the device may not read the camera or file',
    ru: 'нет прав на чтение камеры или файла',
  },
  camera_tls: { en: 'no secure connection to the camera', ru: 'нет защищённого соединения с камерой' },
  camera_codec: { en: 'the video of the camera cannot be decoded', ru: 'видео камеры не декодируется' },
  camera_not_video: { en: 'the camera address gives no video', ru: 'по адресу камеры нет видео' },
  camera_no_keyframe: { en: 'the camera sends no keyframe', ru: 'камера не шлёт ключевых кадров' },
  camera_resolution_changed: { en: 'the camera changed its resolution', ru: 'камера сменила разрешение' },
  camera_stalled: { en: 'the camera sends no frames', ru: 'камера не присылает кадров' },
  camera_ended: { en: 'the video stream ended', ru: 'видеопоток закончился' },
  camera_decoder_hung: { en: 'the video decoder hung', ru: 'декодер видео завис' },
  camera_ffmpeg_missing: { en: 'FFmpeg is missing on the device', ru: 'на устройстве нет FFmpeg' },
  camera_ffmpeg_slow: {
    en: 'FFmpeg is slow: the device is busy',
    ru: 'FFmpeg отвечает медленно: устройство перегружено',
  },
  camera_disk: {
    en: 'the disk of the device is full or read-only',
    ru: 'диск устройства заполнен или закрыт для записи',
  },
  camera_unknown: { en: 'the camera failed for an unknown reason', ru: 'сбой камеры по неизвестной причине' },
  no_results: { en: 'the model gives no results', ru: 'модель не даёт результатов' },
  overload: {
    en: 'overload: the device was too slow to inspect',
    ru: 'перегрузка: устройство не успевало проверять',
  },
  device_off: {
    en: 'the device was off, or Lineside was not running',
    ru: 'устройство было выключено, или Lineside не работал',
  },
  not_scheduled: { en: 'outside of every shift', ru: 'вне смен' },
  not_configured: { en: 'not configured', ru: 'не настроено' },
  clock_unknown: { en: 'the clock of the device was wrong', ru: 'часы устройства шли неверно' },
  no_frames: { en: 'no frames arrived', ru: 'кадры не поступали' },
  restarted: { en: 'Lineside was started again', ru: 'Lineside запускался заново' },
  no_record: {
    en: 'no record of this time: the device was off, or its records have not arrived',
    ru: 'нет записей: устройство было выключено, или записи не пришли',
  },
  offline: { en: 'the device is not connected', ru: 'устройство не на связи' },
  old_counters: { en: 'the latest counters are old', ru: 'последние счётчики устарели' },
} as const satisfies Readonly<Record<string, Words>>;
export type BlindReason = keyof typeof BLIND_REASONS;
