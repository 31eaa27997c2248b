import type { CheckText } from './check-text.ts';

const NEVER = 'this rule opens no event, whatever happens';

/** Checks of the configuration, and of what it describes: service, cameras, models, rules. */
export const LINE_CHECKS = {
  config: {
    examines: 'the configuration against its schema and against the one that runs',
    needs: [],
    findings: {
      config_last_good: {
        verdict: 'warning',
        meaning: 'changes in the file are not in force; the checks below use the last good one',
        advice: 'correct the file: lineside config check',
      },
    },
    families: [
      {
        prefix: 'config_',
        of: 'the configuration',
        meaning: 'a running service keeps its last good configuration; a stopped one does not start',
      },
    ],
  },
  secret: {
    examines: 'secrets and certificates that the configuration names: there, and readable by their owner alone',
    needs: ['config'],
    findings: {
      secret_missing: {
        verdict: 'failure',
        meaning: 'no connection is possible; the service may have access to secrets that this user lacks',
        advice: 'put the secret where the configuration looks for it',
      },
      secret_exposed: {
        verdict: 'warning',
        meaning: 'any user of this machine can read it',
        advice: 'take the rights away: chmod o-rwx FILE',
        fix: 'takes the rights of other users from the file',
      },
    },
  },
  service: {
    examines: 'the service: it runs, answers, inspects, and runs what is installed and configured',
    needs: [],
    findings: {
      service_not_running: {
        verdict: 'warning',
        meaning: 'nothing is inspected now',
        advice: 'start it: sudo systemctl start lineside, or lineside run',
      },
      service_hidden: {
        verdict: 'warning',
        meaning: 'whether it inspects is unknown',
        advice: 'run the doctor as the user of the service or as root: sudo lineside doctor',
      },
      service_slow: {
        verdict: 'warning',
        meaning: 'whether it inspects is not known',
        advice: 'run the doctor again when the machine is less busy; a service that hangs is restarted by systemd',
      },
      service_timed_out: {
        verdict: 'failure',
        meaning: 'the service may hang',
        advice: 'journalctl -u lineside shows its last lines; systemd restarts a service that hangs',
      },
      service_version: {
        verdict: 'warning',
        meaning: 'what was installed last is not in force',
        advice: 'restart the service when the line can pause: sudo systemctl restart lineside',
      },
      service_config: {
        verdict: 'warning',
        meaning: 'the service runs with other settings than the file has',
        advice: 'name the file of the service with --config; if it is that one, see the log: journalctl -u lineside',
      },
      service_not_enabled: {
        verdict: 'warning',
        meaning: 'it does not start when the machine starts: after a power cut nothing is inspected',
        advice: 'sudo systemctl enable lineside',
      },
    },
    families: [
      {
        prefix: 'service_',
        of: 'the health of the service (lineside status)',
        meaning: 'the line is not being inspected as it should be',
      },
    ],
  },
  dns: {
    examines: 'whether the host names of the configuration are known',
    needs: ['config'],
    findings: {
      dns_unknown: {
        verdict: 'failure',
        meaning: 'what has this name cannot be reached',
        advice: 'check the spelling and the DNS server (resolvectl status), or write the IP address',
      },
      dns_no_server: {
        verdict: 'failure',
        meaning: 'nothing that has a name can be reached',
        advice: 'check the network and the DNS server (resolvectl status), or write IP addresses',
      },
    },
  },
  camera: {
    examines: 'each camera: address, log-in, codec, a decoded frame, rate, key frames, lag, and its picture',
    needs: ['ffmpeg', 'config'],
    findings: {
      camera_rate: {
        verdict: 'warning',
        meaning: 'fewer frames are inspected than configured',
        advice: 'raise the frame rate in the camera, or lower fps',
      },
      camera_codec_costly: {
        verdict: 'warning',
        meaning: 'H.265 is decoded by the CPU here, which costs more than H.264',
        advice: 'set the camera to H.264',
      },
      camera_large: {
        verdict: 'warning',
        meaning: 'decoding costs time that no model sees: each scales the frame to its own input',
        advice: 'use the sub-stream of the camera, or tiles',
      },
      camera_keyframes: {
        verdict: 'warning',
        meaning: 'after an interruption there is no picture for so long, and clips begin late',
        advice: 'set the key frame interval (GOP) of the camera to 1 to 2 seconds',
      },
      camera_lag: {
        verdict: 'warning',
        meaning: 'what is inspected is older than it should be, and events come late',
        advice: 'check network and load of the camera; a lower bit rate or its sub-stream helps',
      },
    },
    families: [
      { prefix: 'camera_', of: 'streams', meaning: 'nothing in view of this camera is inspected' },
      {
        prefix: 'camera_',
        of: 'the health of pictures and streams',
        meaning: 'what this camera shows is to be doubted',
      },
    ],
  },
  model: {
    examines: 'each model: files, hash, release, provider, golden images, speed against what the cameras need',
    needs: ['config'],
    findings: {
      model_fallback: {
        verdict: 'warning',
        meaning: 'the accelerator of this device is not used: fewer frames are inspected, results are marked degraded',
        advice:
          'see scripts/jetson-check and lineside model engines; or set inference.expectedProvider to where models should run',
      },
      model_self_test: {
        verdict: 'failure',
        meaning: 'on this machine the model does not find what it found where it was made',
        advice: 'fetch the bundle again; if it stays, report it with lineside model list --json',
      },
      model_too_slow: {
        verdict: 'warning',
        meaning: 'frames are skipped: fewer are inspected than configured',
        advice: 'lower fps of the cameras or the rate of the model, or use a smaller model; lineside plan measures all',
      },
      model_release_changed: {
        verdict: 'failure',
        meaning: 'the files are not those that were signed',
        advice: 'lineside model rollback ID, or install the release again',
      },
    },
    families: [{ prefix: '', of: 'models and of inference', meaning: 'no camera is inspected by this model' }],
  },
  rules: {
    examines: 'each rule: labels, zone, masks, sizes, scores, rate; in short, whether it can fire',
    needs: ['config'],
    findings: {
      rule_label_unknown: {
        verdict: 'failure',
        meaning: 'objects with this label open no event',
        advice: 'name labels of the model',
      },
      privacy_label_unknown: {
        verdict: 'failure',
        meaning: 'nobody can be covered, so every picture of the camera is covered completely',
        advice: 'name labels of the model in privacy.headLabels and privacy.personLabels',
      },
      refine_label_unknown: {
        verdict: 'failure',
        meaning: 'the stage costs time and corrects no label',
        advice: 'leave refines out, or name a classifier with labels of the source model',
      },
      rule_zone_empty: {
        verdict: 'failure',
        meaning: NEVER,
        advice: 'draw the zone again: lineside camera setup CAMERA',
      },
      rule_masked: {
        verdict: 'failure',
        meaning: NEVER,
        advice: 'make the masks smaller: they cover the complete zone of the rule',
      },
      rule_sizes: {
        verdict: 'failure',
        meaning: NEVER,
        advice: 'make minSize smaller than maxSize, and smaller than the zone',
      },
      rule_score: {
        verdict: 'warning',
        meaning: 'hardly any detection has such a score: the rule will miss most of what it is for',
        advice: 'lower minScore; lineside replay shows what each threshold would do',
      },
      rule_too_seldom: {
        verdict: 'warning',
        meaning: 'between two results there is more time than the condition must last: it is judged by one picture',
        advice: 'raise the rate of the model, or minDuration',
      },
    },
  },
  text: {
    examines: 'the text reader, where a rule reads dates, lots or phrases',
    needs: ['config'],
    findings: {
      text_reader_missing: {
        verdict: 'failure',
        meaning: 'codes are checked; dates, lots and phrases count as unreadable',
        advice: 'install the text reader: docs/install.md',
      },
    },
  },
} as const satisfies Readonly<Record<string, CheckText>>;
