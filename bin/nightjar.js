#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { spawnSync } = require('node:child_process');

const main = join(__dirname, '..', 'dist', 'cli', 'main.js');
// In a clone whose install scripts were blocked, nothing has been built yet.
if (!existsSync(main) && existsSync(join(__dirname, '..', 'tsconfig.build.json'))) {
  process.stderr.write('building nightjar (once)\n');
  const build = spawnSync(process.execPath, [join(__dirname, '..', 'scripts', 'build.js')], {
    stdio: ['ignore', 2, 2],
  });
  if (build.status !== 0) process.exit(1);
}
// The SDK's notice about coming Node versions is for us who choose its version, not for the reader of a report.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
require(main).main();
