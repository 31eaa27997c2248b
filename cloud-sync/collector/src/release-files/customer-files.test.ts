import { expect, test } from 'vitest';
import { mayRead } from './customer-files.ts';

const CUSTOMERS = { acme: ['line-1', 'acme-*'], 'acme-east': ['east-1'] };
const COMMON = [
  'metadata/timestamp.json',
  'metadata/3.snapshot.json',
  'metadata/12.root.json',
  'metadata/2.targets.json',
];
const OF_ACME = [
  'metadata/7.acme.json',
  'targets/models/acme/0f.ppe-1.0.0.json',
  'targets/config/acme/0f.line-1.0.0.json',
];

test.each([
  ['line-1', true],
  ['acme-7', true],
  ['acme-', true],
  ['east-1', false],
  ['line-10', false],
  ['acme', false],
])('%s reads what every device needs; releases of acme: %s', (device, reads) => {
  for (const name of COMMON) expect(mayRead(CUSTOMERS, device, name), name).toBe(true);
  for (const name of OF_ACME) expect(mayRead(CUSTOMERS, device, name), name).toBe(reads);
  expect(mayRead(CUSTOMERS, device, `files/ab/ab${'0'.repeat(62)}`)).toBe(true);
});

test('the names of two customers are not taken for one another, and what belongs to none is read by none', () => {
  expect(mayRead(CUSTOMERS, 'east-1', 'metadata/1.acme-east.json')).toBe(true);
  expect(mayRead(CUSTOMERS, 'line-1', 'metadata/1.acme-east.json')).toBe(false);
  for (const name of ['metadata/1.nobody.json', 'metadata/x', 'targets/x', 'targets', 'metadata/1.toString.json']) {
    expect(mayRead(CUSTOMERS, 'line-1', name), name).toBe(false);
  }
  expect(mayRead({}, 'line-1', 'metadata/7.acme.json')).toBe(false);
});

test('where no customers are named every device reads everything', () => {
  for (const name of [...COMMON, ...OF_ACME]) expect(mayRead(undefined, 'line-1', name)).toBe(true);
});
