/**
 * Loads packages once per worker process and not once per test file, which costs more than most files' tests.
 * Nightjar's own modules, the test files and jest-circus are loaded anew for each file, as jest does.
 */
const { sep } = require('node:path');
const { compileFunction } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

const PACKAGES = `${sep}node_modules${sep}`;
const CIRCUS = `${PACKAGES}jest-circus${sep}`;

module.exports = class SharedPackages extends Runtime {
  /** Parameters are those of jest's runtime; the fourth is its transformer. */
  constructor(...given) {
    super(...given);
    const [, , , transformer] = given;
    // What jest has to transform, such as packages of ES modules only, Node could not load.
    this.isShared = (file) => file.includes(PACKAGES) && !file.includes(CIRCUS) && !transformer.shouldTransform(file);
    const { executor } = this;
    executor.compile = (source, filename) => compileFunction(source, executor.injectedModuleParameters, { filename });
  }

  requireModule(from, name, ...rest) {
    if (name === undefined || this._resolution.isCoreModule(name)) return super.requireModule(from, name, ...rest);
    const file = this._resolution.resolveCjs(from, name);
    return this.isShared(file) ? require(file) : super.requireModule(from, name, ...rest);
  }
};
