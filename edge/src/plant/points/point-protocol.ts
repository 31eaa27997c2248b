import type { Clock, Logger } from '@lineside/kit';

/** What was read at one point. A bad value has a reason in place of a value, and never the last good one. */
export type PointReading = { readonly value: number | boolean | string } | { readonly bad: string };

export interface PointWrite {
  readonly point: string;
  readonly value: number | boolean | string | readonly number[];
}

/** A point as a browser shows it: its name, and what it holds in every way in which it can be understood. */
export interface BrowsedPoint {
  readonly point: string;
  readonly readings: Readonly<Record<string, string>>;
}

/** One open connection to a controller. It never opens itself again: after a failure make another one. */
export interface PointConnection {
  /** Resolves when it has ended, with what ended it. Never rejects. */
  readonly ended: Promise<Error>;
  /**
   * Reads points, in their order. A point that the controller refuses is bad and disturbs no other. Rejects where the
   * connection fails or a deadline passes: then it has ended.
   */
  read(points: readonly string[]): Promise<readonly PointReading[]>;
  /** Writes in this order, ahead of readings that wait. Rejects as above, and with `PointError` where a point refuses. */
  write(writes: readonly PointWrite[]): Promise<void>;
  /** What there is, at most `limit` points from `from` on. Absent where the protocol cannot tell. */
  browse?(from: string | undefined, limit: number): Promise<readonly BrowsedPoint[]>;
  /**
   * Has changes reported, where the controller can do that by itself; without it points are read again and again.
   * Resolves when every point is watched. One time for a connection.
   */
  watch?(points: readonly WatchedPoint[], report: PointReport): Promise<void>;
  close(): void;
}

export interface WatchedPoint {
  readonly point: string;
  readonly everyMs: number;
}

/** Where changes of watched points go. */
export interface PointReport {
  /** A new reading of the point with this index. */
  changed(index: number, reading: PointReading): void;
  /** The controller answers, and what was reported before still holds. */
  alive(): void;
}

export interface PointTools {
  readonly clock: Clock;
  readonly log: Logger;
  /** The data folder of the device, for certificates; absent where nothing is kept. */
  readonly dataDir?: string;
}

/** What stays loaded from one connection to the next, for a protocol that is slow to load. */
export interface PointOpener {
  connect(connection: string, signal: AbortSignal): Promise<PointConnection>;
  close(): void;
}

/** Registers that are served, as they are now. */
export type ServedRegisters = () => readonly number[];

/** Takes what a client writes to one register; false where it may not be written. */
export type TakenWrite = (address: number, value: number) => boolean;

/** A server of registers while it runs. */
export interface PointServer {
  /** Connections of clients that are let in now. */
  readonly clients: number;
  close(): void;
}

/** Where a point is: the connection that it is read over, the point on it, and how often it is to be read. */
export interface PointAddress {
  readonly connection: string;
  readonly point: string;
  readonly everyMs: number;
}

/** One protocol of controllers, chosen by the scheme of a URL. */
export interface PointProtocol {
  readonly schemes: readonly string[];
  /** What is wrong with the URL of a point, of a connection, or with a point on a connection; undefined where nothing is. */
  urlProblem(url: string): string | undefined;
  connectionProblem(url: string): string | undefined;
  pointProblem(point: string): string | undefined;
  /** Parts of the URL of a point that has no problem. */
  address(url: string): PointAddress;
  /** How many consecutive 16-bit registers from this point on can be written at once; 0 where they cannot. */
  blockAt(point: string): number;
  /**
   * Serves registers at the address of a connection to these clients, or to any where none is named. Nothing can be
   * written but what `taken` takes. Absent where the protocol has no server. Rejects where the address is taken.
   */
  serve?(
    connection: string,
    allow: readonly string[],
    registers: ServedRegisters,
    taken?: TakenWrite,
  ): Promise<PointServer>;
  /** Why outputs cannot be driven by it; undefined where they can. */
  readonly notForOutputs?: string;
  /** For many connections, one after the other. Absent where `connect` is quick. */
  opener?(tools: PointTools): PointOpener;
  /** Opens the connection; rejects where that takes longer than its deadline. Loads the code of the protocol. */
  connect(connection: string, tools: PointTools, signal: AbortSignal): Promise<PointConnection>;
}
