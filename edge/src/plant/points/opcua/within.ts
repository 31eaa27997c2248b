import { aborted, FairDeadline, type FairDeadlineOptions } from '@lineside/kit';
import { PointError } from '../errors.ts';

/** What `work` gives, or `point_silent` when it does not settle in time. What comes later is passed over. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  return beforeLate(AbortSignal.timeout(ms), `${what} did not answer within ${ms} ms`, work);
}

/** The same with a deadline in which time does not count that the working process waits for a CPU. */
export async function fairlyWithin<T>(limits: FairDeadlineOptions, what: string, work: Promise<T>): Promise<T> {
  using deadline = new FairDeadline(limits);
  return await beforeLate(deadline.signal, `${what} did not answer within ${limits.ownMs} ms`, work);
}

async function beforeLate<T>(deadline: AbortSignal, problem: string, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = aborted(AbortSignal.any([done.signal, deadline])).then((): never => {
    throw new PointError('point_silent', problem);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
    work.catch(() => undefined);
  }
}
