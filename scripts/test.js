// Builds (worker threads and spawned processes run from dist/), then runs jest with the arguments given.
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

const run = (script, args) =>
  spawnSync(process.execPath, [script, ...args], { stdio: 'inherit', cwd: join(__dirname, '..') }).status ?? 1;

const built = run(join(__dirname, 'build.js'), []);
process.exit(built === 0 ? run(require.resolve('jest/bin/jest'), process.argv.slice(2)) : built);
