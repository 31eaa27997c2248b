import type { Clock } from '@lineside/kit';
import type { MqttClient } from 'mqtt';

/** A plant does not change a signal so often; a publisher that does is held back by the broker. */
const MESSAGES_PER_S = 200;

/** While a message is held the client reads nothing more, so that the broker has to wait. */
export function limitMessages(client: MqttClient, clock: Pick<Clock, 'monoMs' | 'sleep'>): void {
  let nextMs = clock.monoMs();
  client.handleMessage = (_packet, done) => {
    const nowMs = clock.monoMs();
    nextMs = Math.max(nextMs, nowMs - 1000) + 1000 / MESSAGES_PER_S;
    if (nextMs <= nowMs) done();
    else void clock.sleep(nextMs - nowMs).then(() => done());
  };
}

/** Resolves when the connection has ended, with the reason. `refused` gets the reason code of a CONNACK that refuses. */
export function endOf(client: MqttClient, refused: (code: number) => void = () => undefined): Promise<Error> {
  return new Promise((resolve) => {
    let cause = new Error('the broker closed the connection');
    client.on('error', (error) => {
      cause = error;
      if ('code' in error && typeof error.code === 'number') refused(error.code);
      client.end(true);
    });
    client.on('disconnect', ({ reasonCode }) => {
      cause = new Error(`the broker ended the connection with reason code ${reasonCode ?? 0}`);
    });
    client.on('close', () => resolve(cause));
  });
}
