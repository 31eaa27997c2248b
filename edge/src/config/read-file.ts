import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { messageOf, systemCode } from '@lineside/kit';
import { ConfigError } from './errors.ts';

/** Bytes of a file larger than this are no configuration. */
const MAX_BYTES = 1024 * 1024;

/**
 * The text of a configuration file. Throws ConfigError with the code `config_unreadable`, whatever lies at `path`; at
 * most 1 MB of it is read, and nothing that is no ordinary file.
 */
export async function readConfigFile(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for its other end for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return await readText(file, path);
  } catch (error) {
    throw error instanceof ConfigError ? error : unreadable(path, error);
  } finally {
    await file?.close();
  }
}

async function readText(file: FileHandle, path: string): Promise<string> {
  const stats = await file.stat();
  if (stats.isDirectory()) throw refuse(path, 'is a folder', 'name the file in it with --config FILE');
  if (!stats.isFile()) throw refuse(path, 'is no ordinary file', 'name the file with --config FILE');
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > MAX_BYTES) throw refuse(path, 'is larger than 1 MB', 'is this the right file?');
  return decode(bytes.subarray(0, length), path);
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const line = firstBadLine(bytes);
    throw refuse(path, 'is not UTF-8', 'save it as UTF-8: in this line is a character in another encoding', line);
  }
}

/** The line, from 1, with the first byte that no UTF-8 text has there. A byte of a line end is never part of another character. */
function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    const text = Buffer.from(bytes.subarray(start, end));
    if (!Buffer.from(text.toString('utf8')).equals(text)) return line;
    start = end + 1;
  }
  return line;
}

function unreadable(path: string, error: unknown): ConfigError {
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refuse(
        path,
        'there is no such file',
        'name it with --config FILE, or start from docs/lineside.example.yaml',
      );
    case 'EACCES':
    case 'EPERM':
      return refuse(path, 'may not be read by this user', 'let the user of the service read it');
    default:
      return refuse(path, `cannot be read: ${messageOf(error)}`, 'check the disk and the links to this file: ls -lL');
  }
}

function refuse(file: string, message: string, advice: string, line = 0): ConfigError {
  const column = line === 0 ? 0 : 1;
  return new ConfigError([{ code: 'config_unreadable', file, line, column, path: '', message, advice }]);
}
