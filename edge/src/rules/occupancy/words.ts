import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'People in a zone', ru: 'Люди в зоне' },
  description: {
    en: 'Too many or too few people are in a zone, somebody is in a forbidden zone, or one person is alone for too long.',
    ru: 'В зоне слишком много или слишком мало людей, кто-то находится в запретной зоне, или сотрудник слишком долго один.',
  },
  opened: { en: 'The number of people in a zone is not allowed', ru: 'Недопустимое число людей в зоне' },
  closed: { en: 'The number of people in a zone was not allowed', ru: 'Было недопустимое число людей в зоне' },
  details: {
    condition: { en: 'Condition', ru: 'Условие' },
    people: { en: 'People in the zone', ru: 'Людей в зоне' },
    hidden: { en: 'People who may be hidden', ru: 'Возможно, скрыты' },
    limit: { en: 'Limit', ru: 'Предел' },
    most: { en: 'Most people during the event', ru: 'Наибольшее число людей' },
    fewest: { en: 'Fewest people during the event', ru: 'Наименьшее число людей' },
  },
};
