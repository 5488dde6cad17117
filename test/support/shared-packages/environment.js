/** Runs test files in the realm of their worker process, as `runtime.js` needs it, and leaves each a process as the first had it. */
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** What jest-circus leaves on the global object, by description: its state, and what a file has set by `jest.setTimeout` and `jest.retryTimes`. */
const OF_A_FILE = new Set([
  'JEST_STATE_SYMBOL',
  'EVENT_HANDLERS',
  'TEST_TIMEOUT_SYMBOL',
  'RETRY_TIMES',
  'RETRY_TIMES_SETTER',
  'RETRY_IMMEDIATELY',
  'WAIT_BEFORE_RETRY',
  'LOG_ERRORS_BEFORE_RETRY',
]);

module.exports = class SharedRealm {
  constructor({ projectConfig }) {
    const { console, process } = globalThis;
    const { exit, getBuiltinModule, env } = process;
    this.before = { console, process: { exit, getBuiltinModule, env }, variables: { ...env }, cwd: process.cwd() };
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimers = null;
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {}

  async teardown() {
    const { console, process: own, variables, cwd } = this.before;
    this.fakeTimersModern.dispose();
    for (const symbol of Object.getOwnPropertySymbols(globalThis))
      if (OF_A_FILE.has(symbol.description)) delete globalThis[symbol];
    globalThis.console = console;
    Object.assign(process, own);
    for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
    Object.assign(process.env, variables);
    process.chdir(cwd);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** There is none: `runtime.js` compiles for this realm. */
  getVmContext() {
    return null;
  }
};
