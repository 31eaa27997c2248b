import type { CameraProblem, LinePace } from '../domain/index.ts';
import { overloadFinding } from '../load/index.ts';
import { BEHIND_MS } from './inspecting.ts';
import type { CameraView, Inspecting, Snapshot } from './snapshot.ts';

/** The state of the device in one word. */
export type HealthWord = 'inspecting' | 'degraded' | 'not_inspecting' | 'starting';

export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly camera?: string;
  /** The names and figures in `message` and `advice`, for whoever says the same in another language. */
  readonly args?: FindingArgs;
}

export type FindingArgs = Readonly<Record<string, string | number>>;

export interface Health {
  readonly word: HealthWord;
  /** False means 503 on /healthz: `reasons` is then not empty. */
  readonly ok: boolean;
  /** Why the device does not inspect or record. */
  readonly reasons: readonly Finding[];
  /** What does not stop the work but wants somebody's attention. */
  readonly warnings: readonly Finding[];
}

/** With less free space than this, evidence will soon be removed. */
const LOW_DISK_BYTES = 500e6;

/** Judges a snapshot. The page, /healthz, /metrics and the command line all say what this says. */
export function healthOf(snapshot: Snapshot): Health {
  const reasons = reasonsOf(snapshot);
  const warnings = [
    ...cameraWarnings(snapshot),
    ...modelWarnings(snapshot),
    ...taughtWarnings(snapshot),
    ...packWarnings(snapshot),
    ...engineWarnings(snapshot),
    ...loadWarnings(snapshot),
    ...boxWarnings(snapshot),
  ];
  return { word: wordOf(snapshot, reasons, warnings), ok: reasons.length === 0, reasons, warnings };
}

function wordOf(snapshot: Snapshot, reasons: readonly Finding[], warnings: readonly Finding[]): HealthWord {
  if (reasons.some((reason) => reason.code !== 'starting' && reason.code !== 'engine_building'))
    return 'not_inspecting';
  if (reasons.length > 0) return 'starting';
  const allInspect = snapshot.cameras.every((camera) => camera.inspecting === 'inspecting');
  const lacking = warnings.some(({ code }) => code === 'model_failed' || code === 'overloaded');
  return allInspect && !lacking ? 'inspecting' : 'degraded';
}

function reasonsOf({ vision, cameras, journal, engines = [] }: Snapshot): Finding[] {
  const reasons: Finding[] = [];
  const building = engines.find(({ state }) => state === 'building');
  const has = (word: Inspecting): boolean => cameras.some((camera) => camera.inspecting === word);
  if (building !== undefined) {
    const minutes = Math.floor((building.tookMs ?? 0) / 60_000);
    const progress = building.progress === undefined ? '' : `: ${building.progress}`;
    reasons.push({
      code: 'engine_building',
      message: `The TensorRT engine of model ${building.model} is being built, ${minutes} min so far${progress}`,
      advice: 'Wait: this happens once per model and TensorRT; the cameras start afterwards',
      args: { model: building.model, minutes },
    });
  } else if (vision.state === 'down') {
    reasons.push({
      code: 'vision_down',
      message: `The vision process is down${vision.reason === undefined ? '' : `: ${vision.reason}`}`,
      advice: 'It starts again by itself within seconds. If it does not, read the log: journalctl -u lineside',
    });
  }
  if (!journal.writable) {
    reasons.push({
      code: 'journal_not_writable',
      message: `The journal cannot be written${journal.problem === undefined ? '' : `: ${journal.problem}`}`,
      advice: 'Check free space and permissions of the data folder: lineside doctor',
    });
  }
  if (cameras.length === 0) {
    reasons.push({
      code: 'no_cameras',
      message: 'No camera is configured',
      advice: 'Add one under `cameras:` in the configuration, then: lineside config check',
    });
  } else if (vision.state === 'up' && !has('inspecting') && !has('degraded')) {
    reasons.push(
      has('starting')
        ? { code: 'starting', message: 'Cameras and models are starting', advice: 'Wait for a few seconds' }
        : {
            code: 'no_camera_inspecting',
            message: 'No camera is being inspected',
            advice: 'See the advice beside each camera, or run lineside doctor',
          },
    );
  }
  return reasons;
}

function cameraWarnings({ cameras, vision }: Snapshot): Finding[] {
  if (vision.state === 'down') return [];
  return cameras.flatMap((camera) => {
    const finding = cameraFinding(camera);
    return finding === undefined ? [] : [{ ...finding, camera: camera.id }];
  });
}

function cameraFinding(camera: CameraView): Finding | undefined {
  if (camera.error !== undefined) {
    return { code: camera.error.code, message: camera.error.message, advice: camera.error.advice };
  }
  switch (camera.inspecting) {
    case 'inspecting':
    case 'starting':
      return problemFinding(camera);
    case 'degraded':
      if ((camera.behindMs ?? 0) > BEHIND_MS) return behind(camera.behindMs ?? 0);
      for (const { outrun } of camera.models) if (outrun !== undefined) return tooFast(outrun);
      return problemFinding(camera) ?? DEGRADED;
    case 'blind':
      return problemFinding(camera) ?? BLIND;
  }
}

