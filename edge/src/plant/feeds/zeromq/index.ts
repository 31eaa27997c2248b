/**
 * `zmq+tcp:` and `zmq+ipc:` publish to any number of programs: `zmq+tcp://127.0.0.1:PORT`, `zmq+ipc:///PATH`. Each
 * message has its topic as its first part, JSON as its second, and a picture as its third.
 */
import type { FeedProtocol } from '../feed-protocol.ts';
import { zeromqUrlProblem } from './zeromq-address.ts';

export const zeromq: FeedProtocol = {
  schemes: ['zmq+tcp', 'zmq+ipc'],
  problem: zeromqUrlProblem,
  open: async (plan, tools) => {
    const { ZeromqFeed } = await import('./zeromq-feed.ts');
    return new ZeromqFeed(plan, tools);
  },
};
