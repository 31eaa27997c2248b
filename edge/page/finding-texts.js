/** Findings of the device by code, in the languages in which the device itself does not speak. */
export const FINDING_TEXTS = {
  engine_building: {
    ru: {
      message: 'Собирается модуль TensorRT для модели',
      advice: 'Подождите: это бывает один раз для модели и версии TensorRT; камеры запустятся после',
    },
  },
  vision_down: {
    ru: {
      message: 'Процесс обработки видео не работает',
      advice: 'Он перезапускается сам за секунды. Если нет, смотрите журнал: journalctl -u lineside',
    },
  },
  journal_not_writable: {
    ru: {
      message: 'Запись в журнал событий невозможна',
      advice: 'Проверьте свободное место и права на папку данных: lineside doctor',
    },
  },
  no_cameras: {
    ru: {
      message: 'Ни одна камера не настроена',
      advice: 'Добавьте её в cameras: в настройках, затем: lineside config check',
    },
  },
  starting: { ru: { message: 'Камеры и модели запускаются', advice: 'Подождите несколько секунд' } },
  no_camera_inspecting: {
    ru: {
      message: 'Ни одна камера не проверяется',
      advice: 'Смотрите совет у каждой камеры или запустите lineside doctor',
    },
  },
  camera_degraded: {
    ru: {
      message: 'Часть проверок не даёт результата или результат сомнителен',
      advice: 'Смотрите модели этой камеры',
    },
  },
  camera_blind: { ru: { message: 'Эта камера не проверяется', advice: 'lineside doctor' } },
  picture_frozen: {
    ru: {
      message: 'Картинка не меняется уже полминуты',
      advice: 'Перезапустите камеру или регистратор: это не прямой эфир',
    },
  },
  picture_dark: { ru: { message: 'Картинка почти чёрная', advice: 'Проверьте свет, крышку объектива и экспозицию' } },
  picture_overexposed: {
    ru: {
      message: 'Большая часть картинки белая',
      advice: 'Не светит ли в объектив лампа или солнце? Проверьте экспозицию',
    },
  },
  picture_covered: {
    ru: { message: 'Картинка однородна', advice: 'Посмотрите, не закрыт ли объектив и не запотел ли он' },
  },
  picture_blurred: {
    ru: { message: 'Картинка намного менее резкая, чем обычно', advice: 'Протрите объектив и проверьте фокус' },
  },
  picture_moved: {
    ru: {
      message: 'Камера показывает не тот вид, который был принят',
      advice: 'Поверните её обратно или проверьте зоны и примите новый вид: lineside camera accept ID',
    },
  },
  camera_low_rate: {
    ru: {
      message: 'Камера присылает меньше кадров, чем должна',
      advice: 'Проверьте частоту кадров, выдержку, сеть и число зрителей',
    },
  },
  camera_low_bitrate: {
    ru: {
      message: 'Камера присылает намного меньше данных, чем при приёмке',
      advice: 'Проверьте битрейт и качество; после намеренной смены примите камеру снова',
    },
  },
  camera_keyframe_interval: {
    ru: {
      message: 'Ключевые кадры слишком редки',
      advice: 'Задайте интервал ключевых кадров 1–2 секунды и отключите «умные» кодеки',
    },
  },
  camera_clock_wrong: {
    ru: { message: 'Часы потока идут не с той скоростью', advice: 'Перезапустите камеру и обновите её прошивку' },
  },
  line_too_fast: {
    ru: {
      message: 'Линия быстрее частоты кадров: изделия можно перепутать',
      advice: 'Увеличьте fps камеры и модели или замедлите линию',
    },
  },
  camera_behind: {
    ru: {
      message: 'Картинка приходит с опозданием',
      advice: 'Сеть или устройство не успевает: уменьшите fps, число моделей или проверьте связь',
    },
  },
  model_failed: { ru: { message: 'Модель не работает', advice: 'lineside doctor' } },
  provider_fallback: {
    ru: {
      message: 'Модель работает на более медленном исполнителе, чем задумано',
      advice: 'lineside doctor, lineside model engines',
    },
  },
  taught_model_drift: {
    ru: {
      message: 'Изделия отличаются от тех, которым обучена модель',
      advice: 'Изменился свет, камера или изделие: исправьте или обучите заново (lineside model teach)',
    },
  },
  text_reader_missing: {
    ru: {
      message: 'Чтение текста на упаковке не установлено',
      advice: 'Установите его, как сказано в docs/install.md',
    },
  },
  pack_recipe_missing: {
    ru: {
      message: 'Правило не может проверять упаковки: рецепт не говорит, что на них напечатано',
      advice: 'lineside recipe list, затем lineside recipe set ID',
    },
  },
  pack_date_unknown: {
    ru: {
      message: 'Правило не может проверять даты: часам устройства нельзя верить',
      advice: 'Подключите устройство к серверу времени завода (NTP)',
    },
  },
  engine_failed: { ru: { message: 'Для модели нет модуля TensorRT', advice: 'lineside model engines' } },
  overloaded: {
    ru: {
      message: 'Устройство не успевает проверять всё, что задано',
      advice: 'Уменьшите fps, число камер или моделей, завершите другие программы',
    },
  },
  config_refused: {
    ru: { message: 'Файл настроек отклонён; действует последний исправный', advice: 'lineside config check' },
  },
  disk_low: {
    ru: { message: 'На диске почти нет места', advice: 'Освободите место или уменьшите storage.evidenceQuota' },
  },
  clock_suspect: {
    ru: {
      message: 'Часы отстают от уже записанного времени',
      advice: 'Проверьте сервер времени (NTP) или батарейку часов',
    },
  },
  secret_missing: {
    ru: {
      message: 'Секрет не удаётся прочитать',
      advice: 'Положите его туда, где его ждут настройки; он будет прочитан сам',
    },
  },
};
