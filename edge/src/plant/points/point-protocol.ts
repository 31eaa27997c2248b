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
  close(): void;
}

export interface PointTools {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Registers that are served, as they are now. */
export type ServedRegisters = () => readonly number[];

/** A server of registers while it runs. */
export interface PointServer {
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
   * Serves registers at the address of a connection, for reading only, to these clients, or to any where none is named.
   * Absent where the protocol has no server. Rejects where the address is taken.
   */
  serve?(connection: string, allow: readonly string[], registers: ServedRegisters): Promise<PointServer>;
  /** Opens the connection; rejects where that takes longer than its deadline. Loads the code of the protocol. */
  connect(connection: string, tools: PointTools, signal: AbortSignal): Promise<PointConnection>;
}
