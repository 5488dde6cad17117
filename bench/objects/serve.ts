/** Serves a local AWS from a process of its own, and tells its CPU time to the process that forked it. */
import { startLocalAws } from '../../src/local/endpoint';
import { createQuickCompute } from '../night/quick-compute';

async function main(): Promise<void> {
  const aws = await startLocalAws({
    stateDir: process.argv[2] ?? '',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    region: 'us-east-1',
    accountId: '123456789012',
    jobSeconds: 0,
    compute: createQuickCompute([]),
    now: Date.now,
  });
  const tell = () => {
    const { user, system } = process.cpuUsage();
    process.send?.({
      endpoint: aws.endpoint,
      cpuSeconds: (user + system) / 1e6,
      peakMb: process.resourceUsage().maxRSS / 1024,
    });
  };
  process.on('message', tell);
  process.on('disconnect', () => process.exit());
  tell();
}

void main();
