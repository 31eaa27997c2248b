import { FEED_COMMANDS, type FeedCommand } from '../feed-plan.ts';

const MAX_BYTES = 256;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** What a message to `PREFIX/command/NAME` asks for, or why it is not followed. */
export function readCommand(
  name: string,
  payload: Uint8Array,
  retained: boolean,
  allowed: readonly FeedCommand[],
): { readonly command: FeedCommand; readonly value: string } | { readonly refused: string } {
  const command = FEED_COMMANDS.find((one) => one === name);
  if (command === undefined || !allowed.includes(command)) return { refused: 'command_unknown' };
  // It would be followed again at each connection.
  if (retained) return { refused: 'retained' };
  if (payload.length > MAX_BYTES) return { refused: 'too_large' };
  const value = textOf(payload);
  if (value === undefined || value === '' || /\p{Cc}/u.test(value)) return { refused: 'no_text' };
  return { command, value };
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return UTF8.decode(payload).trim();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
