import { z } from 'zod';
import { fromProblem, key } from '../../fields/index.ts';
import { formatListen, type ListenAddress, listenProblem, parseListen } from '../address.ts';

const DEFAULT_LISTEN: ListenAddress = { host: '127.0.0.1', port: 8970 };

const listen = () =>
  z.codec(z.string().superRefine(fromProblem(listenProblem)), z.custom<ListenAddress>(), {
    decode: (text) => parseListen(text) ?? DEFAULT_LISTEN,
    encode: formatListen,
  });

export const Status = z.strictObject({
  listen: listen()
    .prefault(formatListen(DEFAULT_LISTEN))
    .meta(
      key({
        description:
          'Address and port of the local status page. Loopback only: use an SSH tunnel to reach it from elsewhere. Port 0 takes any free port.',
        restart: 'status',
        example: '127.0.0.1:8970',
      }),
    ),
});
