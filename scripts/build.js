// Compiles src/ into dist/; a build that fails leaves the old one in place.
const { spawnSync } = require('node:child_process');
const { chmodSync, existsSync, mkdtempSync, renameSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const fresh = mkdtempSync(join(root, 'dist-'));
const tsc = require.resolve('typescript/package.json').replace(/package\.json$/, 'bin/tsc');
const built = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh], {
  stdio: 'inherit',
});
if (built.status === 0) {
  // mkdtemp makes a folder for its maker alone; a clone may be run by others.
  chmodSync(fresh, 0o755);
  // Moved away before it is removed: who starts meanwhile finds one build or the other, but for an instant.
  const old = `${fresh}-old`;
  if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old);
  renameSync(fresh, join(root, 'dist'));
  rmSync(old, { recursive: true, force: true });
} else {
  rmSync(fresh, { recursive: true, force: true });
}
process.exit(built.status ?? 1);
