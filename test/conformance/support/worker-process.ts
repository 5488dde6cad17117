/** A worker that takes what it gets and never answers, so that it can be killed with work in hand: `worker-process.ts ADDRESS`. */
import type { QueueAddress } from './worlds';
import { openWorldQueue } from './worlds';

async function main(address: QueueAddress): Promise<void> {
  const { queue } = await openWorldQueue(address);
  queue.start(
    (work) => {
      process.stdout.write(`${JSON.stringify(work)}\n`);
      return new Promise(() => undefined);
    },
    { concurrency: 2, onError: (error) => process.stderr.write(`${error.message}\n`) },
  );
}

void main(JSON.parse(process.argv[2] ?? ''));
