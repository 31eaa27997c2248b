import { redactUrls } from '@lineside/kit';
import type { MqttClient } from 'mqtt';
import { problem, type UplinkProblem } from '../ports/index.ts';
import { disconnectProblem, socketProblem } from './connection-problem.ts';

const TLS_URL = /^(mqtts|tls|ssl):/;

/**
 * Resolves with the reason when the connection of a new client ends, however it ends. Never rejects. The first reason is
 * the true one: what follows are its consequences.
 */
export function endOf(client: MqttClient, url: string): Promise<UplinkProblem> {
  let handshake = TLS_URL.test(url);
  let accepted = false;
  client.once('connect', () => {
    accepted = true;
  });
  client.stream.once('secureConnect', () => {
    handshake = false;
  });
  const lost = (): UplinkProblem => {
    const where = redactUrls(url);
    if (accepted) return problem('broker_lost', `${where}: the connection was lost`);
    return handshake
      ? problem('broker_tls_handshake', `${where}: the connection was closed during the TLS handshake`)
      : problem('broker_closed', `${where}: the connection was closed before the broker answered`);
  };
  return new Promise((resolve) => {
    let reason: UplinkProblem | undefined;
    client.on('disconnect', (packet) => {
      reason ??= disconnectProblem(packet.reasonCode ?? 0);
    });
    // Kept for good: an error after the end must not end the process.
    client.on('error', (error) => {
      const found = socketProblem(error, url, accepted);
      reason ??=
        found.code !== 'broker_lost' || accepted ? found : handshake ? lost() : { ...lost(), message: found.message };
      client.end(true);
    });
    client.on('close', () => {
      resolve(reason ?? lost());
      client.end(true);
    });
  });
}
