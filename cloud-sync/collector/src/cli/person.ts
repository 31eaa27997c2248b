import { messageOf } from '@lineside/kit';
import type { Command } from 'commander';
import { UsageError } from '../errors/index.ts';
import type { Person } from '../people/index.ts';
import type { Context } from './context.ts';

const TOKEN = 'LINESIDE_COLLECTOR_TOKEN';

export interface PersonOptions {
  readonly by?: string;
  readonly tokenFile?: string;
}

export function byOption(command: Command): Command {
  return command
    .option('--by <name>', 'who does it, for the history, where there are no accounts (default: $SUDO_USER or $USER)')
    .option('--token-file <file>', `file with the token of your account (people in the configuration); or $${TOKEN}`);
}

/**
 * Who gives the command: the account whose token is given; where there are no accounts, the name, which nothing proves. Throws
 * UsageError. Whoever may write to the store by other means is not held back by this.
 */
export async function personOf(context: Context, { by, tokenFile }: PersonOptions): Promise<Person> {
  const { openPeople } = await import('../config/index.ts');
  const { People } = await import('../people/index.ts');
  const people = new People(openPeople(await context.config()));
  if (!people.exist) return { name: nameOf(by), proven: false };
  const token = tokenFile === undefined ? context.io.env[TOKEN] : await readToken(tokenFile);
  if (token === undefined || token === '') {
    throw missing('this collector has accounts, and no token was given', `add --token-file FILE, or set $${TOKEN}`);
  }
  const person = people.find(token);
  if (person === undefined) {
    throw missing('no account has this token', 'use the token that people in the configuration names for you');
  }
  if (by !== undefined && by.toLowerCase() !== person.name.toLowerCase()) {
    throw missing(`the token is that of ${person.name}, not of ${by}`, 'leave --by out: the token says who you are');
  }
  return person;
}

async function readToken(path: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    const message = `the file of the token cannot be read: ${messageOf(cause)}`;
    throw new UsageError({ code: 'file_unreadable', message, advice: 'check the path given to --token-file', cause });
  }
}

function nameOf(by: string | undefined): string {
  const name = nameOfPerson(by === undefined ? {} : { by });
  if (name !== undefined) return name;
  throw missing('nobody is named who does this', 'add --by NAME');
}

function missing(message: string, advice: string): UsageError {
  return new UsageError({ code: 'person_missing', message, advice });
}

/** The same; undefined where nobody is named. */
export function nameOfPerson({ by }: { readonly by?: string }): string | undefined {
  const name = (by ?? process.env['SUDO_USER'] ?? process.env['USER'] ?? '').trim().slice(0, 64);
  return name === '' ? undefined : name;
}
