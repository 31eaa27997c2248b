import type { CheckText } from './check-text.ts';

const FULL = 'when the disk is full, the journal deletes the oldest records and declares them lost';
const FREE = 'free space, lower storage.evidenceQuota, or put the data folder on a larger disk';
const SLOWER = 'models run on less than was planned: fewer frames are inspected, results are marked degraded';

/** Checks of the machine itself. */
export const MACHINE_CHECKS = {
  node: {
    examines: 'the version of Node',
    needs: [],
    findings: {
      node_too_old: {
        verdict: 'failure',
        meaning: 'Lineside cannot run',
        advice: 'install Node 24.15 or newer',
      },
    },
  },
  software: {
    examines: 'the version of Lineside, and whether its native libraries load',
    needs: ['node'],
    findings: {
      software_library: {
        verdict: 'failure',
        meaning: 'a part of the software cannot start',
        advice: 'install Lineside again for the architecture of this machine (docs/install.md)',
      },
    },
  },
  memory: {
    examines: 'free memory, and processes that the kernel ended for want of it',
    needs: [],
    findings: {
      memory_low: {
        verdict: 'warning',
        meaning:
          'a burst of work may make the kernel end a process; the vision process comes back after about a second',
        advice: 'close other programs, use fewer or smaller models, or lower the resolution of the cameras',
      },
      memory_exhausted: {
        verdict: 'failure',
        meaning: 'the kernel will end processes: cameras will not be inspected again and again',
        advice: 'find what uses it (top -o %MEM) and stop it, or use fewer models; then restart the service',
      },
      memory_kills: {
        verdict: 'warning',
        meaning: 'the kernel has ended processes since the machine started, perhaps those of Lineside',
        advice: 'see journalctl -k -g "Out of memory" for which; then give the machine less to do',
      },
    },
  },
  load: {
    examines: 'how many processes wait for a CPU',
    needs: [],
    findings: {
      machine_overloaded: {
        verdict: 'warning',
        meaning: 'frames are skipped, and checks of the doctor may be slow',
        advice: 'see what runs (top); lower fps of cameras or rates of models; lineside plan says what fits',
      },
    },
  },
  temperature: {
    examines: 'the temperatures that the machine reports',
    needs: [],
    findings: {
      temperature_high: {
        verdict: 'warning',
        meaning: 'the machine will soon slow itself down, and fewer frames are inspected',
        advice: 'clean the cooling ribs and the fan, and check the temperature in the cabinet',
      },
      temperature_critical: {
        verdict: 'failure',
        meaning: 'the machine slows itself down or is about to switch off',
        advice: 'cool it now: open the cabinet, check the fan; use a lower power mode until that is done',
      },
    },
  },
  gpu: {
    examines: 'the GPU, TensorRT, JetPack and the power mode, where models should run on a GPU',
    needs: [],
    findings: {
      gpu_missing: {
        verdict: 'failure',
        meaning: SLOWER,
        advice: 'install the driver (on a Jetson: JetPack), or set inference.expectedProvider: cpu',
      },
      tensorrt_missing: {
        verdict: 'failure',
        meaning: SLOWER,
        advice:
          'install TensorRT (on a Jetson: sudo apt install nvidia-jetpack), or set inference.expectedProvider: cuda',
      },
      jetpack_unsupported: {
        verdict: 'warning',
        meaning: 'engines and decoders were not made for this release and may not work',
        advice: 'use JetPack 6.2 (Jetson Linux 36.4) or 7 (38); scripts/jetson-check examines the machine',
      },
      power_mode_low: {
        verdict: 'warning',
        meaning: 'the machine is slower than it can be',
        advice:
          'sudo nvpmodel -q lists the modes; sudo nvpmodel -m 0 chooses the fastest where the power supply allows it',
      },
      power_mode_unknown: {
        verdict: 'warning',
        meaning: 'whether the machine is slower than it can be is not known',
        advice: 'ask nvpmodel yourself: sudo nvpmodel -q',
      },
    },
  },
  ffmpeg: {
    examines: 'FFmpeg, ffprobe, their versions and their decoders',
    needs: [],
    findings: {
      ffmpeg_too_old: {
        verdict: 'failure',
        meaning: 'cameras may not be read, or with wrong times',
        advice: 'install FFmpeg 4.4 or later',
      },
      ffmpeg_no_h264: {
        verdict: 'failure',
        meaning: 'most cameras cannot be read',
        advice: 'install a full build of FFmpeg (sudo apt install ffmpeg)',
      },
      ffmpeg_decoders: {
        verdict: 'warning',
        meaning: 'cameras with these codecs cannot be read',
        advice: 'install a full build of FFmpeg (sudo apt install ffmpeg)',
      },
      decoder_unusable: {
        verdict: 'warning',
        meaning: 'cameras are decoded another way, which may cost more of the CPU',
        advice:
          'check the driver (JetPack) and whether the user of the service may use its device: groups video and render',
      },
      ffprobe_missing: {
        verdict: 'failure',
        meaning: 'cameras cannot be examined before they are opened',
        advice: 'sudo apt install ffmpeg',
      },
      ffprobe_slow: {
        verdict: 'warning',
        meaning: 'cameras cannot be examined before they are opened',
        advice: 'run the doctor again when the machine is less busy',
      },
      ffmpeg_slow: {
        verdict: 'warning',
        meaning: 'cameras could not be examined',
        advice: 'run the doctor again when the machine is less busy',
      },
    },
    families: [{ prefix: 'ffmpeg_', of: 'the camera module', meaning: 'no camera can be read' }],
  },
  gstreamer: {
    examines: 'GStreamer, where a camera is to be decoded by it',
    needs: ['config'],
    findings: {
      gstreamer_missing: {
        verdict: 'failure',
        meaning: 'cameras with decoder: gstreamer are decoded by FFmpeg instead',
        advice:
          'sudo apt install gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-bad, or decoder: auto',
      },
    },
  },
  data_folder: {
    examines: 'the data folder: it exists, and what is written reaches the disk',
    needs: [],
    findings: {
      data_folder_hidden: {
        verdict: 'warning',
        meaning: 'whether the service can write there is not known',
        advice: 'run the doctor as the user of the service or as root: sudo lineside doctor',
      },
      data_folder_unwritable: {
        verdict: 'failure',
        meaning: 'no event can be kept: the service does not start',
        advice: 'name another folder with --data DIR, or make this one writable for the user of the service',
      },
    },
  },
  disk: {
    examines: 'free space and inodes of the disk under the data folder',
    needs: [],
    findings: {
      disk_space: { verdict: 'warning', meaning: FULL, advice: FREE },
      disk_full: { verdict: 'failure', meaning: FULL, advice: FREE },
      disk_inodes: { verdict: 'warning', meaning: 'soon no new file can be created', advice: FREE },
      disk_inodes_gone: { verdict: 'failure', meaning: 'no new file can be created', advice: FREE },
    },
  },
  wear: {
    examines: 'how worn the flash memory is (eMMC, SD card), where it says so',
    needs: [],
    findings: {
      disk_worn: {
        verdict: 'warning',
        meaning: 'the memory has used most of its life and will fail within months',
        advice: 'plan to replace it; copy what is needed from the data folder; lower storage.evidenceQuota until then',
      },
      disk_worn_out: {
        verdict: 'failure',
        meaning: 'the memory is at the end of its life: it may become read-only at any time',
        advice: 'replace it now; lineside journal verify shows whether records were damaged',
      },
    },
  },
  journal: {
    examines: 'the journal: readable, and none set aside as damaged',
    needs: [],
    findings: {
      journal_quarantined: {
        verdict: 'warning',
        meaning:
          'records that the collector lacked were transferred to a new epoch, and unreadable ones are declared lost',
        advice:
          'read its audit records (lineside journal verify), check the disk, then move the folder to another place',
      },
      journal_hidden: {
        verdict: 'warning',
        meaning: 'how much waits, and for how long, is not known',
        advice: 'run the doctor as the user of the service or as root: sudo lineside doctor',
      },
    },
    families: [{ prefix: 'journal_', of: 'the journal', meaning: 'events cannot be read, and perhaps not be kept' }],
  },
  clock: {
    examines: 'the wall clock: set, not behind the journal, and following a time server (NTP)',
    needs: [],
    findings: {
      clock_behind: {
        verdict: 'failure',
        meaning: 'events are labelled with a wrong time (marked suspect); durations stay right',
        advice: 'set the clock (timedatectl set-time) or configure a time server; check the battery of its clock',
      },
      clock_unsynced: {
        verdict: 'warning',
        meaning: 'events are labelled unsynced; the time drifts over months',
        advice: 'timedatectl set-ntp true, with a time server that the plant network can reach',
        fix: 'switches the time client on (timedatectl set-ntp true), which needs root',
      },
      clock_unknown: {
        verdict: 'warning',
        meaning: 'events may be labelled unsynced; durations stay right',
        advice: 'run the doctor again; without systemd, ask the time service itself (chronyc tracking, ntpq -p)',
      },
    },
  },
  network: {
    examines: 'the addresses of this machine',
    needs: [],
    findings: {
      network_absent: {
        verdict: 'warning',
        meaning: 'no camera and no broker outside of this machine can be reached',
        advice: 'check cable and switch port; ip address shows the interfaces',
      },
    },
  },
} as const satisfies Readonly<Record<string, CheckText>>;
