import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSchemaCommand, DescribeSchemaCommand } from '@aws-sdk/client-personalize';
import { isNightjarError } from '../../src/errors';
import { startTestAws } from './support/local-aws';
import { INTERACTIONS_SCHEMA } from './support/shop';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'nightjar-endpoint-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true, maxRetries: 10 }));

async function failure(start: () => Promise<unknown>): Promise<string> {
  try {
    await start();
    return 'started';
  } catch (error) {
    return isNightjarError(error) ? `${error.code} ${error.message}` : String(error);
  }
}

describe('starting the local AWS', () => {
  it('names a port that is taken, and leaves the state of its holder alone', async () => {
    const holder = await startTestAws({ stateDir });
    await writeFile(join(stateDir, 's3', '.tmp', 'half-received'), 'x');

    expect(await failure(() => startTestAws({ stateDir, port: holder.port }))).toBe(
      `E_ENGINE_PORT port ${holder.port} of 127.0.0.1 can't be listened on: EADDRINUSE`,
    );
    expect(await readdir(join(stateDir, 's3', '.tmp'))).toEqual(['half-received']);
    await holder.stop();
  });

  it('names a state folder that is none, and a state file that is broken', async () => {
    const file = join(stateDir, 'file');
    await writeFile(file, '');
    expect(await failure(() => startTestAws({ stateDir: file }))).toBe(
      `E_ENGINE_STATE state folder "${file}" can't be used by the local AWS: ENOTDIR`,
    );
    const aws = await startTestAws({ stateDir });
    await aws.personalize.send(
      new CreateSchemaCommand({ name: 'events', schema: JSON.stringify(INTERACTIONS_SCHEMA) }),
    );
    await aws.stop();
    const [name = ''] = await readdir(join(stateDir, 'personalize', 'schemas'));
    await writeFile(join(stateDir, 'personalize', 'schemas', name), '{');

    expect(await failure(() => startTestAws({ stateDir }))).toMatch(
      /^E_ENGINE_STATE file ".*00000001-schema\.events\.json"/,
    );
  });

  it('keeps its resources from one start to the next', async () => {
    const first = await startTestAws({ stateDir });
    const schema = JSON.stringify(INTERACTIONS_SCHEMA);
    const { schemaArn } = await first.personalize.send(new CreateSchemaCommand({ name: 'events', schema }));
    const before = await first.personalize.send(new DescribeSchemaCommand({ schemaArn }));
    await first.stop();
    const second = await startTestAws({ stateDir });
    const after = await second.personalize.send(new DescribeSchemaCommand({ schemaArn }));
    await second.stop();

    expect(after.schema).toEqual(before.schema);
    expect(after.schema?.schema).toBe(schema);
  });
});
