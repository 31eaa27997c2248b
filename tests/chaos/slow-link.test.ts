import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { dice } from '../support/dice.ts';
import { SlowLink } from './slow-link.ts';

test('a slow link delivers what it was given, in order', async () => {
  const heard = createHash('sha256');
  let bytes = 0;
  const server = createServer((socket) =>
    socket.on('data', (chunk: Buffer) => {
      heard.update(chunk);
      bytes += chunk.length;
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  await using link = await SlowLink.start(address.port, 200_000_000, 5);
  const client = connect({ port: link.port, host: '127.0.0.1', noDelay: true });
  await once(client, 'connect');
  const said = createHash('sha256');
  const random = dice(3);
  const total = 300;
  let sent = 0;
  for (let n = 0; n < total; n += 1) {
    const message = Buffer.from(Array.from({ length: 1 + random(20_000) }, () => random(256)));
    said.update(message);
    sent += message.length;
    client.write(message);
    if (n % 3 === 0) await new Promise((resolve) => setTimeout(resolve, random(5)));
  }
  while (bytes < sent) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(heard.digest('hex')).toBe(said.digest('hex'));
  client.destroy();
  server.close();
});
