/**
 * Findings of the device by code, in the languages in which the device itself does not speak, with places for what the device
 * gives beside the code. `whole`: the text says all that the device's own sentence says, which is then left out.
 */
export const FINDING_TEXTS = {
  engine_building: {
    ru: {
      message: 'Собирается модуль TensorRT для модели {model}, уже {minutes} мин',
      advice: 'Подождите: это бывает один раз для модели и версии TensorRT; камеры запустятся после',
      whole: true,
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
      whole: true,
    },
  },
  starting: {
    ru: {
      message: 'Камеры и модели запускаются',
      advice: 'Подождите несколько секунд',
      whole: true,
    },
  },
  no_camera_inspecting: {
    ru: {
      message: 'Ни одна камера не проверяется',
      advice: 'Смотрите совет у каждой камеры или запустите lineside doctor',
      whole: true,
    },
  },
  camera_degraded: {
    ru: {
      message: 'Часть проверок не даёт результата или результат сомнителен',
      advice: 'Смотрите модели этой камеры',
      whole: true,
    },
  },
  camera_blind: {
    ru: {
      message: 'Эта камера не проверяется',
      advice: 'lineside doctor',
      whole: true,
    },
  },
  picture_frozen: {
    ru: {
      message: 'Картинка не меняется уже полминуты',
      advice: 'Перезапустите камеру или регистратор: это не прямой эфир',
      whole: true,
    },
  },
  picture_dark: {
    ru: {
      message: 'Картинка почти чёрная',
      advice: 'Проверьте свет, крышку объектива и экспозицию',
      whole: true,
    },
  },
  picture_overexposed: {
    ru: {
      message: 'Большая часть картинки белая',
      advice: 'Не светит ли в объектив лампа или солнце? Проверьте экспозицию',
      whole: true,
    },
  },
  picture_covered: {
    ru: {
      message: 'Картинка однородна',
      advice: 'Посмотрите, не закрыт ли объектив и не запотел ли он',
      whole: true,
    },
  },
  picture_blurred: {
    ru: {
      message: 'Картинка намного менее резкая, чем обычно',
      advice: 'Протрите объектив и проверьте фокус',
      whole: true,
    },
  },
  picture_moved: {
    ru: {
      message: 'Камера показывает не тот вид, который был принят',
      advice: 'Поверните её обратно или проверьте зоны и примите новый вид: lineside camera accept ID',
      whole: true,
    },
  },
  camera_low_rate: {
    ru: {
      message: 'Камера присылает меньше кадров, чем должна',
      advice: 'Проверьте частоту кадров, выдержку, сеть и число зрителей',
      whole: true,
    },
  },
  camera_low_bitrate: {
    ru: {
      message: 'Камера присылает намного меньше данных, чем при приёмке',
      advice: 'Проверьте битрейт и качество; после намеренной смены примите камеру снова',
      whole: true,
    },
  },
  camera_keyframe_interval: {
    ru: {
      message: 'Ключевые кадры слишком редки',
      advice: 'Задайте интервал ключевых кадров 1–2 секунды и отключите «умные» кодеки',
      whole: true,
    },
  },
  camera_clock_wrong: {
    ru: {
      message: 'Часы потока идут не с той скоростью',
      advice: 'Перезапустите камеру и обновите её прошивку',
      whole: true,
    },
  },
  line_too_fast: {
    ru: {
      message:
        'Линия быстрее частоты кадров: {label} сдвигается за кадр на {percent} % расстояния между изделиями, их можно перепутать',
      advice: 'Увеличьте fps камеры и модели с {fps} до {needed} или больше, или замедлите линию',
      whole: true,
    },
  },
  camera_behind: {
    ru: {
      message: 'Картинка приходит с опозданием {seconds} с: видно то, что уже было',
      advice: 'Сеть или устройство не успевает: уменьшите fps, число моделей или проверьте связь',
      whole: true,
    },
  },
  model_failed: {
    ru: {
      message: 'Модель {model} не работает',
      advice: 'lineside doctor',
    },
  },
  provider_fallback: {
    ru: {
      message: 'Модель {model} работает на {provider}, а предназначена для {expected}',
      advice: 'lineside doctor, lineside model engines',
    },
  },
  taught_model_drift: {
    ru: {
      message: 'Модель {model} видит не такие изделия, каким обучена: медиана на {mads} MAD выше годных',
      advice:
        'Изменился свет, камера или изделие: исправьте или обучите заново (lineside model teach --id {model} --fresh)',
      whole: true,
    },
  },
  text_reader_missing: {
    ru: {
      message: 'Чтение текста на упаковке не установлено',
      advice: 'Установите его, как сказано в docs/install.md',
      whole: true,
    },
  },
  pack_recipe_missing: {
    ru: {
      message: 'Правило {rule} не может проверять упаковки: рецепт не говорит, что на них напечатано',
      advice: 'lineside recipe list, затем lineside recipe set ID',
      whole: true,
    },
  },
  pack_date_unknown: {
    ru: {
      message: 'Правило {rule} не может проверять даты: часам устройства нельзя верить',
      advice: 'Подключите устройство к серверу времени завода (NTP)',
      whole: true,
    },
  },
  engine_failed: {
    ru: {
      message: 'Для модели {model} нет модуля TensorRT',
      advice: 'lineside model engines',
    },
  },
  overloaded: {
    ru: {
      message:
        'Устройство перегружено: проверяется {inspected} из {wanted} кадров в секунду, не хватает {missing} %. Lineside занимает {own} из {cores} ядер, другие программы {other}',
      advice: 'Уменьшите fps, число камер или моделей, завершите другие программы',
      whole: true,
    },
  },
  config_refused: {
    ru: {
      message: 'Файл настроек отклонён; действует последний исправный',
      advice: 'lineside config check',
    },
  },
  disk_low: {
    ru: {
      message: 'На диске свободно только {megabytes} МБ',
      advice: 'Освободите место или уменьшите storage.evidenceQuota',
      whole: true,
    },
  },
  configuration_conflict: {
    ru: {
      message: 'Выпуск {target} не применён: файл настроек был изменён на этом устройстве',
      advice: 'Выпустите файл таким, какой он здесь, верните выпущенный или задайте updates.onLocalChange: replace',
      whole: true,
    },
  },
  clock_suspect: {
    ru: {
      message: 'Часы отстают от уже записанного времени',
      advice: 'Проверьте сервер времени (NTP) или батарейку часов',
      whole: true,
    },
  },
  secret_missing: {
    ru: {
      message: 'Секрет для {subject} не удаётся прочитать',
      advice: 'Положите его туда, где его ждут настройки; он будет прочитан сам',
    },
  },
};
