import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadSettings } from '../../src/config/load';
import { policiesFor } from '../../src/run/doctor/policies';

const ROOT = path.join(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

describe('deploy/', () => {
  const { settings } = loadSettings({
    defaultText: read('config/default.yaml'),
    files: [{ path: 'config/production.example.yaml', text: read('config/production.example.yaml') }],
    env: { SMTP_URL: 'ses://eu-central-1', DATABASE_URL: 'postgres://db.internal/nightjar' },
    overrides: [],
  });
  const { nightjar, serviceRole, serviceRoleTrust, bucket } = policiesFor(settings, { training: false });

  it.each([
    ['nightjar', nightjar],
    ['service-role', serviceRole],
    ['trust', serviceRoleTrust],
    ['bucket', bucket],
  ])('holds the policy %s of the example settings', (name, policy) => {
    expect(JSON.parse(read(`deploy/iam/${name}.json`))).toEqual(policy);
  });

  it('copies in the Dockerfile what the package holds, and the lock file', () => {
    const { files }: { files: string[] } = JSON.parse(read('package.json'));
    const copied = read('deploy/Dockerfile');
    const needed = files.filter((file) => ['bin', 'dist', 'config', 'jobs', 'templates'].includes(file));
    expect(needed).toHaveLength(5);
    for (const folder of needed) expect(copied).toContain(`COPY --from=build /build/${folder} ./${folder}`);
    expect(copied).toContain('package-lock.json');
  });

  it.each(['worker@', 'run@', 'serve'])('starts %s itself: npx would end at SIGTERM without passing it on', (unit) => {
    const file = read(`deploy/nightjar-${unit}.service`);
    expect(/^ExecStart=(\S+)/m.exec(file)?.[1]).toBe('/srv/nightjar/node_modules/.bin/nightjar');
    expect(/^WorkingDirectory=(\S+)/m.exec(file)?.[1]).toBe('/srv/nightjar');
  });

  it('gives a worker longer to stop than the worker takes', () => {
    const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(read('deploy/nightjar-worker@.service'))?.[1]);
    expect(seconds).toBeGreaterThan(settings.worker.drainSeconds + 5);
  });
});
