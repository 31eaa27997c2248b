import { STREAM_ADVICE } from '../../edge/src/camera/index.ts';
import { CHECK_ORDER, CHECKS, COMMON_FINDINGS, PROBLEM_ADVICE } from '../../edge/src/diagnostics/index.ts';
import { code, type GeneratedFile, page, table } from './generated-file.ts';

const INTRODUCTION = `# The doctor

\`lineside doctor\` examines everything that an inspection depends on, from the machine to the collector, and says for each
finding what it means for the line and what to do. It changes nothing (\`--fix\` changes what is safe, see below), needs no
network, and works while the service is down, with a broken configuration, and as an ordinary user: what that user may
not see is said, not guessed. A check that took too long says *busy*, never that something is missing.

Each finding is \`ok\`, \`warning\`, \`failure\` or \`skipped\`. Checks run in the order of this page. One whose dependency failed is
skipped, with that reason. With \`--json\` the codes below are in \`checks[].code\`; they stay the same.

Exit code: 0 nothing failed (warnings are allowed), 1 a check failed, 2 the configuration cannot be used.

Codes for the Jetson (power mode, JetPack, hardware decoders) were tried with imitated programs and files, not on a Jetson.`;

/** docs/doctor.md, from the table of checks. */
export function doctorDocument(): GeneratedFile {
  const sections = CHECK_ORDER.map((name) => {
    const { examines, needs, findings, families = [] } = CHECKS[name];
    const rows = Object.entries(findings).map(([key, { verdict, meaning, advice, fix }]) => [
      ...[code(key), verdict, meaning],
      fix === undefined ? advice : `${advice}. \`--fix\`: ${fix}`,
    ]);
    const after = needs.length === 0 ? '' : ` Needs: ${needs.map(code).join(', ')}.`;
    const more = families.map(({ prefix, of, meaning }) => {
      const which = prefix === '' ? 'the codes' : `${code(prefix)} and the codes`;
      return `Also ${which} of ${of}, where they apply ([errors.md](errors.md)): ${meaning}.`;
    });
    const blocks = [
      `## ${name}\n\nExamines ${examines}.${after}`,
      ...(rows.length === 0 ? [] : [table(['Code', 'Verdict', 'Means', 'Do'], rows)]),
      ...more,
      ...(name === 'camera' ? [cameraTable()] : []),
    ];
    return blocks.join('\n\n');
  });
  const common = COMMON_FINDINGS.map(({ suffix, when, verdict, meaning, advice }) => [
    ...[code(`<check>${suffix}`), verdict, `${when}: ${meaning}`, advice],
  ]);
  const every = `## Every check\n\n${table(['Code', 'Verdict', 'Means', 'Do'], common)}`;
  return page('docs/doctor.md', INTRODUCTION, ...sections, every);
}

function cameraTable(): string {
  const streams = Object.entries(STREAM_ADVICE).map(([name, advice]) => [code(`camera_${name}`), advice]);
  const pictures = PROBLEM_ADVICE.map(([name, advice]) => [code(name), advice]);
  return table(['Code', 'Do'], [...streams, ...pictures]);
}
