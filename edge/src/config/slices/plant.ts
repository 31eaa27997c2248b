import { z } from 'zod';
import { key, secret } from '../../fields/index.ts';
import { plantProblem } from '../address.ts';

export const Plant = z.strictObject({
  url: secret('url', plantProblem).meta(
    key({
      description:
        'Where every transition of an event is signalled at once. The scheme chooses the protocol; `log:` writes what would be signalled to the log, for commissioning.',
      restart: 'process',
      example: 'log:',
    }),
  ),
});
