/** In Russian: what it is, and what to do. `whole`: it says all that the English sentence says. */
type Text = readonly [message: string, advice: string, whole?: true];

const LATER = 'Запустите lineside doctor, когда машина менее занята';

/**
 * What the checks of the setup, the plant and the collector say, by code; what the status page has too is in its tables
 * (`edge/page/error-texts.js`, `finding-texts.js`). Places stand for `args`.
 */
export const RUSSIAN: Readonly<Record<string, Text>> = {
  // every check; its name comes before
  '*_slow': ['Машина слишком занята, проверка прервана', LATER],
  '*_timed_out': ['Проверка не ответила вовремя', 'Проверьте кабель, питание и адрес; затем lineside doctor'],
  '*_failed': ['Проверить не удалось', 'Запустите lineside doctor от пользователя службы: sudo -u lineside'],
  '*_skipped': ['Не проверено: мешает названное выше', 'Сначала устраните его'],
  // machine
  node_ok: ['Node {version}', '', true],
  node_too_old: ['Node {version} – слишком старая версия', 'Установите Node 24.15 или новее', true],
  ffmpeg_ok: ['FFmpeg {version}', '', true],
  ffmpeg_too_old: ['FFmpeg {version} – слишком старая версия', 'Установите FFmpeg 4.4 или новее', true],
  ffmpeg_no_h264: [
    'FFmpeg без H.264: большинство камер не прочитать',
    'Установите полную сборку FFmpeg: sudo apt install ffmpeg',
  ],
  ffmpeg_decoders: ['В FFmpeg нет нужных декодеров', 'Установите полную сборку FFmpeg: sudo apt install ffmpeg'],
  ffmpeg_missing: ['FFmpeg не установлен', 'Установите его: sudo apt install ffmpeg', true],
  ffmpeg_slow: ['FFmpeg отвечает слишком медленно', LATER],
  ffprobe_missing: ['ffprobe не запускается', 'sudo apt install ffmpeg'],
  ffprobe_slow: ['ffprobe отвечает слишком медленно', LATER],
  decoder_unusable: [
    'Декодер {decoder} есть в списке FFmpeg, а картинки не даёт',
    'Проверьте драйвер (JetPack) и группы video и render у пользователя службы',
  ],
  data_folder_ok: ['папка данных {folder}, писать можно', '', true],
  data_folder_hidden: [
    'Этот пользователь не может писать в папку данных, она чужая',
    'Запустите от пользователя службы или root: sudo lineside setup',
  ],
  data_folder_unwritable: [
    'В папку данных нельзя писать: события негде хранить',
    'Назовите другую с --data DIR или дайте пользователю службы право записи',
  ],
  clock_ok: ['часы идут по серверу времени', '', true],
  clock_behind: [
    'Часы отстают',
    'Поставьте часы (timedatectl set-time) или настройте сервер времени; проверьте батарейку часов',
  ],
  clock_unsynced: [
    'Часы не сверяются с сервером времени',
    'timedatectl set-ntp true и сервер времени, доступный из сети цеха',
    true,
  ],
  clock_unknown: [
    'Сверяются ли часы с сервером времени, узнать не удалось',
    'Без systemd спросите саму службу времени: chronyc tracking, ntpq -p',
    true,
  ],
  // broker and collector
  broker_ok: ['брокер {broker} отвечает за {ms} мс', '', true],
  broker_slow: ['Брокер отвечает медленно', 'Посмотрите uplink.bandwidthLimit и кто ещё занимает канал'],
  broker_certificate_expires: ['Сертификат брокера истекает {day}', 'Обновите его вовремя', true],
  collector_ok: ['сборщик на месте', '', true],
  collector_offline: ['Сборщик не работает', 'Запустите его или проверьте, что брокер у него тот же', true],
  collector_absent: [
    'У этого брокера сборщика ещё не было',
    'Запустите его или проверьте, что брокер у него тот же',
    true,
  ],
  collector_hidden: [
    'Этот пользователь не может узнать, есть ли сборщик',
    'Разрешите устройству читать lineside/v1/collector/state в ACL брокера',
    true,
  ],
  // enrolment
  claim_invalid: [
    'Это не код регистрации, или в нём ошибка',
    'Перепишите все десять групп по четыре знака, как показал сборщик',
    true,
  ],
  collector_unreachable: [
    'Сборщик недоступен',
    'Проверьте адрес и сеть, а на сборщике – enrolment.listen в его настройках',
  ],
  collector_not_recognised: [
    'Это не тот сборщик, который дал код',
    'Сверьте адрес и код; прокси не должен принимать TLS вместо сборщика',
  ],
  enrolment_refused: [
    'Сборщик отказал этому устройству',
    'Возьмите на сборщике новый код; почему отказано: lineside-collector device claims',
  ],
  enrolment_answer_invalid: [
    'Ответ сборщика не для этого устройства',
    'Обновите сборщик или устройство, чтобы версии подходили друг другу',
  ],
  // plant
  point_refused: [
    'Контроллер не даёт этой точки',
    'Сверьте её со списком контроллера: в документах Modbus часто считают с 1, имена OPC UA должны быть точными',
  ],
  point_silent: ['Контроллер не отвечает', 'Проверьте кабель, адрес, порт и номер устройства'],
  point_lost: ['Контроллер закрыл соединение', 'Он может разрешать одно соединение или только другой адрес'],
  point_value: ['Такое значение точка не принимает', 'Запишите значение, которое вмещает её тип'],
  point_unknown: ['Так точки не пишутся', 'Как они пишутся: lineside plant read --help'],
  point_certificate: [
    'Сертификат контроллера не принят',
    'Сертификаты показывает и принимает lineside plant trust; истёкший обновляет его владелец',
  ],
  point_access: ['Контроллер не пускает', 'Проверьте имя, пароль и права этого пользователя у контроллера'],
  // cameras
  advice_rate: ['она присылает {rate} кадров в секунду: увеличьте частоту в камере или задайте такую же fps', '', true],
  advice_width: ['{width} пикселей – шире, чем нужно модели: возьмите второй поток камеры или tiles', '', true],
  advice_codec: ['H.265 здесь декодирует процессор: H.264 обойдётся дешевле', '', true],
  discovery_failed: [
    'Камеры в сети не удалось найти',
    'Проверьте, что в сети этой машины есть multicast, или введите адрес',
  ],
  // this command
  usage: ['Так не получится', 'Посмотрите lineside setup --help'],
  secret_missing: ['Секрет не удаётся прочитать', 'Запишите его один в файл, одной строкой'],
  service_hidden: ['Этот пользователь не может спросить службу', 'Спросите от пользователя службы или root: sudo'],
  answer_unexpected: [
    'У службы другая версия, чем у этой команды',
    'Перезапустите её: systemctl restart lineside',
    true,
  ],
  service_timed_out: ['Служба не отвечает', 'Она могла зависнуть: journalctl -u lineside'],
};
