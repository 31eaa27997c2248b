/** Signals of the simulated plant: name, unit, and what it says. */
export const SIGNALS = {
  state: { unit: '', about: 'running, stopped, jam or changeover' },
  speed: { unit: 'pcs/min', about: 'packs a minute; 0 while the line stands' },
  stop_reason: { unit: '', about: 'why the line stands; empty while it runs' },
  count: { unit: 'pcs', about: 'packs since the beginning' },
  rejects: { unit: 'pcs', about: 'packs with a fault since the beginning' },
  product: { unit: '', about: 'EAN-13 of the product in production' },
  batch: { unit: '', about: 'batch in production' },
  weight: { unit: 'g', about: 'what the scale shows, at each pack' },
  label_code: { unit: '', about: 'code on the label of the newest pack' },
  label_date: { unit: '', about: 'date on the label of the newest pack; empty where it is missing' },
  temperature: { unit: 'degC', about: 'of the hall, each minute' },
  shift: { unit: '', about: 'name of the shift' },
  staff: { unit: '', about: 'number of people at work' },
} as const;

export type SignalName = keyof typeof SIGNALS;
export const SIGNAL_NAMES = Object.keys(SIGNALS) as [SignalName, ...SignalName[]];
