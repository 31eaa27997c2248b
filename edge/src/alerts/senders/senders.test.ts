import { expect, it } from 'vitest';
import { alertUrlProblem } from './index.ts';

it.each(['mqtt://u:p@host/plant/alerts', 'https://chat.example/hook?token=x', 'smtp://u:p@mail:587', 'smtps://mail'])(
  '%s is a target',
  (url) => {
    expect(alertUrlProblem(url)).toBeUndefined();
  },
);

it.each([
  ['ftp://host/x', /none of the schemes mqtt:/],
  ['mqtt://host', /no topic/],
  ['mqtt://host/a/#', /no topic/],
  ['smtp://mail?from=a', /has a query/],
  ['https://', /no host/],
])('%s is none', (url, problem) => {
  expect(alertUrlProblem(url)).toMatch(problem);
});
