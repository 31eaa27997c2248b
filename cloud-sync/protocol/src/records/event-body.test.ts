import { describe, expect, it } from 'vitest';
import { eventBody, oldForm } from '../../../../tests/support/journal-twin.ts';
import { readEventBody } from './event-body.ts';

describe('the body of an event record', () => {
  it('is read as it was written', () => {
    const body = eventBody();
    expect(readEventBody(body)).toEqual(body);
  });

  it('is read from a record that calls the duration `lastedMs`, as if it had been written today', () => {
    const body = eventBody({ durationMs: 7000 });
    expect(oldForm(body)).not.toHaveProperty('durationMs');
    expect(readEventBody(oldForm(body))).toEqual(body);
  });

  it('prefers the current name where a record has both', () => {
    expect(readEventBody({ ...oldForm(eventBody()), durationMs: 1 })?.durationMs).toBe(1);
  });

  it.each([
    undefined,
    null,
    'text',
    [],
    {},
    { lastedMs: 5000 },
    { ...eventBody(), durationMs: -1 },
    { ...eventBody(), phase: 'began' },
  ])('is not read from what is none (%#)', (value) => {
    expect(readEventBody(value)).toBeUndefined();
  });
});
