import type { AlertMessage } from './alert-types.ts';

/** One way in which alerts leave, chosen by the scheme of the target's URL. */
export interface AlertSender {
  readonly schemes: readonly string[];
  /** What is wrong with a URL that has one of the schemes, or undefined. References in it are replaced by a word. */
  problem(url: URL): string | undefined;
  /** Resolves when the other end has taken it; rejects when it did not before `signal` aborts. */
  send(end: AlertEnd, message: AlertMessage, signal: AbortSignal): Promise<void>;
}

/** Where a message goes. */
export interface AlertEnd {
  /** With its secrets. */
  readonly url: string;
  /** Addresses of an e-mail. */
  readonly from?: string | undefined;
  readonly to?: readonly string[] | undefined;
}
