// Generated from the code by `npm run docs`. Change the code, not this file.
export const VOCABULARY = {
  "kinds": {
    "personnel_violation": {
      "en": "Personnel",
      "ru": "Персонал"
    },
    "quality_issue": {
      "en": "Quality",
      "ru": "Качество"
    },
    "sanitation": {
      "en": "Sanitation",
      "ru": "Санитария"
    },
    "production": {
      "en": "Production",
      "ru": "Производство"
    },
    "equipment": {
      "en": "Equipment",
      "ru": "Оборудование"
    }
  },
  "severities": {
    "info": {
      "en": "Info",
      "ru": "К сведению"
    },
    "warning": {
      "en": "Warning",
      "ru": "Предупреждение"
    },
    "critical": {
      "en": "Critical",
      "ru": "Критично"
    }
  },
  "phases": {
    "opened": {
      "en": "opened",
      "ru": "открыто"
    },
    "updated": {
      "en": "updated",
      "ru": "обновлено"
    },
    "closed": {
      "en": "closed",
      "ru": "закрыто"
    }
  },
  "reasons": {
    "cleared": {
      "en": "cleared",
      "ru": "устранено"
    },
    "object_lost": {
      "en": "out of sight",
      "ru": "объект вне поля зрения"
    },
    "not_observed": {
      "en": "not visible for too long",
      "ru": "слишком долго не видно"
    },
    "camera_lost": {
      "en": "camera lost",
      "ru": "нет изображения с камеры"
    },
    "restart": {
      "en": "service restarted",
      "ru": "служба перезапущена"
    },
    "rule_removed": {
      "en": "rule removed",
      "ru": "правило удалено"
    },
    "not_in_force": {
      "en": "rule not in force",
      "ru": "правило не действует"
    },
    "timeout": {
      "en": "time limit",
      "ru": "истекло время"
    },
    "newer_frame": {
      "en": "a newer frame came first",
      "ru": "пришёл более новый кадр"
    },
    "not_due": {
      "en": "not due: this model inspects less often",
      "ru": "не в очереди: модель проверяет реже"
    },
    "no_motion": {
      "en": "unchanged since the last inspection",
      "ru": "без изменений с последней проверки"
    },
    "not_ready": {
      "en": "not ready",
      "ru": "не готово"
    },
    "paused": {
      "en": "paused",
      "ru": "приостановлено"
    },
    "inference_error": {
      "en": "inference error",
      "ru": "ошибка модели"
    },
    "deadline": {
      "en": "took too long",
      "ru": "не успела к сроку"
    },
    "bad_output": {
      "en": "output not understood",
      "ru": "непонятный выход модели"
    },
    "model_unavailable": {
      "en": "model not available",
      "ru": "модель недоступна"
    },
    "earlier_stage": {
      "en": "the source model gave no result",
      "ru": "исходная модель не дала результата"
    },
    "vision_restarted": {
      "en": "vision restarted",
      "ru": "обработка видео перезапущена"
    },
    "picture_frozen": {
      "en": "the picture is frozen",
      "ru": "картинка застыла"
    },
    "picture_dark": {
      "en": "the picture is dark",
      "ru": "картинка тёмная"
    },
    "picture_overexposed": {
      "en": "the picture is overexposed",
      "ru": "картинка слишком светлая"
    },
    "picture_covered": {
      "en": "the camera is covered",
      "ru": "камера закрыта"
    },
    "suspect_scores": {
      "en": "implausible scores",
      "ru": "сомнительные оценки"
    },
    "fallback_provider": {
      "en": "slower provider",
      "ru": "более медленный исполнитель"
    },
    "line_too_fast": {
      "en": "the line outruns the frame rate",
      "ru": "линия быстрее частоты кадров"
    },
    "not_all_looked_at": {
      "en": "more detections than the second stage may inspect",
      "ru": "проверены не все объекты"
    },
    "vision_down": {
      "en": "the vision process is not running",
      "ru": "процесс обработки видео не работает"
    },
    "model_failed": {
      "en": "the model has failed",
      "ru": "модель не работает"
    },
    "camera_connecting": {
      "en": "connecting to the camera",
      "ru": "подключение к камере"
    },
    "camera_stopped": {
      "en": "the camera is stopped",
      "ru": "камера остановлена"
    },
    "camera_refused": {
      "en": "the camera refuses the connection",
      "ru": "камера отклоняет соединение"
    },
    "camera_unreachable": {
      "en": "the camera cannot be reached",
      "ru": "камера недоступна"
    },
    "camera_unknown_host": {
      "en": "the name of the camera is unknown",
      "ru": "имя камеры неизвестно"
    },
    "camera_timed_out": {
      "en": "the camera does not answer",
      "ru": "камера не отвечает"
    },
    "camera_auth": {
      "en": "the camera refuses user name or password",
      "ru": "камера не принимает имя или пароль"
    },
    "camera_auth_method": {
      "en": "the camera accepts no way to log in that the device has",
      "ru": "камера не принимает доступный способ входа"
    },
    "camera_bad_request": {
      "en": "the camera does not understand the request",
      "ru": "камера не понимает запрос"
    },
    "camera_rejected": {
      "en": "the camera refuses the request",
      "ru": "камера отклоняет запрос"
    },
    "camera_transport": {
      "en": "the camera does not offer this transport",
      "ru": "камера не поддерживает этот транспорт"
    },
    "camera_no_bandwidth": {
      "en": "the camera has too many viewers",
      "ru": "у камеры слишком много зрителей"
    },
    "camera_busy": {
      "en": "the camera is busy",
      "ru": "камера занята"
    },
    "camera_internal_error": {
      "en": "the camera reports a fault of its own",
      "ru": "камера сообщает о своей неисправности"
    },
    "camera_secret_missing": {
      "en": "a secret of the camera is missing",
      "ru": "отсутствует секрет для подключения к камере"
    },
    "camera_not_found": {
      "en": "the camera does not have this stream",
      "ru": "на камере нет такого потока"
    },
    "camera_no_access": {
      "en": "the device may not read the camera or file",
      "ru": "нет прав на чтение камеры или файла"
    },
    "camera_tls": {
      "en": "no secure connection to the camera",
      "ru": "нет защищённого соединения с камерой"
    },
    "camera_codec": {
      "en": "the video of the camera cannot be decoded",
      "ru": "видео камеры не декодируется"
    },
    "camera_not_video": {
      "en": "the camera address gives no video",
      "ru": "по адресу камеры нет видео"
    },
    "camera_no_keyframe": {
      "en": "the camera sends no keyframe",
      "ru": "камера не шлёт ключевых кадров"
    },
    "camera_resolution_changed": {
      "en": "the camera changed its resolution",
      "ru": "камера сменила разрешение"
    },
    "camera_stalled": {
      "en": "the camera sends no frames",
      "ru": "камера не присылает кадров"
    },
    "camera_ended": {
      "en": "the video stream ended",
      "ru": "видеопоток закончился"
    },
    "camera_decoder_hung": {
      "en": "the video decoder hung",
      "ru": "декодер видео завис"
    },
    "camera_ffmpeg_missing": {
      "en": "FFmpeg is missing on the device",
      "ru": "на устройстве нет FFmpeg"
    },
    "camera_ffmpeg_slow": {
      "en": "FFmpeg is slow: the device is busy",
      "ru": "FFmpeg отвечает медленно: устройство перегружено"
    },
    "camera_disk": {
      "en": "the disk of the device is full or read-only",
      "ru": "диск устройства заполнен или закрыт для записи"
    },
    "camera_unknown": {
      "en": "the camera failed for an unknown reason",
      "ru": "сбой камеры по неизвестной причине"
    },
    "no_results": {
      "en": "the model gives no results",
      "ru": "модель не даёт результатов"
    },
    "overload": {
      "en": "overload: the device was too slow to inspect",
      "ru": "перегрузка: устройство не успевало проверять"
    },
    "device_off": {
      "en": "the device was off, or Lineside was not running",
      "ru": "устройство было выключено, или Lineside не работал"
    },
    "not_scheduled": {
      "en": "outside of every shift",
      "ru": "вне смен"
    },
    "not_configured": {
      "en": "not configured",
      "ru": "не настроено"
    },
    "clock_unknown": {
      "en": "the clock of the device was wrong",
      "ru": "часы устройства шли неверно"
    },
    "no_frames": {
      "en": "no frames arrived",
      "ru": "кадры не поступали"
    },
    "restarted": {
      "en": "Lineside was started again",
      "ru": "Lineside запускался заново"
    },
    "no_record": {
      "en": "no record of this time: the device was off, or its records have not arrived",
      "ru": "нет записей: устройство было выключено, или записи не пришли"
    },
    "offline": {
      "en": "the device is not connected",
      "ru": "устройство не на связи"
    },
    "old_counters": {
      "en": "the latest counters are old",
      "ru": "последние счётчики устарели"
    },
    "quota": {
      "en": "the quota of the journal was reached",
      "ru": "журнал занял отведённое ему место"
    },
    "stream_quota": {
      "en": "the quota of the stream was reached",
      "ru": "поток занял отведённое ему место"
    },
    "disk_full": {
      "en": "the disk of the device was full",
      "ru": "диск устройства был заполнен"
    },
    "delivered_and_pruned": {
      "en": "delivered before, and not kept",
      "ru": "уже доставлены и больше не хранятся"
    },
    "journal_missing": {
      "en": "the journal was gone",
      "ru": "журнал пропал"
    },
    "journal_damaged": {
      "en": "the journal was damaged",
      "ru": "журнал был повреждён"
    },
    "journal_restored": {
      "en": "the journal was restored from a copy",
      "ru": "журнал восстановлен из копии"
    },
    "journal_behind_collector": {
      "en": "the journal was older than what the collector has",
      "ru": "журнал был старше того, что есть у коллектора"
    }
  },
  "details": {
    "product": {
      "en": "Product",
      "ru": "Изделие"
    },
    "batch": {
      "en": "Batch",
      "ru": "Партия"
    },
    "shift": {
      "en": "Shift",
      "ru": "Смена"
    },
    "recipe": {
      "en": "Recipe",
      "ru": "Рецепт"
    },
    "demonstration": {
      "en": "Demonstration model",
      "ru": "Демонстрационная модель"
    },
    "pictureMissing": {
      "en": "No snapshot because of",
      "ru": "Снимка нет, причина"
    },
    "pictureFrame": {
      "en": "The snapshot shows frame",
      "ru": "На снимке кадр"
    },
    "evidence": {
      "en": "Snapshot",
      "ru": "Снимок"
    }
  },
  "rules": {
    "camera_health": {
      "title": {
        "en": "Camera health",
        "ru": "Состояние камеры"
      },
      "description": {
        "en": "A camera is lost, or its picture or stream is not what it should be.",
        "ru": "Камера потеряна, или её изображение или поток не такие, какими должны быть."
      },
      "opened": {
        "en": "A camera needs attention",
        "ru": "Камера требует внимания"
      },
      "closed": {
        "en": "A camera needed attention",
        "ru": "Камера требовала внимания"
      },
      "details": {
        "problem": {
          "en": "Problem",
          "ru": "Неисправность"
        },
        "code": {
          "en": "Code",
          "ru": "Код"
        },
        "message": {
          "en": "Message",
          "ru": "Сообщение"
        },
        "luma": {
          "en": "Brightness",
          "ru": "Яркость"
        },
        "sharpness": {
          "en": "Sharpness",
          "ru": "Резкость"
        },
        "similarity": {
          "en": "Similarity with the accepted view",
          "ru": "Сходство с принятым видом"
        },
        "fps": {
          "en": "Frames a second",
          "ru": "Кадров в секунду"
        },
        "bitsPerS": {
          "en": "Bits a second",
          "ru": "Бит в секунду"
        }
      }
    },
    "cleaning": {
      "title": {
        "en": "Cleaning",
        "ru": "Уборка"
      },
      "description": {
        "en": "Records each cleaning of a zone that is observed, and reports one that is overdue.",
        "ru": "Записывает каждую замеченную уборку зоны и сообщает о просроченной."
      },
      "opened": {
        "en": "Cleaning of a zone",
        "ru": "Уборка зоны"
      },
      "closed": {
        "en": "Cleaning of a zone ended",
        "ru": "Уборка зоны окончена"
      },
      "details": {
        "state": {
          "en": "State",
          "ru": "Состояние"
        },
        "reason": {
          "en": "Overdue by",
          "ru": "Просрочено по"
        },
        "hoursSince": {
          "en": "Hours since the last cleaning",
          "ru": "Часов с последней уборки"
        },
        "limitHours": {
          "en": "Longest time in hours",
          "ru": "Предел в часах"
        },
        "cleanedBy": {
          "en": "Last cleaning",
          "ru": "Последняя уборка"
        }
      }
    },
    "code_check": {
      "title": {
        "en": "Codes and dates",
        "ru": "Коды и даты"
      },
      "description": {
        "en": "What is printed on a pack is not what the recipe requires, cannot be read, or is missing.",
        "ru": "Напечатанное на упаковке не соответствует рецепту, не читается или отсутствует."
      },
      "opened": {
        "en": "Packs are printed wrongly",
        "ru": "На упаковках неверная печать"
      },
      "closed": {
        "en": "Packs were printed wrongly",
        "ru": "На упаковках была неверная печать"
      },
      "details": {
        "verdict": {
          "en": "Verdict",
          "ru": "Заключение"
        },
        "field": {
          "en": "Field",
          "ru": "Поле"
        },
        "expected": {
          "en": "Expected",
          "ru": "Ожидается"
        },
        "read": {
          "en": "Read",
          "ru": "Прочитано"
        },
        "corrections": {
          "en": "Characters taken for others",
          "ru": "Исправленные символы"
        },
        "packs": {
          "en": "Packs with the fault",
          "ru": "Упаковок с ошибкой"
        },
        "inARow": {
          "en": "Most in a row",
          "ru": "Наибольшее число подряд"
        },
        "unreadableBecause": {
          "en": "Not readable because",
          "ru": "Не читается, причина"
        },
        "packTrack": {
          "en": "Track of the pack",
          "ru": "Трек упаковки"
        },
        "contrast": {
          "en": "Contrast",
          "ru": "Контраст"
        },
        "contrastBefore": {
          "en": "Contrast before",
          "ru": "Контраст раньше"
        }
      }
    },
    "count": {
      "title": {
        "en": "Count",
        "ru": "Подсчёт"
      },
      "description": {
        "en": "Products that cross a line are counted, by label and direction; products that move backward are an event.",
        "ru": "Изделия, пересекающие линию, подсчитываются по меткам и направлению; движение назад — событие."
      },
      "opened": {
        "en": "Products move backward",
        "ru": "Изделия движутся назад"
      },
      "closed": {
        "en": "Products moved backward",
        "ru": "Изделия двигались назад"
      },
      "details": {
        "forward": {
          "en": "Counted forward",
          "ru": "Вперёд"
        },
        "backward": {
          "en": "Counted backward",
          "ru": "Назад"
        },
        "count": {
          "en": "Count",
          "ru": "Количество"
        }
      }
    },
    "downtime": {
      "title": {
        "en": "Downtime",
        "ru": "Простой"
      },
      "description": {
        "en": "The line stands: no product is seen, or the plant reports a stop.",
        "ru": "Линия стоит: изделий не видно, или оборудование сообщает об остановке."
      },
      "opened": {
        "en": "The line stands",
        "ru": "Линия стоит"
      },
      "closed": {
        "en": "The line stood",
        "ru": "Линия стояла"
      },
      "details": {
        "source": {
          "en": "Known from",
          "ru": "Источник"
        },
        "state": {
          "en": "State of the line",
          "ru": "Состояние линии"
        },
        "reason": {
          "en": "Reason",
          "ru": "Причина"
        },
        "noProductMs": {
          "en": "Milliseconds without a product",
          "ru": "Миллисекунд без изделий"
        }
      }
    },
    "maintenance": {
      "title": {
        "en": "Maintenance",
        "ru": "Обслуживание"
      },
      "description": {
        "en": "Reports that the service of a machine is overdue: by time, by hours of running, or by what it has counted.",
        "ru": "Сообщает о просроченном обслуживании оборудования: по времени, по наработке или по счётчику."
      },
      "opened": {
        "en": "Service of a machine is overdue",
        "ru": "Обслуживание оборудования просрочено"
      },
      "closed": {
        "en": "Service of a machine was overdue",
        "ru": "Обслуживание оборудования было просрочено"
      },
      "details": {
        "dueBy": {
          "en": "Due by",
          "ru": "Срок по"
        },
        "used": {
          "en": "Fraction of the limit",
          "ru": "Доля предела"
        },
        "hoursSince": {
          "en": "Hours since the last service",
          "ru": "Часов с последнего обслуживания"
        },
        "runningHours": {
          "en": "Hours of running since",
          "ru": "Часов работы с тех пор"
        },
        "counted": {
          "en": "Counted since",
          "ru": "Насчитано с тех пор"
        },
        "servicedBy": {
          "en": "Last service",
          "ru": "Последнее обслуживание"
        }
      }
    },
    "missing_headwear": {
      "title": {
        "en": "Missing headwear",
        "ru": "Нет головного убора"
      },
      "description": {
        "en": "A person works without a cap or hairnet for too long.",
        "ru": "Сотрудник слишком долго находится без головного убора."
      },
      "opened": {
        "en": "A person is without headwear",
        "ru": "Сотрудник без головного убора"
      },
      "closed": {
        "en": "A person was without headwear",
        "ru": "Сотрудник был без головного убора"
      },
      "details": {
        "framesAbsent": {
          "en": "Frames without headwear",
          "ru": "Кадров без убора"
        },
        "framesPresent": {
          "en": "Frames with headwear",
          "ru": "Кадров с убором"
        },
        "framesNotVisible": {
          "en": "Frames in which the head is not visible",
          "ru": "Кадров, где голова не видна"
        },
        "personDetected": {
          "en": "Person detected",
          "ru": "Человек обнаружен"
        },
        "personTrack": {
          "en": "Track of the person",
          "ru": "Трек человека"
        }
      }
    },
    "occupancy": {
      "title": {
        "en": "People in a zone",
        "ru": "Люди в зоне"
      },
      "description": {
        "en": "Too many or too few people are in a zone, somebody is in a forbidden zone, or one person is alone for too long.",
        "ru": "В зоне слишком много или слишком мало людей, кто-то находится в запретной зоне, или сотрудник слишком долго один."
      },
      "opened": {
        "en": "The number of people in a zone is not allowed",
        "ru": "Недопустимое число людей в зоне"
      },
      "closed": {
        "en": "The number of people in a zone was not allowed",
        "ru": "Было недопустимое число людей в зоне"
      },
      "details": {
        "condition": {
          "en": "Condition",
          "ru": "Условие"
        },
        "people": {
          "en": "People in the zone",
          "ru": "Людей в зоне"
        },
        "hidden": {
          "en": "People who may be hidden",
          "ru": "Возможно, скрыты"
        },
        "limit": {
          "en": "Limit",
          "ru": "Предел"
        },
        "most": {
          "en": "Most people during the event",
          "ru": "Наибольшее число людей"
        },
        "fewest": {
          "en": "Fewest people during the event",
          "ru": "Наименьшее число людей"
        }
      }
    },
    "operation_time": {
      "title": {
        "en": "Time of operations",
        "ru": "Время операций"
      },
      "description": {
        "en": "Records each operation at a station, and reports one that is too long, too short or missing.",
        "ru": "Записывает каждую операцию на рабочем месте и сообщает о слишком долгой, слишком короткой или отсутствующей."
      },
      "opened": {
        "en": "An operation at a station",
        "ru": "Операция на рабочем месте"
      },
      "closed": {
        "en": "An operation at a station ended",
        "ru": "Операция на рабочем месте окончена"
      },
      "details": {
        "outcome": {
          "en": "Outcome",
          "ru": "Итог"
        },
        "seconds": {
          "en": "Duration in seconds",
          "ru": "Длительность, с"
        },
        "limitSeconds": {
          "en": "Limit in seconds",
          "ru": "Предел, с"
        },
        "operation": {
          "en": "Number of the operation since the rule started",
          "ru": "Номер операции с запуска правила"
        },
        "track": {
          "en": "Track",
          "ru": "Трек"
        }
      }
    },
    "ppe": {
      "title": {
        "en": "Protective clothing",
        "ru": "Спецодежда"
      },
      "description": {
        "en": "A person works for too long without the clothing that is required in the zone.",
        "ru": "Сотрудник слишком долго находится в зоне без обязательной спецодежды."
      },
      "opened": {
        "en": "A person is without required clothing",
        "ru": "Сотрудник без обязательной спецодежды"
      },
      "closed": {
        "en": "A person was without required clothing",
        "ru": "Сотрудник был без обязательной спецодежды"
      },
      "details": {
        "missing": {
          "en": "Missing now",
          "ru": "Сейчас нет"
        },
        "everMissing": {
          "en": "Missing at any time of the event",
          "ru": "Не было за время события"
        },
        "worn": {
          "en": "Worn",
          "ru": "Надето"
        },
        "notVisible": {
          "en": "Not visible",
          "ru": "Не видно"
        },
        "personTrack": {
          "en": "Track of the person",
          "ru": "Трек человека"
        }
      }
    },
    "product_defect": {
      "title": {
        "en": "Product defect",
        "ru": "Дефект продукции"
      },
      "description": {
        "en": "A product passes the camera with a visible defect, without a part, with a wrong part, or looking unusual.",
        "ru": "Мимо камеры проходит изделие с видимым дефектом, без детали, с неверной деталью или необычного вида."
      },
      "opened": {
        "en": "A product has a defect",
        "ru": "Изделие с дефектом"
      },
      "closed": {
        "en": "A product had a defect",
        "ru": "Прошло изделие с дефектом"
      },
      "details": {
        "framesWithDefect": {
          "en": "Frames with a defect",
          "ru": "Кадров с дефектом"
        },
        "mostDefects": {
          "en": "Most defects at once",
          "ru": "Наибольшее число дефектов сразу"
        },
        "found": {
          "en": "Found by",
          "ru": "Обнаружено по"
        },
        "missingParts": {
          "en": "Missing parts",
          "ru": "Нет деталей"
        },
        "wrongParts": {
          "en": "Wrong parts",
          "ru": "Неверные детали"
        },
        "anomalyScore": {
          "en": "Highest anomaly score",
          "ru": "Наибольшая оценка аномалии"
        },
        "productDetected": {
          "en": "Product detected",
          "ru": "Изделие обнаружено"
        },
        "productTrack": {
          "en": "Track of the product",
          "ru": "Трек изделия"
        }
      }
    },
    "rate": {
      "title": {
        "en": "Rate",
        "ru": "Темп"
      },
      "description": {
        "en": "Too few or too many products a minute cross a line.",
        "ru": "Линию пересекает слишком мало или слишком много изделий в минуту."
      },
      "opened": {
        "en": "The rate is outside of its limits",
        "ru": "Темп вне допустимых пределов"
      },
      "closed": {
        "en": "The rate was outside of its limits",
        "ru": "Темп был вне допустимых пределов"
      },
      "details": {
        "perMinute": {
          "en": "Products a minute",
          "ru": "Изделий в минуту"
        },
        "limit": {
          "en": "Limit",
          "ru": "Предел"
        },
        "condition": {
          "en": "Condition",
          "ru": "Условие"
        }
      }
    },
    "spill": {
      "title": {
        "en": "Spill, scattered goods or litter",
        "ru": "Разлив, россыпь или мусор"
      },
      "description": {
        "en": "A liquid, dry goods or litter lies on the floor for too long.",
        "ru": "На полу слишком долго лежит жидкость, рассыпанный продукт или мусор."
      },
      "opened": {
        "en": "Something lies on the floor",
        "ru": "На полу что-то лежит"
      },
      "closed": {
        "en": "Something lay on the floor",
        "ru": "На полу что-то лежало"
      },
      "details": {
        "matter": {
          "en": "Matter",
          "ru": "Вещество"
        },
        "zoneCovered": {
          "en": "Fraction of the zone covered",
          "ru": "Занятая доля зоны"
        },
        "mostZoneCovered": {
          "en": "Greatest fraction of the zone covered",
          "ru": "Наибольшая занятая доля зоны"
        },
        "areaM2": {
          "en": "Area in square metres",
          "ru": "Площадь, м²"
        },
        "zoneFraction": {
          "en": "Fraction in the zone",
          "ru": "Доля в зоне"
        },
        "sightings": {
          "en": "Frames in which it was seen",
          "ru": "Кадров с обнаружением"
        }
      }
    },
    "weight": {
      "title": {
        "en": "Weight",
        "ru": "Вес"
      },
      "description": {
        "en": "Items are too light or too heavy, one by one or on average.",
        "ru": "Изделия слишком лёгкие или слишком тяжёлые, поштучно или в среднем."
      },
      "opened": {
        "en": "The weight is outside of its limits",
        "ru": "Вес вне допустимых пределов"
      },
      "closed": {
        "en": "The weight was outside of its limits",
        "ru": "Вес был вне допустимых пределов"
      },
      "details": {
        "condition": {
          "en": "Condition",
          "ru": "Условие"
        },
        "weight": {
          "en": "Weight",
          "ru": "Вес"
        },
        "average": {
          "en": "Average",
          "ru": "Среднее"
        },
        "nominal": {
          "en": "Nominal weight",
          "ru": "Номинальный вес"
        },
        "items": {
          "en": "Items with the fault",
          "ru": "Изделий с отклонением"
        },
        "t1Fraction": {
          "en": "Fraction in class T1",
          "ru": "Доля класса T1"
        }
      }
    },
    "plant_output": {
      "title": {
        "en": "Output to the plant",
        "ru": "Выход на линию"
      },
      "description": {
        "en": "A product was not rejected in time, or its place was lost; a verdict came when its product had arrived; the controller takes no results.",
        "ru": "Изделие не отбраковано вовремя или место изделия потеряно; решение пришло, когда изделие уже прошло; контроллер не принимает результаты."
      },
      "opened": {
        "en": "The output to the plant has failed",
        "ru": "Сбой выхода на линию"
      },
      "closed": {
        "en": "The output to the plant has failed",
        "ru": "Сбой выхода на линию"
      },
      "details": {
        "output": {
          "en": "Output",
          "ru": "Выход"
        },
        "piece": {
          "en": "Piece",
          "ru": "Изделие №"
        },
        "byMs": {
          "en": "Late by (ms)",
          "ru": "Опоздание (мс)"
        }
      }
    }
  }
};
