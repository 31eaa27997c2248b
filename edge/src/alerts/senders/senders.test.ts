import { expect, it } from 'vitest';
import { alertUrlProblem } from './index.ts';

it.each([
  'mqtt://u:p@host/plant/alerts',
  'https://chat.example/hook?token=x',
  'smtp://mail:587?from=a@b.c&to=d@e.f,g@h.i',
  'smtps://mail?from=a@b&to=c@d',
])('%s is a target', (url) => {
  expect(alertUrlProblem(url)).toBeUndefined();
});

it.each([
  ['ftp://host/x', /none of the schemes mqtt:/],
  ['mqtt://host', /no topic/],
  ['mqtt://host/a/#', /no topic/],
  ['smtp://mail', /no sender/],
  ['smtp://mail?from=a@b', /no recipient/],
  ['smtp://mail?from=a@b&to=c@d,nonsense', /no recipient/],
  ['https://', /no host/],
])('%s is none', (url, problem) => {
  expect(alertUrlProblem(url)).toMatch(problem);
});
