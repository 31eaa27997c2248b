import { embeddingGraph, type Extractor, inputSizeFor, memoryGraph } from '@lineside/models';
import { GraphRunner } from '../../edge/src/inference/index.ts';
import { MEMORY, seeded, TOP } from '../../edge/src/teaching/index.ts';
import { median, type Row } from '../report.ts';
import { cpuSince } from './verdict.ts';

/** CPU time of the complete graph and of its extractor alone. Their rounds alternate, so that both see the same machine. */
export async function speedRow(extractor: Extractor, rounds: number): Promise<Row> {
  const grid = inputSizeFor(1);
  const random = seeded(9);
  const { dimensions } = extractor;
  const values = Float32Array.from({ length: MEMORY * dimensions }, random);
  const memory = { grid, good: { values, dimensions }, centre: 1, scale: 1, top: TOP };
  const runners = [
    await GraphRunner.open(memoryGraph(extractor, memory)),
    await GraphRunner.open(embeddingGraph(extractor, grid)),
  ];
  const pixels = Uint8Array.from({ length: grid.width * grid.height * 3 }, () => random() * 255);
  const taken = runners.map((): number[] => []);
  for (let n = 0; n < rounds + 3; n += 1) {
    for (const [which, runner] of runners.entries()) {
      const before = process.cpuUsage();
      await runner.run(pixels, grid);
      if (n >= 3) taken[which]?.push(cpuSince(before) * 1000);
    }
  }
  for (const runner of runners) await runner.close();
  const [graph = Number.NaN, alone = Number.NaN] = taken.map(median);
  return { graphCpuMs: graph, extractorCpuMs: alone, ratio: graph / alone, pieces: rounds };
}
