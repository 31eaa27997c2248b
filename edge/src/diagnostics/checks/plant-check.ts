import { createConnection } from 'node:net';
import { messageOf, systemCode } from '@lineside/kit';
import type { LoadedConfig } from '../../config/index.ts';
import { isZeromqUrl } from '../../plant/feeds/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';
import { endOfUrl } from './url-end.ts';

const ANSWER_MS = 4_000;

/** Plant connections, signal sources, outputs and feeds that lead to another machine: each end is asked for a connection, and nothing is sent. */
export function plantCheck(loaded: LoadedConfig): Check {
  return {
    name: 'plant',
    deadlineMs: 2 * ANSWER_MS + 2_000,
    run: async (signal) => {
      const ends = endsOf(loaded);
      if (ends.length === 0) return [ok('plant', 'no connection of the configuration leads to another machine')];
      return Promise.all(ends.map((end) => reached(end, signal)));
    },
  };
}

interface End {
  readonly host: string;
  readonly port: number;
  readonly subject: string;
}

function endsOf({ config, secrets }: LoadedConfig): readonly End[] {
  const places = [
    ...config.plant.map(({ url }) => ({ subject: `plant ${url.shown}`, secret: url })),
    ...config.signals.map(({ id, source }) => ({ subject: `signal ${id}`, secret: source })),
    ...config.outputs.map(({ id, url }) => ({ subject: `output ${id}`, secret: url })),
    // At a feed of ZeroMQ this device is the server.
    ...config.feeds
      .filter(({ url }) => !isZeromqUrl(url.shown))
      .map(({ id, url }) => ({ subject: `feed ${id}`, secret: url })),
  ];
  const ends = places.flatMap(({ subject, secret }) => {
    if (secrets.missing(secret).length > 0) return [];
    const end = endOfUrl(secrets.text(secret));
    return end?.port === undefined ? [] : [{ subject, host: end.host, port: end.port }];
  });
  const seen = new Set<string>();
  return ends.filter(({ host, port }) => seen.size < seen.add(`${host} ${port}`).size);
}

async function reached({ host, port, subject }: End, signal: AbortSignal): Promise<CheckFinding> {
  const startedMs = performance.now();
  try {
    await connected(host, port, signal);
    return ok(
      'plant',
      `${host}:${port} accepts a connection in ${Math.round(performance.now() - startedMs)} ms`,
      subject,
    );
  } catch (error) {
    signal.throwIfAborted();
    const code = systemCode(error) === 'ECONNREFUSED' ? 'plant_refused' : 'plant_unreachable';
    return found(code, `${host}:${port}: ${messageOf(error)}`, { subject });
  }
}

function connected(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, signal });
    const end = (act: () => void): void => {
      socket.destroy();
      act();
    };
    socket.setTimeout(ANSWER_MS, () =>
      end(() => reject(new Error(`busy or not there: no answer within ${ANSWER_MS} ms`))),
    );
    socket.once('connect', () => end(resolve));
    socket.once('error', (error) => end(() => reject(error)));
  });
}
