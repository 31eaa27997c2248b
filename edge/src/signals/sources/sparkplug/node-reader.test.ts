import { describe, expect, it } from 'vitest';
import { writePayload, type WrittenMetric } from '../../../../../scripts/twin/src/sparkplug/index.ts';
import { decodePayload, type MessageType } from '../../../sparkplug/index.ts';
import { type Meaning, NodeReader } from './node-reader.ts';

const WANTED = [
  { id: 'speed', device: 'plant', metric: 'speed' },
  { id: 'batch', device: 'plant', metric: 'batch' },
  { id: 'mode', device: undefined, metric: 'mode' },
];
const ALL = ['speed', 'batch', 'mode'];
const mode = { name: 'mode', alias: 0, type: 3, value: -1 };
const speed = { name: 'speed', alias: 1, type: 10, value: 60.5 };
const batch = { name: 'batch', alias: 2, type: 12, value: 'B 1' };
const bdSeq = (value: number): WrittenMetric => ({ name: 'bdSeq', type: 4, value });

/** A reader and what it makes of payloads that a foreign encoder has written. */
function reader(wanted = WANTED) {
  const node = new NodeReader(wanted);
  const take = (
    type: MessageType,
    device: string | undefined,
    seq: number | undefined,
    ...metrics: readonly WrittenMetric[]
  ): Meaning => {
    const decoded = decodePayload(writePayload(1, metrics, seq));
    if ('problem' in decoded) throw new Error(decoded.problem);
    return node.take(type, device, decoded);
  };
  return { node, take };
}

/** The same after both births. */
function born(): ReturnType<typeof reader> {
  const made = reader();
  made.take('NBIRTH', undefined, 0, bdSeq(4), mode);
  made.take('DBIRTH', 'plant', 1, speed, batch);
  return made;
}

describe('a node as a host reads it', () => {
  it('has values from its births, by type, and everything before belongs to another epoch', () => {
    const { take } = reader();
    expect(take('NBIRTH', undefined, 0, bdSeq(4), mode)).toEqual({
      lost: ALL,
      readings: [{ id: 'mode', reading: { value: -1 } }],
    });
    expect(take('DBIRTH', 'plant', 1, speed, batch)).toEqual({
      lost: ['speed', 'batch'],
      readings: [
        { id: 'speed', reading: { value: 60.5 } },
        { id: 'batch', reading: { value: 'B 1' } },
      ],
    });
  });

  it('understands data by alias, over node and devices in one sequence', () => {
    const { take } = born();
    expect(take('NDATA', undefined, 2, { alias: 0, type: 3, value: 7 }).readings).toEqual([
      { id: 'mode', reading: { value: 7 } },
    ]);
    expect(take('DDATA', 'plant', 3, { alias: 1, type: 10, value: 61 }).readings).toEqual([
      { id: 'speed', reading: { value: 61 } },
    ]);
    // A device that nobody wants counts in the sequence, and its aliases are not ours.
    expect(take('DBIRTH', 'other', 4, { ...speed, alias: 9 })).toEqual({ lost: [], readings: [] });
    expect(take('DDATA', 'plant', 5, { alias: 9, type: 10, value: 1 }).readings).toEqual([]);
  });

  it('is bad where its quality or value says so, and never the value before', () => {
    const { take } = born();
    const say = (metric: Partial<WrittenMetric>, seq: number): unknown =>
      take('DDATA', 'plant', seq, { alias: 1, type: 10, value: 62, ...metric }).readings[0]?.reading;
    expect(say({ quality: 0 }, 2)).toEqual({ bad: 'bad_quality' });
    expect(say({ quality: 500 }, 3)).toEqual({ bad: 'stale_at_source' });
    expect(say({ value: null }, 4)).toEqual({ bad: 'no_value' });
    expect(say({ type: 12, value: 'text' }, 5)).toEqual({ bad: 'wrong_type' });
    expect(say({ quality: 192 }, 6)).toEqual({ value: 62 });
    expect(say({ isHistorical: true }, 7)).toBeUndefined();
  });

  it('is asked for its birth before it is born, after a hole, and for a device that is not born', () => {
    const fresh = reader();
    expect(fresh.take('DDATA', 'plant', 3, { alias: 1, type: 10, value: 1 }).ask).toBe('not_born');
    const { node, take } = born();
    expect(take('DDATA', 'plant', 3, { alias: 1, type: 10, value: 1 })).toEqual({
      ...{ lost: ALL, readings: [], ask: 'out_of_order' },
    });
    expect(node.isBorn).toBe(false);
    const other = reader();
    other.take('NBIRTH', undefined, 0, bdSeq(4), mode);
    expect(other.take('DDATA', 'plant', 1, { alias: 1, type: 10, value: 1 }).ask).toBe('not_born');
  });

  it('goes on after 255 with 0', () => {
    const { take } = born();
    for (let seq = 2; seq < 600; seq++) {
      expect(take('DDATA', 'plant', seq % 256, { alias: 1, type: 10, value: seq }).readings).toHaveLength(1);
    }
  });

  it('is lost by its death, but not by that of an earlier connection', () => {
    const { node, take } = born();
    expect(take('NDEATH', undefined, undefined, bdSeq(3))).toEqual({ lost: [], readings: [] });
    expect(node.isBorn).toBe(true);
    expect(take('NDEATH', undefined, undefined, bdSeq(4)).lost).toEqual(ALL);
    expect(take('DDATA', 'plant', 2, { alias: 1, type: 10, value: 1 }).readings).toEqual([]);
  });

  it('loses the signals of a device that dies, and has those of the node', () => {
    const { take } = born();
    expect(take('DDEATH', 'plant', 2)).toEqual({ lost: ['speed', 'batch'], readings: [] });
    expect(take('NDATA', undefined, 3, { alias: 0, type: 3, value: 8 }).readings).toHaveLength(1);
  });

  it('says of a metric that the birth does not have that it is unknown, and takes aliases from the newest birth', () => {
    const { take } = reader();
    take('NBIRTH', undefined, 0, bdSeq(0));
    expect(take('DBIRTH', 'plant', 1, speed).readings).toContainEqual({
      ...{ id: 'batch', reading: { bad: 'unknown_metric' } },
    });
    take('NBIRTH', undefined, 0, bdSeq(0), mode);
    take('DBIRTH', 'plant', 1, { ...batch, alias: 1 }, { ...speed, alias: 2 });
    expect(take('DDATA', 'plant', 2, { alias: 1, type: 12, value: 'B 2' }).readings).toEqual([
      { id: 'batch', reading: { value: 'B 2' } },
    ]);
  });
});
