import { isMessageOf } from '@lineside/kit';
import type { PublishedLine, PublishedResult } from './published.ts';
import type { ServerAddress } from './server-address.ts';

/** To the process of the server. */
export type ToServer =
  | { readonly type: 'serve'; readonly address: ServerAddress; readonly folder: string; readonly device: string }
  | { readonly type: 'line'; readonly line: PublishedLine }
  | { readonly type: 'result'; readonly result: PublishedResult };

/** From it. */
export type FromServer =
  | { readonly type: 'up'; readonly sessions: number }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'library'; readonly text: string };

/** Both ends are from one package: the type of a message says its form. */
export function isToServer(message: unknown): message is ToServer {
  return isMessageOf<ToServer>(message, ['serve', 'line', 'result']);
}

export function isFromServer(message: unknown): message is FromServer {
  return isMessageOf<FromServer>(message, ['up', 'failed', 'library']);
}
