import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

const KEYS = `
Every key of the configuration file has a default:
  broker: managed              # or mqtt://host:1883, mqtts://host:8883
  store: sqlite                # or postgres://user:\${file:/path}@host:5432/database
  cluster: false               # true with PostgreSQL: collectors use one broker and one database together
  mqtt: {listen: "127.0.0.1:1883", tls: self, identity: certificate, publicUrl, plaintext: false,
         username, password: "\${env:NAME}", ca, cert, key}
  http: {listen: "127.0.0.1:8980", token: "\${file:/path}", publicUrl, hosts: []}
  media: {maxBytes: 16MiB, store: files, s3: {endpoint, region, bucket, prefix, accessKey, secretKey}}
  retention: {audit, events: 400d, telemetry: 90d, media: "10GB|90d"}   # only what is named is ever deleted
  enrolment: {listen: HOST:PORT, address: HOST:PORT}
  ingest: {reorderTimeout: 10s}
  releases: DIR                # default: releases/ in the data folder
  rollouts: {approval: none}   # start, groups: a second person approves
  log: {level: info}
http.token is needed where http.listen is not loopback, and mqtt.tls where mqtt.listen is not. Port 0 picks a
free port. More in docs/collector.md.
`;

/** `lineside-collector run` */
export function configure(command: Command, registry: Registry): void {
  command
    .description(
      'Runs the collector: broker (its own Mosquitto, or yours), ingest, page and API. Prints the addresses when it is ready; with --json as one line {ready, mqtt, http, data, pid}. Logs are JSON lines on standard error.',
    )
    .addHelpText(
      'after',
      KEYS +
        examples(
          'lineside-collector run --data ./collector',
          'lineside-collector run --config /etc/lineside/collector.yaml --json',
        ),
    )
    .action(action(registry, run));
}

async function run(context: Context): Promise<ExitCode> {
  // What devices send is not for other users of the machine, whatever the caller's umask is.
  process.umask(process.umask(0o077) | 0o027);
  const config = await context.config();
  const { runCollector } = await import('../../app/index.ts');
  const { createLogger, systemClock } = await import('@lineside/kit');
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  // Never removed: npx and terminals deliver a Ctrl-C more than once, and stopping has deadlines of its own.
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  await runCollector(
    {
      config,
      clock: systemClock,
      log: createLogger(config.log.level, 'lineside-collector'),
      env: context.io.env,
      random: Math.random,
      onReady: (at) =>
        context.say(
          { ready: true, ...at, pid: process.pid },
          `Collector is ready.\n  page    ${at.http}/\n  broker  ${at.mqtt}\n  data    ${at.data}`,
        ),
    },
    stop.signal,
  );
  return EXIT.ok;
}
