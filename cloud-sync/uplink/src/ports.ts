/** Time as an argument; kit's clock fits. */
export interface UplinkClock {
  /** Milliseconds that never step. */
  monoMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Resolves after `ms`; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface UplinkLog {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
