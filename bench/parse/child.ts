/** Measures a subject in a process of its own, so that its memory is its own. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  /** Of the work alone where the process tells it, else of the whole process. */
  readonly seconds: number;
  /** Of all threads; of the work alone where the process tells it, else of the whole process. */
  readonly cpuSeconds: number;
  readonly peakMb: number;
  /** What was counted; all subjects that do the same work must agree. */
  readonly sum: number;
}

const SAMPLE_MS = 10;
const TICKS_PER_SECOND = 100;

/** Runs a program to its end. It prints `sum` as its last line, or `sum seconds cpuSeconds`. */
export async function measureChild(command: string, args: readonly string[]): Promise<Measured> {
  const start = process.hrtime.bigint();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-200);
  });
  let seen = { cpuSeconds: 0, peakMb: 0 };
  const sampler = setInterval(() => {
    seen = look(child.pid) ?? seen;
  }, SAMPLE_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(sampler);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  const [sum = 0, seconds = Number(process.hrtime.bigint() - start) / 1e9, cpuSeconds = seen.cpuSeconds] = (
    text.trim().split('\n').at(-1) ?? ''
  )
    .split(' ')
    .map(Number);
  return { seconds, cpuSeconds, peakMb: seen.peakMb, sum };
}

/** Reads what Linux tells of a process, of the time before it ends. */
function look(pid: number | undefined): { readonly cpuSeconds: number; readonly peakMb: number } | undefined {
  try {
    const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const fields = rest.split(' ');
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    return Number.isFinite(kilobytes) ? { cpuSeconds, peakMb: kilobytes / 1024 } : undefined;
  } catch {
    return undefined;
  }
}

/** Of several rounds the best time, the least CPU and the highest memory count. */
export function pickBest(rounds: readonly Measured[]): Measured {
  return {
    seconds: Math.min(...rounds.map(({ seconds }) => seconds)),
    cpuSeconds: Math.min(...rounds.map(({ cpuSeconds }) => cpuSeconds)),
    peakMb: Math.max(...rounds.map(({ peakMb }) => peakMb)),
    sum: rounds[0]?.sum ?? 0,
  };
}

/** Measures subjects in turns, and of each takes the best of the rounds. @throws where they counted different things */
export async function measureInTurns(
  subjects: ReadonlyMap<string, () => Promise<Measured>>,
  rounds: number,
): Promise<ReadonlyMap<string, Measured>> {
  const results = new Map<string, Measured[]>([...subjects.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of subjects) results.get(name)?.push(await measure());
  }
  const best = new Map([...results].map(([name, all]) => [name, pickBest(all)]));
  const sums = new Map([...best].map(([name, { sum }]) => [name, sum]));
  if (new Set(sums.values()).size > 1) throw new Error(`the subjects disagree: ${JSON.stringify([...sums])}`);
  return best;
}
