import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type KnownPoint, pointOf, readingText, withConnection } from '../plant-point.ts';

/** How points are written, for the help of all verbs of the plant. */
export const POINTS = `
Points of Modbus: modbus+tcp://HOST[:PORT]/TABLE:ADDRESS[?OPTIONS], with the tables coil, discrete, input and holding.
Addresses count from 0: what a document calls 40101 is holding:100.
  type=uint16|int16|uint32|int32|uint64|int64|float32|float64|text (with length=REGISTERS), or bit=0..15
  order=ABCD|CDAB|BADC|DCBA of the bytes of values of several registers; unit=0..255, usually 255 or 1
Points of OPC UA: opc.tcp://[USER:PASSWORD@]HOST[:PORT][/PATH][?OPTIONS]#NODE, such as '...#ns=2;s=Line.Speed'. An index of a
namespace may change when the server restarts: #nsu=URI;s=Line.Speed names it by its URI, as browse shows it.
  security=basic256sha256|aes128|aes256|none; mode=encrypt|sign; certificate=/FILE and key=/FILE in place of a password
  The certificate of the server has to be trusted once: lineside plant trust`;

/** `lineside plant read` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<url...>', 'points of controllers')
    .addHelpText(
      'after',
      examples(
        'lineside plant read modbus+tcp://10.0.0.9/holding:100',
        "lineside plant read 'modbus+tcp://10.0.0.9/input:4?type=float32&order=CDAB&unit=1' --json",
        "lineside plant read 'opc.tcp://10.0.0.9:4840#ns=2;s=Line.Speed'",
      ) +
        `\n${POINTS}\n\nEnds with 0 when every point has a value, with 1 when one is bad or a controller does not answer.`,
    )
    .action(action(registry, (context: Context, _options, urls) => read(context, urls)));
}

async function read(context: Context, urls: readonly string[]): Promise<ExitCode> {
  const points = await Promise.all(urls.map(pointOf));
  const lines: { readonly url: string; readonly value?: unknown; readonly bad?: string }[] = [];
  for (const group of byConnection(points)) {
    const [first] = group;
    if (first === undefined) continue;
    const readings = await withConnection(context, first, (open) => open.read(group.map(({ point }) => point)));
    for (const [n, { shown }] of group.entries()) {
      lines.push({ url: shown, ...(readings[n] ?? { bad: 'no_answer' }) });
      if (!context.json) context.io.out(`${shown}  ${readingText(readings[n])}`);
    }
  }
  if (context.json) context.io.out(JSON.stringify({ points: lines }));
  return lines.some(({ bad }) => bad !== undefined) ? EXIT.problems : EXIT.ok;
}

/** Points that are read over one connection, together. */
export function byConnection(points: readonly KnownPoint[]): readonly (readonly KnownPoint[])[] {
  const connections = [...new Set(points.map(({ connection }) => connection))];
  return connections.map((connection) => points.filter((point) => point.connection === connection));
}
