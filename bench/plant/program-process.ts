/** A program that drives the plant, by ZeroMQ, and notes when its output goes on. */
import { systemClock } from '@lineside/kit';
import { Router } from 'zeromq';
import { z } from 'zod';

const Request = z.object({
  id: z.number(),
  read: z.array(z.string()).optional(),
  write: z.array(z.object({ point: z.string(), value: z.unknown() })).optional(),
});

let isOn = false;
const socket = new Router({ linger: 0 });
await socket.bind(`tcp://127.0.0.1:${process.argv[2] ?? ''}`);
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
for await (const [from, , body] of socket) {
  const { id, read, write = [] } = Request.parse(JSON.parse(String(body)));
  for (const { point, value } of write) {
    if (point !== 'reject') continue;
    if (value === true && !isOn) process.send?.({ onAtMs: systemClock.monoMs() });
    isOn = value === true;
  }
  const values = read?.map((point) => (point === 'reject' ? { value: isOn } : { bad: 'unknown' }));
  if (from !== undefined) await socket.send([from, '', JSON.stringify({ id, ...(read ? { values } : { ok: true }) })]);
}
