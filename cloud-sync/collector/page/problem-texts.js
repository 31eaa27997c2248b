/** What the collector says against a request of the page, by code, in the languages in which it does not speak itself. */
export const PROBLEM_TEXTS = {
  claim_invalid: { ru: 'Такой код создать нельзя.' },
  device_exists: { ru: 'У этого устройства уже есть учётные данные. Отметьте, что оно здесь уже было.' },
  device_id_invalid: {
    ru: 'Так устройство назвать нельзя: 1–64 знака из A-Z a-z 0-9 . _ -, первым – буква или цифра.',
  },
  enrolment_off: { ru: 'Этот коллектор не принимает новых устройств: задайте enrolment.listen.' },
  event_unknown: { ru: 'Такого события нет.' },
  host_unknown: { ru: 'Коллектор не отвечает под этим именем.' },
  internal: { ru: 'Коллектор не смог ответить.' },
  other_site: { ru: 'Запрос пришёл со страницы другого сайта.' },
  person_unproven: { ru: 'Это может только человек с учётной записью.' },
  query_invalid: { ru: 'В запросе ошибка.' },
  request_invalid: { ru: 'Запрос неверен.' },
  review_invalid: { ru: 'Такой разбор сохранить нельзя.' },
  token_needed: { ru: 'Нужен токен.' },
  token_wrong: { ru: 'Это не тот токен.' },
  too_many_attempts: { ru: 'Слишком много неверных попыток. Попробуйте позже.' },
};
