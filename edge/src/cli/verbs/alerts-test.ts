import type { Command } from 'commander';
import { messageOf, redactUrls } from '@lineside/kit';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

const SEND_MS = 20_000;

/** `lineside alerts test` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('[target]', 'id of a target; all of them when left out')
    .addHelpText(
      'after',
      examples('lineside alerts test', 'lineside alerts test shift --json') +
        '\n\nSends a test message to the targets of `alerts.to`, also while the service is down or it is a quiet hour. Ends' +
        '\nwith 0 when each took it, with 1 when one did not, with 2 where there are none.',
    )
    .action(action(registry, test));
}

interface TestReport {
  readonly id: string;
  readonly ok: boolean;
  readonly tookMs: number;
  readonly error?: string;
}

async function test(context: Context, _options: object, [wanted]: readonly string[]): Promise<ExitCode> {
  const { io } = context;
  const [{ loadConfig }, { senderOf, testMessage }] = await Promise.all([
    import('../../config/index.ts'),
    import('../../alerts/senders/index.ts'),
  ]);
  const { config, secrets } = await loadConfig(context.configPath, await context.configSources());
  const targets = config.alerts.to.filter(({ id }) => wanted === undefined || id === wanted);
  if (targets.length === 0) {
    const known = config.alerts.to.map(({ id }) => id).join(', ') || 'none';
    throw new UsageError(
      'there is no such target of alerts',
      `targets there: ${known}; alerts.to in ${context.configPath}`,
    );
  }
  const message = testMessage(config, io.clock.wallMs());
  const reports: TestReport[] = [];
  for (const { id, url, ...addresses } of targets) {
    const startedMs = io.clock.monoMs();
    const took = (): number => Math.round(io.clock.monoMs() - startedMs);
    try {
      const text = secrets.text(url);
      const sender = senderOf(text);
      if (sender === undefined) throw new Error('nothing sends to a URL of this scheme');
      await sender.send(
        { ...addresses, url: text },
        message,
        AbortSignal.any([io.signal, AbortSignal.timeout(SEND_MS)]),
      );
      reports.push({ id, ok: true, tookMs: took() });
    } catch (error) {
      io.signal.throwIfAborted();
      reports.push({ id, ok: false, tookMs: took(), error: redactUrls(causeOf(error)) });
    }
  }
  context.say({ targets: reports }, reports.map(reportText).join('\n'));
  return reports.every(({ ok }) => ok) ? EXIT.ok : EXIT.problems;
}

/** What fetch failed for is in the cause of its error. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${messageOf(error)}${cause}`;
}

function reportText({ id, ok, tookMs, error = '' }: TestReport): string {
  return `${ok ? 'ok     ' : 'failure'} ${id.padEnd(16)} ${ok ? 'took it' : error} (${tookMs} ms)`;
}
