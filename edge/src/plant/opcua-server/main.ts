/** The process of the server: the library is large, and what connects to it disturbs nobody else. */
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { endWithParent, messageOf, tellParent } from '@lineside/kit';
import { setDebugLogger, setErrorLogger, setWarningLogger } from 'node-opcua-debug';
import { LineServer } from './line-server.ts';
import { type FromServer, isToServer, type ToServer } from './messages.ts';

const REPORT_MS = 1_000;
/** Without news from the main process for longer, nothing that is served holds any more. */
const SILENT_MS = 3_000;
const MAX_LINE = 300;

const send: (message: FromServer) => void = tellParent;

function quiet(...words: readonly unknown[]): void {
  const text = words.map((word) => (typeof word === 'string' ? word : inspect(word, { depth: 0 }))).join(' ');
  send({ type: 'library', text: text.trim().slice(0, MAX_LINE) });
}
for (const set of [setDebugLogger, setWarningLogger, setErrorLogger]) set(quiet);

let server: LineServer | undefined;
let heardMs = performance.now();
let isLost = true;

async function serve({ address, folder, device }: Extract<ToServer, { type: 'serve' }>): Promise<void> {
  try {
    server = await LineServer.open({ address, folder, device, newId: randomUUID });
  } catch (error) {
    send({ type: 'failed', message: messageOf(error) });
    setTimeout(() => process.exit(1), REPORT_MS / 10);
    return;
  }
  const report = (): void => {
    send({ type: 'up', sessions: server?.sessions ?? 0 });
    server?.reloadTrust().catch((error: unknown) => send({ type: 'library', text: messageOf(error) }));
    if (!isLost && performance.now() - heardMs > SILENT_MS) {
      isLost = true;
      server?.lose();
    }
  };
  report();
  setInterval(report, REPORT_MS);
}

process.on('message', (message: unknown) => {
  if (!isToServer(message)) return;
  if (message.type === 'serve') void serve(message);
  else if (message.type === 'result') server?.result(message.result);
  else {
    heardMs = performance.now();
    isLost = false;
    server?.publish(message.line);
  }
});

async function end(): Promise<void> {
  setTimeout(() => process.exit(0), REPORT_MS);
  await server?.close();
  process.exit(0);
}
endWithParent(() => void end());
