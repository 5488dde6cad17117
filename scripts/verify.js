// Installs what tests need, runs every check and suite, and ends with `N passed, N failed, N skipped`.
const { spawn, spawnSync } = require('node:child_process');
const { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const root = join(__dirname, '..');
const long = process.argv.includes('--long');

/** What suites use beside npm packages: the program, and the Debian package that brings it; `long` ones only `--long`. */
const NEEDS = [
  { program: 'chromium', package: 'chromium', for: 'the browser suite' },
  { program: 'aws', package: 'awscli', for: 'the local AWS suite' },
  { program: 'redis-server', package: 'redis-server', for: 'the suites on Redis' },
  { program: 'redis-sentinel', package: 'redis-sentinel', for: 'the suites on Redis' },
  { program: 'openssl', package: 'openssl', for: 'the certificates of private servers' },
  { file: '/usr/sbin/sshd', package: 'openssh-server', for: 'the suites on SFTP' },
  { file: '/usr/lib/postgresql', package: 'postgresql', for: 'the suites on an older PostgreSQL' },
  { check: ['python3', ['-c', 'import boto3']], package: 'python3-boto3', for: 'the local AWS suite' },
  { program: 'spamassassin', package: 'spamassassin', for: 'the example mails', long: true },
];

const CHECKS = [
  ['build', process.execPath, [join(__dirname, 'build.js')]],
  ['format and lint', 'npx', ['--no-install', 'biome', 'ci', '.']],
  ['types', 'npx', ['--no-install', 'tsc', '-p', 'tsconfig.json']],
  ['import order', 'npx', ['--no-install', 'depcruise', '--config', '.dependency-cruiser.js', 'src']],
];

/** Test files of a suite at a time; these start many processes of their own. */
const WORKERS = { conformance: 1, 'real-data': 1 };
/** Suites at a time: some wait while others compute. */
const LANES = 2;
/** In the order of their start: the longest, and beside it first those that end soon. */
const SUITES = [
  'services',
  'unit',
  'architecture',
  'faults',
  'cli',
  'local',
  'conformance',
  'e2e',
  'real-data',
  'browser',
];
/** What only `npm run verify:long` runs beside them. */
const LONG_SUITES = ['mails-long', 'faults-long'];

function has(need) {
  if (need.file !== undefined) return existsSync(need.file);
  const [command, args] = need.check ?? ['sh', ['-c', `command -v ${need.program}`]];
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

const POLICY = '/usr/sbin/policy-rc.d';

/** The suites run servers of their own; Debian's packages would start system services, unless this file says no. */
function withoutServices(install) {
  const own = !existsSync(POLICY);
  if (own) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    if (own) rmSync(POLICY, { force: true });
  }
}

function installNeeds() {
  const wanted = NEEDS.filter((need) => long || need.long !== true);
  let missing = wanted.filter((need) => !has(need));
  if (missing.length === 0) return true;
  const packages = missing.map((need) => need.package);
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`installing ${packages.join(' ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env });
    withoutServices(() =>
      spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages, 'fonts-noto-cjk'], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env,
      }),
    );
    missing = wanted.filter((need) => !has(need));
  }
  for (const need of missing) console.log(`missing: ${need.package}, which ${need.for} needs`);
  if (missing.length > 0) console.log(`  sudo apt-get install ${missing.map((need) => need.package).join(' ')}`);
  return missing.length === 0;
}

const timed = async (name, action) => {
  const began = Date.now();
  const result = await action();
  times.push([name, Date.now() - began]);
  return result;
};

const times = [];
const totals = { passed: 0, failed: 0, skipped: 0 };

async function runCheck([name, command, args]) {
  console.log(`\n== ${name}`);
  const status = await timed(name, () => spawnSync(command, args, { stdio: 'inherit', cwd: root }).status);
  if (status === 0) totals.passed += 1;
  else totals.failed += 1;
  return status === 0;
}

/** Runs jest; what it says is passed on through a pipe, as two that draw on one terminal would draw over each other. */
function runJest(args, env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: root, env });
    child.stderr.on('data', (chunk) => process.stderr.write(chunk));
    child.on('close', (status, signal) => resolve({ status, signal }));
  });
}

async function runSuite(name, folder) {
  console.log(`\n== ${name}`);
  const output = join(folder, `${name}.json`);
  const jest = require.resolve('jest/bin/jest');
  const args = [
    jest,
    '--selectProjects',
    name,
    '--passWithNoTests=false',
    '--reporters=default',
    `--reporters=${join(__dirname, 'count-reporter.js')}`,
    `--maxWorkers=${WORKERS[name] ?? 2}`,
  ];
  const env = { ...process.env, VERIFY_COUNTS: output, ...(long ? { NIGHTJAR_TEST_LONG: '1' } : {}) };
  const result = await timed(name, () => runJest(args, env));
  if (!existsSync(output)) {
    console.log(`the suite ${name} ended without a result (${result.signal ?? result.status})`);
    totals.failed += 1;
    return;
  }
  const counts = JSON.parse(readFileSync(output, 'utf8'));
  for (const kind of Object.keys(totals)) totals[kind] += counts[kind];
  if (result.status !== 0 && counts.failed === 0) totals.failed += 1;
}

async function runSuites(names, folder) {
  const waiting = [...names];
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await runSuite(name, folder);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function verify() {
  const complete = installNeeds();
  const began = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-verify-'));
  const passed = [];
  for (const check of CHECKS) passed.push(await runCheck(check));
  const [isBuilt] = passed;
  if (isBuilt) await runSuites(long ? [...SUITES, ...LONG_SUITES] : SUITES, folder);
  rmSync(folder, { recursive: true, force: true });

  console.log(`\ntime (suites run ${LANES} at a time)`);
  for (const [name, milliseconds] of [...times, ['all', Date.now() - began]])
    console.log(`  ${name.padEnd(18)} ${(milliseconds / 1000).toFixed(1)} s`);
  if (!complete) console.log('\nsome tools are missing (see the top), so this is not a full verification');
  console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return totals.failed > 0 || !complete ? 1 : 0;
}

verify().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
