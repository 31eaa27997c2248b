import type { StreamKey } from './stream-key.ts';

/** A signature of a device that is not valid, or that signs another history or uses another key than before. */
export interface SignatureProblem extends StreamKey {
  readonly seq: number;
  readonly problem: 'forged' | 'other_history' | 'other_key';
  readonly atMs: number;
}

/** The problem as one sentence for people. */
export function describeProblem({ problem, stream, seq }: SignatureProblem): string {
  switch (problem) {
    case 'forged':
      return `the signature of ${stream} ${seq} is not valid`;
    case 'other_history':
      return `the device signed another history of ${stream} up to ${seq} than is stored here`;
    case 'other_key':
      return `the signature of ${stream} ${seq} uses another key than this device used first`;
  }
}
