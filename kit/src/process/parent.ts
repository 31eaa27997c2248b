import type { Logger } from '../logger.ts';

/** A line of the log of a child process, on its way to its parent. */
export interface LogMessage {
  readonly type: 'log';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly facts: object;
  readonly message: string;
}

/** Sends a message to the process that started this one; where that is gone, nothing happens. */
export function tellParent(message: object): void {
  if (process.send !== undefined && process.connected) process.send(message, undefined, {}, () => undefined);
}

/** Log lines go through the parent, which knows the level and the place. */
export function parentLogger(base: object): Logger {
  const log =
    (level: LogMessage['level']) =>
    (facts: object, message: string): void =>
      tellParent({ type: 'log', level, facts: { ...base, ...facts }, message } satisfies LogMessage);
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (facts) => parentLogger({ ...base, ...facts }),
  };
}

/** Calls `end` when the parent is gone, and when this process is asked to end by a signal; perhaps more than once. */
export function endWithParent(end: () => void): void {
  process.on('disconnect', end);
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, end);
}

/** Whether a message between two processes of one package has one of these types, which say its form. */
export function isMessageOf<T extends { readonly type: string }>(
  message: unknown,
  types: readonly T['type'][],
): message is T {
  return (
    typeof message === 'object' && message !== null && 'type' in message && types.some((type) => type === message.type)
  );
}
