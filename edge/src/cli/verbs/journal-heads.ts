import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside journal heads` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      examples('lineside journal heads > heads.json', 'lineside journal heads --data /mnt/copy') +
        '\n\nPrints one JSON document: the device, its public key and every signed head of this journal. Carry it to the' +
        '\ncollector by another way than the network, and compare: lineside-collector verify --against heads.json',
    )
    .action(action(registry, heads));
}

async function heads(context: Context): Promise<ExitCode> {
  const { exportHeads, journalPath } = await import('../../journal/index.ts');
  const document = exportHeads(journalPath(context.dataDir));
  context.say(document, JSON.stringify(document, undefined, 2));
  return EXIT.ok;
}
