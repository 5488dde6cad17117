/** Serves a local AWS that really trains and scores from a process of its own, to be killed. */
import { createCompute } from '../../../src/local/compute/compute';
import { startLocalAws } from '../../../src/local/endpoint';

async function main(): Promise<void> {
  const aws = await startLocalAws({
    stateDir: process.argv[2] ?? '',
    credentials: null,
    region: 'us-east-1',
    accountId: '123456789012',
    jobSeconds: 0,
    compute: createCompute({ threads: 1 }),
    now: Date.now,
  });
  process.stdout.write(`${aws.endpoint}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
