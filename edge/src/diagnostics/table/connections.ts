import type { CheckText } from './check-text.ts';

const KEPT = 'events are kept on the device and forwarded later';

/** Checks of what this machine talks to: broker, collector, plant, repository of updates. */
export const CONNECTION_CHECKS = {
  certificate: {
    examines: 'the certificates of the uplink: in force, and fitting their key',
    needs: ['config'],
    findings: {
      certificate_unreadable: {
        verdict: 'failure',
        meaning: KEPT,
        advice: 'put a PEM file there; lineside-collector device add makes one',
      },
      certificate_expired: {
        verdict: 'failure',
        meaning: KEPT,
        advice: 'check the clock of this device first; if it is right, renew the certificate',
      },
      certificate_expires: {
        verdict: 'warning',
        meaning: 'afterwards nothing is forwarded any more; events are kept on the device',
        advice: 'renew it in time: lineside-collector device add makes another one',
      },
      certificate_not_yet_valid: {
        verdict: 'failure',
        meaning: KEPT,
        advice: 'set the clock of this device, which is probably behind',
      },
      certificate_key: {
        verdict: 'failure',
        meaning: KEPT,
        advice: 'let uplink.cert and uplink.key name files that were made together',
      },
    },
  },
  broker: {
    examines:
      'the broker, with the client, the credentials and the certificates of the service; the time to its answer',
    needs: ['config'],
    findings: {
      broker_slow: {
        verdict: 'warning',
        meaning: 'the link is slow: evidence takes long to arrive',
        advice: 'see uplink.bandwidthLimit and uplink.mediaWindow, and who else uses the link',
      },
      broker_certificate_expires: {
        verdict: 'warning',
        meaning: 'afterwards no device can forward anything; events are kept on the devices',
        advice: 'renew the certificate of the broker in time',
      },
    },
    families: [{ prefix: '', of: 'the uplink', meaning: KEPT }],
  },
  collector: {
    examines: 'the presence of the collector at the broker',
    needs: ['broker'],
    findings: {
      collector_offline: {
        verdict: 'warning',
        meaning: KEPT,
        advice: 'start the collector, or check that it uses the same broker',
      },
      collector_absent: {
        verdict: 'warning',
        meaning: KEPT,
        advice: 'start the collector, or check that it uses the same broker',
      },
      collector_hidden: {
        verdict: 'failure',
        meaning: KEPT,
        advice: 'let the device read lineside/v1/collector/state in the ACL of the broker',
      },
    },
  },
  queue: {
    examines: 'what waits to be forwarded, for how long, and what was given up',
    needs: ['journal'],
    findings: {
      queue_old: {
        verdict: 'warning',
        meaning: 'nobody beyond this device knows of these events yet',
        advice: 'see the checks of broker and collector; lineside sync status shows the pace',
      },
      queue_full: {
        verdict: 'warning',
        meaning: 'soon the oldest records are deleted and declared lost',
        advice: 'bring the link back, or raise storage.journalQuota where the disk is large enough',
      },
      records_lost: {
        verdict: 'warning',
        meaning: 'these records were given up before they were delivered, and are declared lost',
        advice: 'lineside sync status names them with the reason; raise storage.journalQuota, or mend the link',
      },
    },
  },
  plant: {
    examines: 'whether the ends of plant connections, signals, outputs and feeds accept a connection',
    needs: ['config'],
    findings: {
      plant_refused: {
        verdict: 'failure',
        meaning: 'nothing is signalled to, or read from, this part of the plant',
        advice: 'check that the server runs there and that the URL names its port',
      },
      plant_unreachable: {
        verdict: 'failure',
        meaning: 'nothing is signalled to, or read from, this part of the plant',
        advice: 'check power, cable, address and firewall',
      },
    },
  },
  signal: {
    examines: 'the signals of a running service',
    needs: ['config', 'service'],
    findings: {
      signal_bad: {
        verdict: 'warning',
        meaning: 'rules that read it say no_result, which is never "no defect"',
        advice: 'lineside signal list shows all; check the source and its limits',
      },
      signal_stale: {
        verdict: 'warning',
        meaning: 'rules that read it say no_result, which is never "no defect"',
        advice: 'check whether its source still sends; staleAfter says how long a value holds',
      },
    },
  },
  publishing: {
    examines: 'the feeds of a running service, and its servers of OPC UA',
    needs: ['config', 'service'],
    findings: {
      feed_down: {
        verdict: 'warning',
        meaning: 'programs of the plant do not see this line; inspection goes on',
        advice: 'check that its broker runs, its login and its keys; the log says more: lineside logs',
      },
      plant_server_down: {
        verdict: 'warning',
        meaning: 'supervision does not see this line; inspection and outputs go on',
        advice: 'check that no other program uses its address; the log says more: lineside logs',
      },
    },
  },
  opcua: {
    examines: 'the certificates of OPC UA: of this device, and those that it trusts',
    needs: ['config'],
    findings: {
      opcua_certificate_expired: {
        verdict: 'failure',
        meaning: 'connections with it are refused',
        advice:
          'check the clock of this device first; if it is right, have the certificate renewed, and trust the new one at the other end: lineside plant trust',
      },
      opcua_certificate_expires: {
        verdict: 'warning',
        meaning: 'afterwards connections with it are refused',
        advice: 'have it renewed in time, and trust the new one at the other end: lineside plant trust',
      },
    },
  },
  updates: {
    examines: 'where updates come from, and what trust begins with',
    needs: ['config'],
    findings: {
      updates_root: {
        verdict: 'failure',
        meaning: 'no update can be accepted',
        advice: 'put the root.json of the repository there: lineside-collector release init makes it',
      },
      updates_unreachable: {
        verdict: 'warning',
        meaning: 'no update arrives; what is installed goes on working',
        advice: 'check updates.repository and the network; a stick works without: lineside update --from DIR',
      },
      updates_refused: {
        verdict: 'warning',
        meaning: 'the newest update is not in force; what ran before it runs on',
        advice: 'lineside update shows why; publish a corrected release',
      },
    },
  },
} as const satisfies Readonly<Record<string, CheckText>>;
