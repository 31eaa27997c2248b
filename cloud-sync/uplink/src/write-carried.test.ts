import { createHash } from 'node:crypto';
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { systemClock } from '@lineside/kit';
import { CARRIED_MEDIA, readCarriedReport } from '@lineside/protocol';
import { openTestJournal, sampleBody } from '../../../tests/support/test-journal.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import type { MediaOutbox } from './ports/index.ts';
import { writeCarried } from './write-carried.ts';

const MIB = 2 ** 20;

/** Evidence in memory that behaves as the store of a device does. */
function evidenceOf(...pictures: readonly Buffer[]) {
  const held = new Map(pictures.map((one) => [createHash('sha256').update(one).digest('hex'), one]));
  const opened: string[] = [];
  const outbox: MediaOutbox = {
    stats: () => ({ pending: held.size }),
    pending: (limit) =>
      [...held].slice(0, limit).map(([sha256, { length: bytes }]) => ({ sha256, bytes, mime: 'image/jpeg' })),
    open: async (sha256) => {
      opened.push(sha256);
      const bytes = held.get(sha256);
      if (bytes === undefined) throw new Error('it is not held any more');
      return bytes;
    },
    uploaded: (sha256) => void held.delete(sha256),
    holds: (sha256) => held.has(sha256),
  };
  return { outbox, opened, names: [...held.keys()] };
}

async function setting(...pictures: readonly Buffer[]) {
  const dir = await tempDir();
  const journal = openTestJournal(dir.path);
  journal.append([{ stream: 'events', kind: 'event', body: sampleBody(1) }]);
  const evidence = evidenceOf(...pictures);
  const carry = (freeBytes = 1000 * MIB, signal = AbortSignal.timeout(600_000)) =>
    writeCarried(
      {
        ...{ outbox: journal, media: evidence.outbox, line: 'Packing 1', version: '0.1.0', publicKey: 'k'.repeat(43) },
        ...{ clock: systemClock, free: async () => freeBytes },
      },
      dir.join('stick'),
      signal,
    );
  const folder = dir.join('stick/from-devices/line-1');
  return {
    ...{ ...evidence, carry, folder, media: `${folder}/${CARRIED_MEDIA}` },
    report: async () => readCarriedReport(await readFile(`${folder}/report.json`)),
    [Symbol.asyncDispose]: async () => {
      journal.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

test('pictures that were not delivered go to the stick under their hash, once, and leave it when they were', async () => {
  await using it = await setting(Buffer.from('one'), Buffer.from('two'), Buffer.from('three'));
  const [one = '', two = '', three = ''] = it.names;
  expect((await it.carry()).media).toEqual({ files: 3, bytes: 11, left: 0 });
  expect(await readFile(`${it.media}/${two}`, 'utf8')).toBe('two');
  expect((await it.report()).media).toEqual({ files: 3, bytes: 11, left: 0 });
  // Torn by a stick that was pulled out, and a file that is damaged there.
  await writeFile(`${it.media}/${one}.part`, 'o');
  await writeFile(`${it.media}/${two}`, 'TWO');
  await truncate(`${it.media}/${three}`, 2);
  const { mtimeMs } = await stat(`${it.media}/${one}`);
  it.opened.length = 0;
  expect((await it.carry()).media).toEqual({ files: 3, bytes: 11, left: 0 });
  expect(it.opened).toEqual([two, three]);
  expect((await stat(`${it.media}/${one}`)).mtimeMs).toBe(mtimeMs);
  expect((await readdir(it.media)).toSorted()).toEqual([one, two, three].toSorted());
  it.outbox.uploaded(two);
  expect((await it.carry()).media).toEqual({ files: 2, bytes: 8, left: 0 });
  expect((await readdir(it.media)).toSorted()).toEqual([one, three].toSorted());
});

test('pictures that do not fit, or for which there is no time, are counted and stay on the device', async () => {
  await using it = await setting(Buffer.alloc(3 * MIB, 1), Buffer.from('small'));
  // 64 MiB stay free for the journal of the next time.
  expect((await it.carry(66 * MIB)).media).toEqual({ files: 1, bytes: 5, left: 1 });
  expect((await it.report()).media).toMatchObject({ left: 1 });
  expect((await it.carry(67 * MIB)).media).toEqual({ files: 2, bytes: 3 * MIB + 5, left: 0 });
  expect(it.outbox.stats().pending).toBe(2);
});

test('records go before pictures: where they do not fit beside them, the pictures leave the stick', async () => {
  await using it = await setting(Buffer.from('one'));
  await it.carry();
  expect(await readdir(it.media)).toHaveLength(1);
  const done = await it.carry(0);
  expect(done).toMatchObject({ records: 0, media: { files: 0, bytes: 0, left: 1 } });
  expect(done.left).toBeGreaterThan(0);
  expect(await readdir(it.media)).toEqual([]);
});
