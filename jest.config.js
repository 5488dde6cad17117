// The SDK's notice about coming Node versions would stand in every suite's output.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    },
  ],
  // ES modules, which jest's require can't load on Node 20.
  '/node_modules/hyparquet.*\\.js$': ['@swc/jest', { jsc: { target: 'es2023' }, module: { type: 'commonjs' } }],
};

/** One project per suite, so that `npm test -- --selectProjects unit` runs one of them. */
const project = (displayName, testMatch) => ({
  displayName,
  testMatch: testMatch.map((glob) => `<rootDir>/test/${glob}`),
  transform,
  transformIgnorePatterns: ['/node_modules/(?!hyparquet)'],
  // What the command line loads when a verb is called is named as Node wants it.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironment: '<rootDir>/test/support/shared-packages/environment.js',
  runtime: '<rootDir>/test/support/shared-packages/runtime.js',
  extensionsToTreatAsEsm: [],
});

const UNIT = [
  '*.test.ts',
  ...['config', 'job', 'personalize', 'content', 'audience', 'report', 'sample'].map((f) => `${f}/**/*.test.ts`),
];
const SERVICES = ['database', 'storage', 'queue', 'mail', 'run', 'server'].map((f) => `${f}/**/*.test.ts`);

module.exports = {
  testTimeout: 60_000,
  projects: [
    project('unit', UNIT),
    project('services', SERVICES),
    project('local', ['local/**/*.test.ts']),
    project('architecture', ['architecture/**/*.test.ts']),
    project('cli', ['cli/**/*.test.ts']),
    project('conformance', ['conformance/**/*.test.ts']),
    project('e2e', ['e2e/**/*.test.ts']),
    project('faults', ['faults/**/*.test.ts']),
    project('faults-long', ['faults/**/*.long.ts']),
    project('mails-long', ['content/**/*.long.ts', 'mail/**/*.long.ts']),
    project('browser', ['browser/**/*.test.ts']),
    project('real-data', ['real-data/**/*.test.ts']),
  ],
};
