/** Which records go next, what is in flight, and what the collector has acknowledged. */
export * from './outbox-sender.ts';
export * from './send-window.ts';