const DEGRADED: Finding = {
  code: 'camera_degraded',
  message: 'Some of its checks give no results, or results to be doubted',
  advice: 'See the models of this camera below',
};
const BLIND: Finding = {
  code: 'camera_blind',
  message: 'Nothing of this camera is being inspected',
  advice: 'lineside doctor',
};

const PROBLEM_ADVICE: Readonly<Record<CameraProblem, { readonly message: string; readonly advice: string }>> = {
  frozen: {
    message: 'Its picture has not changed by a single pixel for half a minute',
    advice: 'Restart the camera or recorder that sends it; what it shows is not live',
  },
  dark: { message: 'Its picture is nearly black', advice: 'Check the light, the cap of the lens and the exposure' },
  overexposed: {
    message: 'Most of its picture is white',
    advice: 'Check whether a lamp or the sun shines into the lens, and the exposure',
  },
  covered: {
    message: 'Its picture is one even surface',
    advice: 'Look whether something hangs or stands in front of the lens, or it is steamed up',
  },
  blurred: {
    message: 'Its picture is much less sharp than usual',
    advice: 'Clean the lens and check the focus; after a change of the scene it settles within an hour',
  },
  moved: {
    message: 'It no longer shows the view that was accepted',
    advice:
      'Turn it back, or check zones and masks and accept the new view: lineside camera accept ID. Something large before the lens looks the same',
  },
  low_rate: {
    message: 'It sends fewer frames a second than it should',
    advice: 'Check its frame rate and its exposure time, the network, and how many others view it',
  },
  low_bitrate: {
    message: 'It sends far fewer bits than at commissioning: the picture is coarse, or shows nothing',
    advice: 'Check its bit rate and quality settings; after a wanted change accept it again: lineside camera accept ID',
  },
  keyframe_interval: {
    message: 'Its key frames are too far apart: after a fault there is no picture for as long',
    advice: 'Set the key frame interval (GOP) of the camera to 1 to 2 seconds, and switch off "smart" codecs',
  },
  clock_wrong: {
    message: 'The clock of its stream does not run at the rate of time: how late pictures come is not known',
    advice: 'Restart the camera and update its firmware; motion is measured by arrival meanwhile',
  },
};

/** Frames come and are inspected, and yet the camera is not what it should be. What hides the line comes first. */
function problemFinding({ picture, stream }: CameraView): Finding | undefined {
  const [seen] = picture?.problems ?? [];
  if (seen !== undefined) return { code: `picture_${seen}`, ...PROBLEM_ADVICE[seen] };
  const [sent] = stream?.problems ?? [];
  return sent === undefined ? undefined : { code: `camera_${sent}`, ...PROBLEM_ADVICE[sent] };
}

function tooFast({ label, movement, spacing, fps, neededFps }: LinePace): Finding {
  const percent = Math.round((100 * movement) / spacing);
  return {
    code: 'line_too_fast',
    message: `Its line outruns the frame rate: ${label} moves by ${percent} % of its spacing from frame to frame, and one can be mistaken for the next`,
    advice: `Raise fps of this camera and its model from ${fps.toFixed(1)} to ${neededFps.toFixed(1)} or more, or slow the line down`,
    args: { label, percent, fps: fps.toFixed(1), needed: neededFps.toFixed(1) },
  };
}

function behind(ms: number): Finding {
  return {
    code: 'camera_behind',
    message: `Its pictures come ${(ms / 1000).toFixed(1)} s late: what is seen now happened earlier`,
    advice:
      'The network or this machine is too slow for the stream: lower fps, look by fewer models, or check the link',
    args: { seconds: (ms / 1000).toFixed(1) },
  };
}

function modelWarnings({ models }: Snapshot): Finding[] {
  return models.flatMap((model) => {
    if (model.state === 'failed') {
      return [
        {
          code: 'model_failed',
          message: `Model ${model.id} does not run${model.reason === undefined ? '' : `: ${model.reason}`}`,
          advice: model.error?.advice ?? 'lineside doctor',
          args: { model: model.id },
        },
      ];
    }
    if (model.expected === undefined) return [];
    const why = model.reason === undefined ? '' : `: ${model.reason}`;
    return [
      {
        code: 'provider_fallback',
        message: `Model ${model.id} runs on ${model.provider ?? 'nothing'} and is meant for ${model.expected}${why}`,
        advice: 'lineside doctor, lineside model engines; or say in the configuration where it is meant to run',
        args: { model: model.id, provider: model.provider ?? '–', expected: model.expected },
      },
    ];
  });
}

/** Pieces from which the median of a taught model means something. */
const DRIFT_PIECES = 50;
/** A median so far from that of the pieces that it was taught means that these look different now. */
const DRIFT_MADS = 2;

