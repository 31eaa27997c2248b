import type { Language } from './draft.ts';

/** What is wrong with a sentence, and what to do about it. */
export interface Refused {
  readonly problem: string;
  readonly advice: string;
}

const ENGLISH = {
  tooLong: (): Refused => ({ problem: 'the sentence is too long', advice: 'one rule is one short sentence' }),
  notUnderstood: (rest: string): Refused => ({
    problem: `not understood: ${rest}`,
    advice: 'leave these words out, or say it as in the examples',
  }),
  nothingWrong: (): Refused => ({
    problem: 'it does not say what is wrong',
    advice: 'begin with what must not be: no hairnet, a spill, more than 3 people',
  }),
  twoThings: (): Refused => ({
    problem: 'it says two things that must not be',
    advice: 'write one sentence for each',
  }),
  noTime: (time: string): Refused => ({ problem: `${time} is no time of day`, advice: 'write for example 06:00' }),
  noDuration: (text: string): Refused => ({
    problem: `${text} is no duration`,
    advice: 'more than 0, and not more than a year',
  }),
  twoDurations: (): Refused => ({ problem: 'it has two durations', advice: 'write one sentence for each' }),
  onlyOperation: (): Refused => ({
    problem: 'only an operation can be too short',
    advice: 'write: for longer than',
  }),
  howLong: (): Refused => ({ problem: 'it does not say how long', advice: 'add: for longer than 10 minutes' }),
  byFrames: (): Refused => ({
    problem: 'defects are judged by several frames of a product, not by time',
    advice: 'leave the duration out',
  }),
  noModel: (camera: string, labels: readonly string[], models: string): Refused => ({
    problem: `no model of camera ${camera} detects ${labels.join(' or ')}; its models: ${models === '' ? 'none' : models}`,
    advice: 'choose another model: lineside setup --again models',
  }),
  serviceNoZone: (zone: string): Refused => ({
    problem: `a machine is serviced as a whole: zone ${zone} says nothing`,
    advice: 'name the camera that watches the machine',
  }),
  twoLimits: (): Refused => ({ problem: 'it has two limits', advice: 'write one sentence for each' }),
  noCount: (): Refused => ({ problem: 'a machine is never serviced every 0 counts', advice: 'more than 0' }),
  whichSignal: (isCounted: boolean, names: string): Refused => ({
    problem: isCounted
      ? 'it does not say which signal counts, and it must be one of numbers'
      : 'it does not say which signal shows that the machine runs',
    advice:
      names === ''
        ? 'add a signal first: lineside setup --again plant'
        : `add: by signal NAME; signals there: ${names}`,
  }),
  placeTooMany: (name: string): string => `${name} is one place too many`,
  placeUnsaid: (): string => 'it does not say where',
  noSuchZone: (camera: string, zone: string): string => `camera ${camera} has no zone ${zone}`,
  zoneTwice: (zone: string): string => `several cameras have a zone ${zone}`,
  noPlaces: (): string => 'add a camera first',
  places: (names: string): string => `name a camera or a zone: ${names}`,
  camera: (id: string): string => `camera ${id}`,
  zone: (id: string): string => `zone ${id}`,
};

/** Every refusal, in one language. */
export type Refusals = typeof ENGLISH;

const RUSSIAN: Refusals = {
  tooLong: () => ({
    problem: 'предложение слишком длинное',
    advice: 'одно правило – одно короткое предложение',
  }),
  notUnderstood: (rest) => ({
    problem: `не понято: ${rest}`,
    advice: 'уберите эти слова или скажите как в примерах',
  }),
  nothingWrong: () => ({
    problem: 'не сказано, чего быть не должно',
    advice: 'начните с этого: нет сетки на голове, разлив, больше 3 человек',
  }),
  twoThings: () => ({
    problem: 'сказано о двух вещах, которых быть не должно',
    advice: 'напишите по предложению на каждую',
  }),
  noTime: (time) => ({ problem: `${time} – не время суток`, advice: 'напишите, например, 06:00' }),
  noDuration: (text) => ({ problem: `${text} – не длительность`, advice: 'больше 0 и не больше года' }),
  twoDurations: () => ({ problem: 'названы две длительности', advice: 'напишите по предложению на каждую' }),
  onlyOperation: () => ({
    problem: 'слишком короткой бывает только операция',
    advice: 'напишите: дольше',
  }),
  howLong: () => ({ problem: 'не сказано, как долго', advice: 'добавьте: дольше 10 минут' }),
  byFrames: () => ({
    problem: 'о дефекте судят по нескольким кадрам изделия, а не по времени',
    advice: 'уберите длительность',
  }),
  noModel: (camera, labels, models) => ({
    problem: `ни одна модель камеры ${camera} не находит ${labels.join(' или ')}; её модели: ${models === '' ? 'нет' : models}`,
    advice: 'выберите другую модель: lineside setup --again models',
  }),
  serviceNoZone: (zone) => ({
    problem: `оборудование обслуживают целиком: зона ${zone} ничего не говорит`,
    advice: 'назовите камеру, которая смотрит на оборудование',
  }),
  twoLimits: () => ({ problem: 'названы два предела', advice: 'напишите по предложению на каждый' }),
  noCount: () => ({ problem: '0 срабатываний – не предел', advice: 'больше 0' }),
  whichSignal: (isCounted, names) => ({
    problem: isCounted
      ? 'не сказано, какой сигнал считает, а он должен быть числовым'
      : 'не сказано, какой сигнал показывает, что оборудование работает',
    advice:
      names === ''
        ? 'сначала добавьте сигнал: lineside setup --again plant'
        : `добавьте: по сигналу ИМЯ; сигналы: ${names}`,
  }),
  placeTooMany: (name) => `место ${name} лишнее`,
  placeUnsaid: () => 'не сказано, где',
  noSuchZone: (camera, zone) => `у камеры ${camera} нет зоны ${zone}`,
  zoneTwice: (zone) => `зона ${zone} есть у нескольких камер`,
  noPlaces: () => 'сначала добавьте камеру',
  places: (names) => `назовите камеру или зону: ${names}`,
  camera: (id) => `камера ${id}`,
  zone: (id) => `зона ${id}`,
};

export const REFUSALS: Readonly<Record<Language, Refusals>> = { en: ENGLISH, ru: RUSSIAN };
