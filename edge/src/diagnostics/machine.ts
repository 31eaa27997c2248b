import { statfs } from 'node:fs/promises';
import {
  type FfmpegCapabilities,
  hasHardwareDecoders,
  probeFfmpeg,
  type RefusedDecoder,
  tryDecoders,
} from '../camera/index.ts';
import { LinesideError, loadText, messageOf, ProgramError, runProgram, systemCode } from '@lineside/kit';
import { type Check, type CheckFinding, ok, trouble } from './check.ts';

const ANSWER_MS = 5_000;
const NEEDED_NODE = [24, 15] as const;

/** The version of Node. The start-up guard refuses older ones, so this mostly reports the version. */
export function nodeCheck(version: string): Check {
  return {
    name: 'node',
    deadlineMs: 1_000,
    run: async () => {
      const [major = 0, minor = 0] = version.split('.').map(Number);
      if (major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1])) {
        return [ok('node', `Node ${version}`)];
      }
      const advice = `install Node ${NEEDED_NODE.join('.')} or newer`;
      const message = `Node ${version} is too old`;
      return [trouble('failure', { code: 'node_too_old', message, meaning: 'Lineside cannot run', advice })];
    },
  };
}

const NEEDED_FFMPEG = [4, 4] as const;
const NEEDED_DECODERS = ['h264', 'hevc', 'mjpeg'];

/** FFmpeg, ffprobe and the decoders that cameras need. Passes the capabilities to `found`. */
export function ffmpegCheck(path: string | undefined, found: (capabilities: FfmpegCapabilities) => void): Check {
  return {
    name: 'ffmpeg',
    deadlineMs: 20_000,
    run: async (signal) => {
      try {
        const { capabilities, refused } = await tryDecoders(await probeFfmpeg('ffmpeg', signal), signal);
        found(capabilities);
        const old = oldFfmpeg(capabilities.version);
        if (old !== undefined) return [old];
        return [
          ...(await ffprobeFindings(path, signal)),
          ...decoderFindings(capabilities),
          ...refused.map(refusedFinding),
        ];
      } catch (error) {
        if (!(error instanceof LinesideError)) throw error;
        const { code, message, advice } = error;
        if (code === 'ffmpeg_slow') return [slowProgram(code, message, 'cameras could not be examined')];
        return [trouble('failure', { code, message, meaning: 'no camera can be read', advice })];
      }
    },
  };
}

/** The finding about a release before 4.4; undefined for later ones, and for builds that name no release. */
export function oldFfmpeg(version: string): CheckFinding | undefined {
  const release = /^n?(\d+)\.(\d+)/.exec(version);
  if (release === null) return undefined;
  const [major, minor] = [Number(release[1]), Number(release[2])];
  if (major > NEEDED_FFMPEG[0] || (major === NEEDED_FFMPEG[0] && minor >= NEEDED_FFMPEG[1])) return undefined;
  return trouble('failure', {
    code: 'ffmpeg_too_old',
    message: `FFmpeg ${version} is too old`,
    meaning: 'cameras may not be read, or with wrong times',
    advice: `install FFmpeg ${NEEDED_FFMPEG.join('.')} or later`,
  });
}

async function ffprobeFindings(path: string | undefined, signal: AbortSignal): Promise<readonly CheckFinding[]> {
  const env = path === undefined ? {} : { PATH: path };
  const meaning = 'cameras cannot be examined before they are opened';
  try {
    await runProgram('ffprobe', ['-version'], { env, timeoutMs: ANSWER_MS, signal });
    return [];
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof ProgramError && error.timedOut)
      return [slowProgram('ffprobe_slow', messageOf(error), meaning)];
    const detail = systemCode(error) === 'ENOENT' ? 'it is not installed' : messageOf(error);
    const message = `ffprobe cannot be run: ${detail}`;
    return [trouble('failure', { code: 'ffprobe_missing', message, meaning, advice: 'sudo apt install ffmpeg' })];
  }
}

/** A program that is there and did not answer in time: nothing is missing, and nothing is to be installed. */
export function slowProgram(code: string, message: string, meaning: string): CheckFinding {
  return trouble('warning', {
    code,
    message: message.includes('load ') ? message : `${message} (${loadText()})`,
    meaning: `${meaning}; the program is there and slow`,
    advice: 'run the doctor again when the machine is less busy; `top` shows what takes its time',
  });
}

function decoderFindings(capabilities: FfmpegCapabilities): readonly CheckFinding[] {
  const missing = NEEDED_DECODERS.filter((name) => !capabilities.decoders.has(name));
  const hardware = hasHardwareDecoders(capabilities) ? 'hardware decoders' : 'software decoders';
  const found = `FFmpeg ${capabilities.version}, ${hardware}`;
  if (missing.length === 0) return [ok('ffmpeg', found)];
  return [
    trouble(missing.includes('h264') ? 'failure' : 'warning', {
      code: 'ffmpeg_decoders',
      message: `${found}, without ${missing.join(', ')}`,
      meaning: 'cameras with these codecs cannot be read',
      advice: 'install a full build of FFmpeg (sudo apt install ffmpeg)',
    }),
  ];
}

function refusedFinding({ name, reason }: RefusedDecoder): CheckFinding {
  return trouble('warning', {
    code: 'decoder_unusable',
    subject: name,
    message: `FFmpeg lists the decoder ${name}, and ${reason}`,
    meaning: 'cameras are decoded another way, which may cost more of the CPU',
    advice:
      'check the driver (JetPack) and whether the user of the service may use its device: groups video and render',
  });
}

const LOW_BYTES = 1e9;
const NO_BYTES = 200e6;
const LOW_SHARE = 0.05;

/** Free bytes and inodes of the disk under `folder`, which must exist. */
export async function diskFindings(folder: string): Promise<readonly CheckFinding[]> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${(free / 1e9).toFixed(1)} GB free`;
  const meaning = 'when the disk is full, the journal deletes the oldest records and declares them lost';
  const advice = 'free space, lower storage.evidenceQuota, or put the data folder on a larger disk';
  const findings: CheckFinding[] = [];
  if (free < LOW_BYTES) {
    const verdict = free < NO_BYTES ? 'failure' : 'warning';
    findings.push(trouble(verdict, { code: 'disk_space', message: text, meaning, advice }));
  } else {
    findings.push(ok('disk', text));
  }
  // Some file systems have no fixed number of inodes and report 0.
  if (files > 0 && ffree / files < LOW_SHARE) {
    const message = `${ffree} of ${files} inodes free`;
    findings.push(
      trouble('warning', { code: 'disk_inodes', message, meaning: 'soon no new file can be created', advice }),
    );
  }
  return findings;
}
