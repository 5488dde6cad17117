/** The import order of docs/ARCHITECTURE.md: errors, units → config → job → pure formats → engines → run → server → cli. */
const LEVELS = [
  ['errors', 'units', 'sha256'],
  ['config'],
  ['job', 'personalize', 'content', 'audience', 'report'],
  ['database', 'storage', 'queue', 'mail'],
  ['run'],
  ['server'],
  ['cli'],
];
const at = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;

/** Nothing imports from a level above its own. */
const upward = LEVELS.flatMap((level, index) => {
  const above = LEVELS.slice(index + 1).flat();
  return above.length === 0
    ? []
    : [
        {
          name: `${level.join('-')}-import-nothing-above`,
          severity: 'error',
          from: { path: at(level) },
          to: { path: at(above) },
        },
      ];
});

/** Within a level folders don't import each other, but for what is listed. */
const sideways = [
  ['config', []],
  ['job', []],
  ['personalize', []],
  ['content', ['job']],
  ['audience', ['job']],
  ['report', []],
  ['database', []],
  ['storage', []],
  ['queue', []],
  ['mail', []],
].map(([folder, allowed]) => {
  const level = LEVELS.find((names) => names.includes(folder)) ?? [];
  const others = level.filter((name) => name !== folder && !allowed.includes(name));
  return others.length === 0
    ? undefined
    : { name: `${folder}-stands-alone`, severity: 'error', from: { path: at([folder]) }, to: { path: at(others) } };
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...upward,
    ...sideways.filter(Boolean),
    {
      name: 'sample-stands-alone',
      severity: 'error',
      from: { path: '^src/sample/' },
      to: { path: '^src/(?!sample/)' },
    },
    {
      name: 'local-knows-only-the-protocol',
      severity: 'error',
      from: { path: '^src/local/' },
      to: { path: '^src/(?!local/|personalize/|errors\\.ts|units\\.ts)' },
    },
    {
      name: 'recommender-is-pure',
      severity: 'error',
      from: { path: '^src/local/recommender/' },
      to: { path: '^src/(?!local/recommender/)' },
    },
    {
      name: 'filters-are-pure',
      severity: 'error',
      from: { path: '^src/local/filters/' },
      to: { path: '^src/(?!local/filters/)' },
    },
    {
      name: 'only-cli-imports-local',
      severity: 'error',
      from: { path: '^src/(?!local/|cli/)' },
      to: { path: '^src/local/' },
    },
    {
      name: 'only-cli-imports-server',
      severity: 'error',
      from: { path: '^src/(?!server/|cli/)' },
      to: { path: '^src/server/' },
    },
    {
      name: 'only-server-speaks-http-frameworks',
      severity: 'error',
      from: { path: '^src/(?!server/)' },
      to: { path: 'node_modules/(fastify|prom-client)/' },
    },
    {
      name: 'only-cli-imports-sample',
      severity: 'error',
      from: { path: '^src/(?!sample/|cli/)' },
      to: { path: '^src/sample/' },
    },
    {
      name: 'pure-folders-touch-nothing',
      severity: 'error',
      from: { path: '^src/(job|personalize|content|audience|report|sample|local/recommender|local/filters)/' },
      to: { path: '^(node:)?(fs|fs/promises|http|https|net|child_process|os|worker_threads|dgram|tls|cluster)$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
