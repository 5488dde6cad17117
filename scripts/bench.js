// Runs benchmarks: `npm run bench -- parse recommender [--json]`; all of bench/ where none is named.
const { spawnSync } = require('node:child_process');
const { readdirSync } = require('node:fs');
const { cpus } = require('node:os');
const { join } = require('node:path');

const root = join(__dirname, '..');
const names = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const json = process.argv.includes('--json');

async function main() {
  const tsc = require.resolve('typescript/package.json').replace(/package\.json$/, 'bin/tsc');
  const built = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.bench.json')], {
    stdio: ['ignore', 2, 2],
  });
  if (built.status !== 0) process.exit(1);
  const all = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.ts'));
  const found = all.map((file) => [
    file.replace('.ts', ''),
    require(join(root, 'dist-bench', 'bench', file.replace('.ts', '.js'))),
  ]);
  const chosen = found.filter(
    ([name, module]) => typeof module.run === 'function' && (names.length === 0 || names.includes(name)),
  );
  const results = {};
  for (const [name, module] of chosen) {
    results[name] = await module.run();
    if (!json) print(name, results[name]);
  }
  if (json)
    console.log(
      JSON.stringify({ version: 1, node: process.version, cpus: cpus().map((cpu) => cpu.model), results }, null, 2),
    );
}

function print(name, lines) {
  console.log(`\n${name}`);
  for (const { subject, figures } of lines) {
    const text = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`);
    console.log(`  ${subject.padEnd(44)} ${text.join('  ')}`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
