/** A server at which the plant reads the line, by OPC UA or Modbus TCP. */
export interface PlantServerView {
  readonly url: string;
  readonly up: boolean;
  /** Why it is not; absent while it starts. */
  readonly problem?: string;
  /** Clients that are connected now. */
  readonly sessions: number;
}

/** What other programs read of the line, for people and programs. Counters rise while the process of the feeds lives. */
export interface FeedView {
  readonly id: string;
  /** Without secrets. */
  readonly url: string;
  readonly connected: boolean;
  readonly problem?: string;
  /** Messages by topic: handed on, and left out. */
  readonly sent: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  /** Messages and connections from outside that were refused, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Connections of consumers now; absent where the feed itself connects to a broker. */
  readonly clients?: number;
  /** Connections of consumers that ended: they left, stopped reading and were cut off, or were refused. Absent as `clients` is. */
  readonly ended?: number;
  /** Times that a consumer was too slow and was passed over. */
  readonly stalls: number;
}
