/** Opens a queue in a process of its own, whose authorities of certificates come from the environment: `open-redis.ts URL`. */
import { openQueue } from '../../../src/queue/work-queue';

async function main(url: string): Promise<void> {
  const queue = await openQueue({ kind: 'redis', url }, { lockMs: 1000, stalledMs: 300 }, { connectMs: 3000 });
  const worker = queue.start(
    async () => {
      process.stdout.write('worked\n');
      void worker.close().then(() => queue.close());
      return { kind: 'done' };
    },
    { concurrency: 1, onError: (error) => process.stderr.write(`${error.message}\n`) },
  );
  await queue.add([{ runId: 'r.2026-03-02', stage: 'send', shard: 0 }]);
}

main(process.argv[2] ?? '').catch((error: Error) => {
  process.stdout.write(`${error.message}\n`);
});
