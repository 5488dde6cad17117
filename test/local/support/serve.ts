/** Serves a local AWS from a process of its own, to be killed: `node -r test/support/register.js serve.ts STATE`. */
import { setTimeout } from 'node:timers/promises';
import { startLocalAws } from '../../../src/local/endpoint';
import { createCountingCompute } from './counting-compute';

async function main(): Promise<void> {
  const aws = await startLocalAws({
    stateDir: process.argv[2] ?? '',
    credentials: null,
    region: 'us-east-1',
    accountId: '123456789012',
    jobSeconds: 0,
    // Slow enough to be killed in the middle of every kind of job.
    compute: createCountingCompute({ gate: () => setTimeout(150) }),
    now: Date.now,
  });
  process.stdout.write(`${aws.endpoint}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