/** Half of the newest pieces differ from what was taught: hardly half of them are bad, so light, camera or product changed. */
function taughtWarnings({ models }: Snapshot): Finding[] {
  return models.flatMap(({ id, watched }) =>
    watched === undefined || watched.newest < DRIFT_PIECES || watched.medianMads < DRIFT_MADS
      ? []
      : [
          {
            code: 'taught_model_drift',
            message: `Model ${id} sees other pieces than it was taught: their median is ${watched.medianMads.toFixed(1)} MADs above that of the good ones`,
            advice: `Light, camera or product has changed: put it right, or teach again (lineside model teach --id ${id} --fresh)`,
            args: { model: id, mads: watched.medianMads.toFixed(1) },
          },
        ],
  );
}

/** Packs of which nobody can say that they are right. */
function packWarnings({ cameras, textReaderMissing }: Snapshot): Finding[] {
  const missing = textReaderMissing === undefined ? [] : [{ code: 'text_reader_missing', ...textReaderMissing }];
  const checks = cameras.flatMap(({ models }) => models.flatMap(({ packChecks = [] }) => packChecks));
  return [
    ...missing,
    ...checks.flatMap(({ rule, problems }) => problems.flatMap((problem) => packFinding(rule, problem))),
  ];
}

function packFinding(rule: string, problem: string): Finding[] {
  if (problem === 'no_recipe') {
    return [
      {
        code: 'pack_recipe_missing',
        message: `Rule ${rule} cannot check packs: no recipe says what must be printed on them`,
        advice:
          'lineside recipe list, then lineside recipe set ID; or let a signal choose it (production.productSignal)',
        args: { rule },
      },
    ];
  }
  return problem === 'clock_not_trusted'
    ? [
        {
          code: 'pack_date_unknown',
          message: `Rule ${rule} cannot check dates: the clock of this device is not trusted`,
          advice: 'Connect the device to a time server of the plant (NTP)',
          args: { rule },
        },
      ]
    : [];
}

function engineWarnings({ engines = [] }: Snapshot): Finding[] {
  return engines.flatMap(({ model, error }) =>
    error === undefined
      ? []
      : [
          {
            code: 'engine_failed',
            message: `Model ${model} has no TensorRT engine: ${error.message}`,
            advice: error.advice,
            args: { model },
          },
        ],
  );
}

function loadWarnings({ load }: Snapshot): Finding[] {
  const finding = load === undefined ? undefined : overloadFinding(load);
  return finding === undefined ? [] : [finding];
}

function boxWarnings(snapshot: Snapshot): Finding[] {
  const { config, disk, clock, journal, updateConflict } = snapshot;
  const warnings: Finding[] = (journal.alarms ?? []).map(({ code, message, advice }) => ({ code, message, advice }));
  warnings.push(...secretWarnings(snapshot), ...linkWarnings(snapshot));
  if (config.state === 'last_good') {
    warnings.push({
      code: 'config_refused',
      message: `The configuration file is refused; the last good one is in force${config.problem === undefined ? '' : `: ${config.problem}`}`,
      advice: `lineside config check --config ${config.path}`,
    });
  }
  if (updateConflict !== undefined) {
    const { target, reason } = updateConflict;
    warnings.push({
      code: 'configuration_conflict',
      message: `The release ${target} was not applied: the configuration file was changed on this device (${reason})`,
      advice: 'Release the file as it is here, put it back to what was released, or set updates.onLocalChange: replace',
      args: { target },
    });
  }
  if (disk.freeBytes < LOW_DISK_BYTES) {
    warnings.push({
      code: 'disk_low',
      message: `Only ${Math.round(disk.freeBytes / 1e6)} MB of disk are free`,
      advice: 'Free some space, or lower storage.evidenceQuota',
      args: { megabytes: Math.round(disk.freeBytes / 1e6) },
    });
  }
  if (clock === 'suspect') {
    warnings.push({
      code: 'clock_suspect',
      message: 'The wall clock is behind times already recorded; the times of new records are marked as suspect',
      advice: 'Check the time server (NTP) or the battery of the clock',
    });
  }
  return warnings;
}

/** Problems that stay while the connection is up: they concern some records only. */
const STANDING: readonly string[] = ['broker_packet_limit', 'identity_conflict'];

/** Why nothing, or not everything, gets through to the collector. Being offline for long is no fault by itself. */
function linkWarnings({ link: { state, problem } }: Snapshot): Finding[] {
  if (problem === undefined) return [];
  const down = state === 'connecting' || state === 'offline';
  return down || STANDING.includes(problem.code) ? [problem] : [];
}

/** Secrets that cannot be read. A camera that is failed for it has the same finding already, unless vision is down. */
function secretWarnings({ missingSecrets: missing = [], cameras, vision }: Snapshot): Finding[] {
  const shown = vision.state === 'down' ? [] : cameras;
  const reported = shown.filter(({ error }) => error?.code === 'secret_missing').map(({ id }) => `camera ${id}`);
  return missing
    .filter(({ subject }) => !reported.includes(subject))
    .map(({ subject, code, message, advice }) => ({
      code,
      message: `The secret for ${subject} cannot be read: ${message}`,
      advice: `${advice}; it is read again by itself`,
      args: { subject },
    }));
}
