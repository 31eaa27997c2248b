/** Every text of the page, in every language of it. `npx vitest run page-texts` checks that none is missing. */
export const TEXTS = {
  // connection
  collector: { en: 'collector', ru: 'коллектор' },
  collectorTitle: { en: 'Lineside collector', ru: 'Коллектор Lineside' },
  connectingToCollector: { en: 'Connecting to the collector …', ru: 'Подключение к коллектору …' },
  noAnswerYet: {
    en: 'The collector does not answer. Trying again …',
    ru: 'Коллектор не отвечает. Пробуем снова …',
  },
  oldData: {
    en: 'No answer from the collector for {span}. The page shows old data.',
    ru: 'Коллектор не отвечает {span}. На странице старые данные.',
  },
  live: { en: 'Live', ru: 'Обновляется' },
  old: { en: 'Old', ru: 'Старые данные' },
  token: { en: 'Token', ru: 'Токен' },
  tokenWrong: {
    en: 'This is not the token of this collector (http.token).',
    ru: 'Это не токен этого коллектора (http.token).',
  },
  ownToken: { en: 'Token of your account', ru: 'Токен вашей учётной записи' },
  ownTokenWrong: { en: 'No account has this token.', ru: 'Такого токена нет ни у одной учётной записи.' },
  signIn: { en: 'Sign in', ru: 'Войти' },
  noAnswer: { en: 'The collector did not answer.', ru: 'Коллектор не ответил.' },
  // parts that may fail alone
  totals: { en: 'The totals', ru: 'Итоги' },
  listOfClaims: { en: 'The list of devices that want in', ru: 'Список ожидающих устройств' },
  listOfRollouts: { en: 'The list of rollouts', ru: 'Список развёртываний' },
  listOfEvents: { en: 'The list of events', ru: 'Список событий' },
  listOfProblems: { en: 'The list of record problems', ru: 'Список ошибок в записях' },
  // the answer
  areInspected: { en: 'Are the lines inspected?', ru: 'Проверяются ли линии?' },
  alsoWrong: { en: 'Also wrong', ru: 'Что ещё не так' },
  noLines: { en: 'No lines yet', ru: 'Линий пока нет' },
  makeCredential: {
    en: 'Make a credential for a device: {command}',
    ru: 'Создайте учётные данные для устройства: {command}',
  },
  openEventAt: { en: '{line}, {what} at {camera} for {span}', ru: '{line}: {what}, {camera}, {span}' },
  withOpen: { en: '{text}. Open: {list}', ru: '{text}. Открыты: {list}' },
  cameraBecause: { en: '{line}, camera {camera}: {reason}', ru: '{line}, камера {camera}: {reason}' },
  camerasNotInspected: {
    en: { one: '{n} camera is not inspected', other: '{n} cameras are not inspected' },
    ru: {
      one: '{n} камера не проверяется',
      few: '{n} камеры не проверяются',
      many: '{n} камер не проверяются',
    },
  },
  camerasUnknown: {
    en: {
      one: 'Not known whether {n} camera is inspected',
      other: 'Not known whether {n} cameras are inspected',
    },
    ru: {
      one: 'Неизвестно, проверяется ли {n} камера',
      few: 'Неизвестно, проверяются ли {n} камеры',
      many: 'Неизвестно, проверяются ли {n} камер',
    },
  },
  checkRecords: { en: 'Check the records', ru: 'Проверьте записи' },
  sharedIdentity: {
    en: 'two devices use the identity {list}',
    ru: 'два устройства пользуются одним именем: {list}',
  },
  recordsChanged: {
    en: { one: '{n} record arrived again with changes', other: '{n} records arrived again with changes' },
    ru: {
      one: '{n} запись пришла снова, но изменённой',
      few: '{n} записи пришли снова, но изменёнными',
      many: '{n} записей пришли снова, но изменёнными',
    },
  },
  linksDiffer: {
    en: { one: '{n} link of a hash chain does not match', other: '{n} links of a hash chain do not match' },
    ru: {
      one: '{n} звено цепочки хешей не сходится',
      few: '{n} звена цепочки хешей не сходятся',
      many: '{n} звеньев цепочки хешей не сходятся',
    },
  },
  recordsMissing: { en: 'Records are missing', ru: 'Недостаёт записей' },
  recordsNotArrived: {
    en: {
      one: '{n} record has not arrived yet and was requested again',
      other: '{n} records have not arrived yet and were requested again',
    },
    ru: {
      one: '{n} запись ещё не пришла и запрошена снова',
      few: '{n} записи ещё не пришли и запрошены снова',
      many: '{n} записей ещё не пришли и запрошены снова',
    },
  },
  linesNotOnline: {
    en: { one: '{silent} of {n} line not online', other: '{silent} of {n} lines not online' },
    ru: {
      one: 'Не на связи: {silent} из {n} линии',
      few: 'Не на связи: {silent} из {n} линий',
      many: 'Не на связи: {silent} из {n} линий',
    },
  },
  knownLater: {
    en: '{list}: whether they are inspected is not known until their records arrive',
    ru: '{list}: проверяются ли они, станет известно, когда придут их записи',
  },
  lineInspected: { en: 'The line is inspected', ru: 'Линия проверяется' },
  linesInspected: { en: 'All {count} lines are inspected', ru: 'Проверяются все линии: {count}' },
  everyCamera: {
    en: 'Every camera is inspected, and no records are missing',
    ru: 'Проверяется каждая камера, все записи на месте',
  },
  lineOnline: { en: 'The line is online', ru: 'Линия на связи' },
  linesOnline: { en: 'All {count} lines are online', ru: 'Все линии на связи: {count}' },
  notReported: {
    en: {
      one: '{list}: it has not reported yet that every camera is inspected',
      other: '{list}: they have not reported yet that every camera is inspected',
    },
    ru: {
      one: '{list}: ещё не сообщает, что проверяется каждая камера',
      few: '{list}: ещё не сообщают, что проверяется каждая камера',
      many: '{list}: ещё не сообщают, что проверяется каждая камера',
    },
  },
  // totals
  recordsStored: { en: 'Records stored', ru: 'Сохранено записей' },
  recordsStoredNote: {
    en: 'each acknowledged after it was on disk',
    ru: 'каждая подтверждена после записи на диск',
  },
  missing: { en: 'Missing', ru: 'Недостаёт' },
  missingNote: { en: 'neither stored nor declared lost', ru: 'не сохранены и не объявлены утраченными' },
  declaredLost: { en: 'Declared lost', ru: 'Объявлено утраченными' },
  declaredLostNote: { en: 'by the device, with a reason', ru: 'устройством, с указанием причины' },
  picturesStored: {
    en: { one: '{n} picture stored', other: '{n} pictures stored' },
    ru: { one: 'сохранён {n} снимок', few: 'сохранено {n} снимка', many: 'сохранено {n} снимков' },
  },
  // lines
  lines: { en: 'Lines', ru: 'Линии' },
  line: { en: 'Line', ru: 'Линия' },
  lineNamed: { en: 'Line {id}', ru: 'Линия {id}' },
  lineCount: {
    en: { one: '{n} line', other: '{n} lines' },
    ru: { one: '{n} линия', few: '{n} линии', many: '{n} линий' },
  },
  versionUnknown: { en: 'version unknown', ru: 'версия неизвестна' },
  lastSeen: { en: 'Last seen', ru: 'Последняя связь:' },
  onlineFor: { en: 'online for {span}', ru: 'на связи {span}' },
  offlineFor: { en: 'offline for {span}', ru: 'нет связи {span}' },
  twoDevices: {
    en: 'Two devices use this identity. Give one of them its own:',
    ru: 'Этим именем пользуются два устройства. Дайте одному из них собственное:',
  },
  noCredential: {
    en: 'This device has no credential here, so it cannot store pictures.',
    ru: 'У этого устройства здесь нет учётных данных, поэтому его снимки не сохраняются.',
  },
  noCounters: { en: 'No counters of its cameras yet.', ru: 'Счётчиков его камер пока нет.' },
  framesInspected: {
    en: 'Since its start {inspected} of {offered} frames inspected',
    ru: 'С запуска проверено кадров: {inspected} из {offered}',
  },
  framesSkipped: { en: 'skipped {list}', ru: 'пропущено {list}' },
  framesFailed: { en: 'failed {list}', ru: 'с ошибкой {list}' },
  queuedThere: { en: 'Queued there', ru: 'В очереди' },
  queuedOnDevice: {
    en: { one: '{n} record is queued on the device', other: '{n} records are queued on the device' },
    ru: {
      one: 'В очереди на устройстве {n} запись',
      few: 'В очереди на устройстве {n} записи',
      many: 'В очереди на устройстве {n} записей',
    },
  },
  oldestFrom: { en: 'the oldest from {ago}', ru: 'самая старая – {ago}' },
  deliveredIn: {
    en: 'delivered in about {span} at this rate',
    ru: 'при таком темпе доставка займёт около {span}',
  },
  noRecords: { en: 'No records yet.', ru: 'Записей пока нет.' },
  completeUpTo: { en: 'Complete up to', ru: 'Полны до' },
  ofHighest: { en: 'of {highest}', ru: 'из {highest}' },
  missingColumn: { en: 'Missing', ru: 'Нет' },
  lostColumn: { en: 'Declared lost', ru: 'Утрачено' },
  earlierJournals: {
    en: { one: 'and {n} earlier journal of this device', other: 'and {n} earlier journals of this device' },
    ru: {
      one: 'и ещё {n} прежний журнал этого устройства',
      few: 'и ещё {n} прежних журнала этого устройства',
      many: 'и ещё {n} прежних журналов этого устройства',
    },
  },
  inspectionUnknown: { en: 'Not known', ru: 'Неизвестно' },
  noLongerReported: { en: 'No longer reported', ru: 'Больше не сообщается' },
  notSeenYet: { en: 'Not seen yet', ru: 'Ещё не выходило на связь' },
  audit: { en: 'Audit', ru: 'Аудит' },
  counters: { en: 'Counters', ru: 'Счётчики' },
  pictures: { en: 'Pictures', ru: 'Снимки' },
  // events
  noEventsYet: { en: 'No events yet.', ru: 'Событий пока нет.' },
  noSuchEvents: { en: 'No such events.', ru: 'Таких событий нет.' },
  olderEvents: { en: 'Older events', ru: 'Более ранние события' },
  eventNamed: { en: 'Event {id}', ru: 'Событие {id}' },
  allLines: { en: 'All lines', ru: 'Все линии' },
  allKinds: { en: 'All kinds', ru: 'Все виды' },
  withVideo: { en: 'with video', ru: 'с видео' },
  fromDegraded: { en: 'from a degraded model', ru: 'от модели с ограничениями' },
  open: { en: 'open', ru: 'открыто' },
  showSnapshot: { en: 'Show the snapshot of {what}', ru: 'Показать снимок события: {what}' },
  showDetails: { en: 'Show the details of {what}', ru: 'Показать подробности события: {what}' },
  snapshotUnreadable: { en: 'The snapshot cannot be read', ru: 'Снимок не читается' },
  snapshotNotYet: { en: 'The snapshot has not arrived yet', ru: 'Снимок ещё не пришёл' },
  noSnapshotMade: { en: 'No snapshot was made', ru: 'Снимок не сделан' },
  snapshotAlt: { en: 'Evidence of {what} at {camera}', ru: 'Снимок события: {what}, {camera}' },
  videoOf: { en: 'Video of {what} at {camera}', ru: 'Видео события: {what}, {camera}' },
  estimated: { en: '{time} (estimated)', ru: '{time} (приблизительно)' },
  stillOpen: { en: 'still open', ru: 'ещё открыто' },
};
