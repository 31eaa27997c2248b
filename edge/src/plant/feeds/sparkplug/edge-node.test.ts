import { describe, expect, it } from 'vitest';
import { report } from '../../../../../tests/support/feed-world.ts';
import {
  decodeForeign,
  type ForeignMetric,
  type ForeignPayload,
} from '../../../../../tests/support/sparkplug-decoder.ts';
import { EdgeNode, type NodeMessage } from './edge-node.ts';

const decode = (messages: readonly NodeMessage[]): Promise<readonly ForeignPayload[]> =>
  decodeForeign(messages.map(({ payload }) => payload));
const named = (payload: ForeignPayload | undefined, name: string): ForeignMetric | undefined =>
  payload?.metrics?.find((metric) => metric.name === name);
const node = (): EdgeNode => new EdgeNode({ group: 'plant', node: 'line-1' }, 3);

describe('an edge node', () => {
  it('is born with everything that it will ever say, then its devices that are alive', async () => {
    const messages = node().births(report());
    expect(messages.map(({ topic }) => topic)).toEqual([
      'spBv1.0/plant/NBIRTH/line-1',
      'spBv1.0/plant/DBIRTH/line-1/line',
      'spBv1.0/plant/DBIRTH/line-1/camera-packing',
    ]);
    const [birth, line, camera] = await decode(messages);
    expect([birth?.seq, line?.seq, camera?.seq]).toEqual(['0', '1', '2']);
    expect(named(birth, 'bdSeq')).toMatchObject({ long_value: '3', datatype: 4 });
    expect(named(birth, 'Node Control/Rebirth')).toMatchObject({ boolean_value: false, datatype: 11 });
    expect(named(birth, 'Node Control/Rebirth')).not.toHaveProperty('alias');
    expect(named(line, 'Production/Batch')).toMatchObject({ string_value: 'B 12', timestamp: '1764400000000' });
    // What is unknown is null and never 0.
    expect(named(line, 'Production/Planned')).toMatchObject({ is_null: true });
    expect(named(line, 'Production/Planned')).not.toHaveProperty('long_value');
    expect(named(line, 'Outputs/reject-1/Result')).toMatchObject({ string_value: 'ok' });
    expect(named(camera, 'Frames/Inspected')).toMatchObject({ long_value: '98' });
    const metrics = [birth, line, camera].flatMap((payload) => payload?.metrics ?? []);
    const aliases = metrics.flatMap(({ alias }) => alias ?? []);
    expect(new Set(aliases).size).toBe(aliases.length);
    expect(aliases).toContain('0');
  });

  it('says by alias what has changed, and nothing where nothing has', async () => {
    const edge = node();
    const births = await decode(edge.births(report()));
    expect(edge.data(report())).toEqual([]);
    const changed = report({ production: { shift: 'Day', counted: 121, batch: 'B 12', stops: 0 }, healthy: false });
    const messages = edge.data(changed);
    expect(messages.map(({ type }) => type)).toEqual(['NDATA', 'DDATA']);
    const [own, line] = await decode(messages);
    expect([own?.seq, line?.seq]).toEqual(['3', '4']);
    expect(own?.metrics).toMatchObject([{ alias: named(births[0], 'Healthy')?.alias, datatype: 11 }]);
    expect(line?.metrics?.map(({ alias }) => alias)).toEqual([
      named(births[1], 'Production/Product')?.alias,
      named(births[1], 'Production/Counted')?.alias,
    ]);
    expect(line?.metrics).toMatchObject([{ is_null: true }, { long_value: '121' }]);
    expect(line?.metrics?.every((metric) => metric.name === undefined)).toBe(true);
  });

  it('has no result while the output is not ready', async () => {
    const base = report();
    const outputs = base.outputs.map((output) => ({ ...output, readiness: 'camera not inspected' }));
    const [, line] = await decode(node().births({ ...base, outputs }));
    expect(named(line, 'Outputs/reject-1/Result')).toMatchObject({ is_null: true });
    expect(named(line, 'Outputs/reject-1/Ready')).toMatchObject({ boolean_value: false });
  });

  it('declares a camera dead that is lost, and born when it is back', async () => {
    const edge = node();
    edge.births(report());
    const cameras = report().cameras.map((camera) => ({ ...camera, state: 'connecting' }));
    const gone = edge.data(report({ cameras }));
    expect(gone.map(({ topic }) => topic)).toEqual(['spBv1.0/plant/DDEATH/line-1/camera-packing']);
    const back = edge.data(report());
    expect(back.map(({ type }) => type)).toEqual(['DBIRTH']);
    const [death, birth] = await decode([...gone, ...back]);
    expect([death?.seq, birth?.seq]).toEqual(['3', '4']);
    // One that was never born is not declared dead.
    expect(edge.data(report()).length).toBe(0);
  });

  it('counts to 255 and begins again; a rebirth begins at 0 and keeps aliases and bdSeq', async () => {
    const edge = node();
    const [first] = await decode(edge.births(report()));
    const seqs: string[] = [];
    const messages = Array.from({ length: 300 }, (_, counted) =>
      edge.data(report({ production: { shift: 'Day', counted, stops: 0 } })),
    ).flat();
    for (const { seq = '' } of await decode(messages)) seqs.push(seq);
    expect(seqs).toEqual(seqs.map((_, place) => String((place + 3) % 256)));
    const [again] = await decode(edge.births(report()));
    expect(again?.seq).toBe('0');
    expect(again?.metrics?.map(({ name, alias }) => [name, alias])).toEqual(
      first?.metrics?.map(({ name, alias }) => [name, alias]),
    );
    expect(named(again, 'bdSeq')?.long_value).toBe('3');
  });

  it('dies with its bdSeq and without a sequence number', async () => {
    const [death] = await decode([node().death(1)]);
    expect(named(death, 'bdSeq')).toMatchObject({ long_value: '3' });
    expect(death).not.toHaveProperty('seq');
  });
});
