import { type Item, type Plant, PlantSimulation } from '../plant/index.ts';
import type { TruthEvent } from './truth.ts';

const LABEL_FAULTS: readonly string[] = ['wrong_label', 'wrong_date', 'missing_date', 'unreadable_date'];

/**
 * What is true of the plant and overlaps [from, to) of stream time: stops with their reasons, the weight of each pack, and
 * labels that are wrong. In order of start.
 */
export function plantEvents(plant: Plant, seed: number, from: number, to: number): TruthEvent[] {
  const simulation = new PlantSimulation(plant, seed);
  simulation.until(to);
  const stops = simulation.stops.map(
    ({ state, reason, startSeconds, endSeconds }, index): TruthEvent => ({
      kind: 'stop',
      camera: 'plant',
      subject: `stop-${index}`,
      start: startSeconds,
      end: endSeconds,
      attributes: { state, reason },
    }),
  );
  return [...stops, ...simulation.items.flatMap(packEvents)]
    .filter(({ start, end }) => start < to && end >= from)
    .sort((a, b) => a.start - b.start);
}

function packEvents(item: Item): TruthEvent[] {
  const { number, atSeconds: at, trueGrams, readGrams, product, label, fault } = item;
  const common = {
    camera: 'plant',
    subject: `bottle-${number}`,
    start: at,
    end: at,
  };
  const grams = { trueGrams, readGrams, nominalGrams: product.nominalGrams };
  const weight: TruthEvent = { kind: 'weight', ...common, attributes: grams };
  if (fault === undefined || !LABEL_FAULTS.includes(fault)) return [weight];
  const { code, expectedCode, bestBefore, expectedBestBefore } = label;
  return [
    weight,
    {
      kind: 'label',
      ...common,
      attributes: { fault, code, expectedCode, bestBefore, expectedBestBefore },
    },
  ];
}
