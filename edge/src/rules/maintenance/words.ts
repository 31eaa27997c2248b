import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Maintenance', ru: 'Обслуживание' },
  description: {
    en: 'Reports that the service of a machine is overdue: by time, by hours of running, or by what it has counted.',
    ru: 'Сообщает о просроченном обслуживании оборудования: по времени, по наработке или по счётчику.',
  },
  opened: { en: 'Service of a machine is overdue', ru: 'Обслуживание оборудования просрочено' },
  closed: { en: 'Service of a machine was overdue', ru: 'Обслуживание оборудования было просрочено' },
  details: {
    dueBy: { en: 'Due by', ru: 'Срок по' },
    used: { en: 'Fraction of the limit', ru: 'Доля предела' },
    hoursSince: { en: 'Hours since the last service', ru: 'Часов с последнего обслуживания' },
    runningHours: { en: 'Hours of running since', ru: 'Часов работы с тех пор' },
    counted: { en: 'Counted since', ru: 'Насчитано с тех пор' },
    servicedBy: { en: 'Last service', ru: 'Последнее обслуживание' },
  },
};
