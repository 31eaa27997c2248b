import { z } from 'zod';

const Page = z.object({
  events: z.array(
    z.object({
      event: z.string(),
      kind: z.string(),
      state: z.enum(['open', 'closed']),
      camera: z.string(),
      label: z.string(),
      durationMs: z.number(),
      reason: z.string().optional(),
      openedAtMs: z.number(),
    }),
  ),
});

/** Prints events of the appliance as they open and close, until the signal aborts. */
export async function announceEvents(
  pageUrl: string,
  sinceMs: number,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const announced = new Map<string, 'open' | 'closed'>();
  while (!signal.aborted) {
    for (const event of await newest(pageUrl)) {
      if (event.openedAtMs < sinceMs || announced.get(event.event) === event.state) continue;
      announced.set(event.event, event.state);
      const lasted = (event.durationMs / 1000).toFixed(1);
      const what = event.state === 'open' ? 'opened' : `closed (${event.reason ?? ''}) after ${lasted} s`;
      say(
        `  ${new Date().toISOString().slice(11, 19)}  ${event.kind.padEnd(20)} ${event.label} at ${event.camera}: ${what}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function newest(pageUrl: string): Promise<z.infer<typeof Page>['events']> {
  try {
    const response = await fetch(new URL('/api/v1/events?limit=50', pageUrl), { signal: AbortSignal.timeout(3_000) });
    return Page.parse(await response.json()).events.toReversed();
  } catch {
    return []; // the appliance is starting or stopping: the next request will show it
  }
}
