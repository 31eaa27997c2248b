import type { Clock, Logger, Service } from '@lineside/kit';

/**
 * What a source reports of one signal. `value` is as the source has it, before scale and offset. `ageMs`: how old it is
 * already, where the source knows that.
 */
export type RawReading = ({ readonly value: unknown } | { readonly bad: string }) & { readonly ageMs?: number };

/** One signal that a source is to read. `url` says where: the address of the source with the place in it. */
export interface SignalPoint {
  readonly id: string;
  readonly url: string;
}

/** Where a source reports what it reads. Points are named by their signal's id. */
export interface SignalSink {
  receive(id: string, reading: RawReading): void;
  /** Proof of life: what was received before still holds. Without it a value is too old after its `staleAfter`. */
  alive(ids: readonly string[]): void;
  /** The source does not answer: its signals are stale at once, and what comes after belongs to another epoch. */
  lost(ids: readonly string[]): void;
}

export interface SourceTools {
  readonly sink: SignalSink;
  readonly clock: Clock;
  readonly log: Logger;
  /** The data folder of the device, for certificates; absent where nothing is kept. */
  readonly dataDir?: string;
}

/** One protocol of signals, chosen by the scheme of a signal's source. */
export interface SignalProtocol {
  readonly schemes: readonly string[];
  /** What is wrong with a URL that has one of the schemes, or undefined. References in it are replaced by a word. */
  problem(url: string): string | undefined;
  /** Signals whose URLs have the same key come over one connection. */
  connectionOf(url: string): string;
  /** How long a value holds without proof of life where the configuration says nothing; undefined: without end. */
  readonly staleAfterMs: number | undefined;
  /**
   * Makes the source of the points of one connection without opening it. Loads the code of the protocol. `run` reads
   * until its signal aborts, connects again by itself, and throws only what is beyond repair.
   */
  open(points: readonly SignalPoint[], tools: SourceTools): Promise<Service>;
}
