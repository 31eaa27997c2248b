import { expect, it } from 'vitest';
import { openOpcuaPlc } from '../../../../scripts/twin/src/plc/index.ts';
import { runHere } from '../../../../tests/support/lineside.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';

const node = (name: string): string => `#nsu=urn:lineside:twin:line;s=${name}`;

it('lineside plant reads, browses, tests and writes nodes of OPC UA, and trusts a server that a person has compared', async () => {
  await using dir = await tempDir();
  const plc = await openOpcuaPlc({
    ...{ host: '127.0.0.1', port: 0 },
    values: () => ({
      ...{ running: true, speed: 46.5, encoder: 1, bottles: 7, product: '460', weight: 500.5, weightNumber: 3 },
    }),
  });
  const url = await plc.listen();
  const stop = new AbortController();
  const ended = plc.run(stop.signal);
  const plant = (...args: readonly string[]): ReturnType<typeof runHere> =>
    runHere(['plant', ...args, '--data', dir.path]);

  // Encrypted where nothing else is written, and nobody is trusted by himself.
  const stranger = await plant('read', url + node('Line.Speed'));
  expect(stranger.code).not.toBe(0);
  expect(stranger.stderr).toMatch(/not trusted here yet.*BadCertificateUntrusted[^]*Try: lineside plant trust/);
  const listed = await plant('trust', '--json');
  const { certificates } = JSON.parse(listed.stdout) as {
    readonly certificates: readonly { readonly state: string; readonly fingerprint: string }[];
  };
  const fingerprint = certificates.find(({ state }) => state === 'rejected')?.fingerprint ?? '';
  expect((await plant('trust')).stdout).toMatch(/own +to servers: [^]*rejected to servers: CN=Twin[^]*valid until/);
  expect(await plant('trust', fingerprint.slice(0, 8))).toMatchObject({ code: 2 });
  expect((await plant('trust', 'no digits', '--by', 'me')).code).not.toBe(0);
  const trusted = await plant('trust', fingerprint.slice(0, 8), '--by', 'M. Fischer');
  expect(trusted).toMatchObject({ code: 0, stdout: expect.stringContaining('it is in no audit') as string });

  const read = await plant('read', url + node('Line.Speed'), url + node('Line.Nowhere'), '--json');
  expect(read.code).toBe(1);
  expect(JSON.parse(read.stdout)).toEqual({
    points: [
      { url: url + node('Line.Speed'), value: 46.5 },
      { url: url + node('Line.Nowhere'), bad: 'BadNodeIdUnknown' },
    ],
  });
  const open = `${url}?security=none`;
  const browsed = await plant('browse', open + node('Line'), '--count', '20');
  expect(browsed.stdout).toMatch(/s=Line\.SetSpeed +name Line\.SetSpeed +type Int32 +access read-write +value 46/);
  const tested = await plant('test', open + node('Line.Speed'), '--count', '10', '--json');
  expect(JSON.parse(tested.stdout)).toMatchObject({ reads: 10, bad: 0, last: '46.5' });
  const asked = await plant('write', open + node('Line.SetSpeed'), '50', '--by', 'me');
  expect(asked).toMatchObject({ code: 2, stdout: expect.stringContaining('is 46; --yes writes 50') as string });
  const written = await plant('write', open + node('Line.SetSpeed'), '50', '--by', 'me', '--yes', '--json');
  expect(JSON.parse(written.stdout)).toMatchObject({ from: '46', to: '50', now: '50', written: true, audited: false });

  stop.abort();
  await ended;
});
