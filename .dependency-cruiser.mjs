import { ADAPTERS, ADAPTER_SEES, FOUNDATIONS, PURE_ROOMS, ROOMS } from './scripts/rooms.mjs';

/** A regular expression for any file of these rooms. */
const filesOf = (rooms) => `^src/(${[...rooms].join('|')})/`;

/** Rooms of the method, which never see a label or what was computed from one. */
const METHOD = ['secl', 'drift', 'learning', 'training', 'peft', 'operators', 'ports'];

/** Third-party code, however it was resolved. */
const NPM = [
  'npm',
  'npm-dev',
  'npm-optional',
  'npm-peer',
  'npm-bundled',
  'npm-no-pkg',
  'npm-unknown',
];

/** A regular expression for files of these packages, `@types` of them included. */
const packageFiles = (packages) =>
  packages.length === 0
    ? '^$'
    : `node_modules/(@types/)?(${packages.map((name) => name.replace('/', '(/|__)')).join('|')})/`;

const packageRule = (name, from, packages) => ({
  name: `packages-of-${name}`,
  comment: `${name} may import ${packages.join(', ') || 'no npm package'}. Put the code where the package lives, behind a port, or change scripts/rooms.mjs and say why in docs/decisions.md.`,
  severity: 'error',
  from: { path: from },
  to: { dependencyTypes: NPM, pathNot: packageFiles(packages) },
});

const roomRules = Object.entries(ROOMS).flatMap(([room, { sees, packages }]) => [
  {
    name: `arrows-of-${room}`,
    comment: `${room} sees only: ${[...FOUNDATIONS, ...sees].join(', ')}. Take what you need as an argument, or move it into a room both can see.`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: '^src/', pathNot: filesOf([room, ...FOUNDATIONS, ...sees]) },
  },
  packageRule(room, `^src/${room}/`, packages),
]);

const adapterRules = Object.entries(ADAPTERS).flatMap(([adapter, packages]) => [
  {
    name: `arrows-of-adapter-${adapter}`,
    comment: 'An adapter sees ports and pure rooms, never another adapter; let app join the two.',
    severity: 'error',
    from: { path: `^src/adapters/${adapter}/` },
    to: {
      path: '^src/',
      pathNot: `^src/(adapters/${adapter}|${[...FOUNDATIONS, ...ADAPTER_SEES].join('|')})/`,
    },
  },
  packageRule(`adapter-${adapter}`, `^src/adapters/${adapter}/`, packages),
]);

/** This package by its own name: its built index, or, where nothing is built, the bare name. */
const SURFACE = '^build/src/index\\.d\\.ts$|^secl-stream$';

/** Operators that may know labels say so in their file names. */
const LABEL_OPERATORS = '^src/operators/(calibrat|label)[^/]*\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    ...adapterRules,
    {
      name: 'rooms-are-known',
      comment: 'A folder of src/ (or of src/adapters/) must have its line in scripts/rooms.mjs.',
      severity: 'error',
      from: {},
      to: {
        path: '^src/[^/]+/',
        pathNot: `^src/((${Object.keys(ROOMS).join('|')})|adapters/(${Object.keys(ADAPTERS).join('|')}))/`,
      },
    },
    {
      name: 'index-re-exports-rooms',
      comment:
        'The public surface is made of rooms, the command line left out; put what others need into app.',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '.', pathNot: '^src/(?!cli/)' },
    },
    {
      name: 'rooms-never-import-index',
      comment: 'Import the file itself: through the index every room would see all others.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'pure-rooms-use-no-built-ins',
      comment: 'Pure rooms do no I/O: take bytes, text, time or a hash function as an argument.',
      severity: 'error',
      from: { path: filesOf(PURE_ROOMS) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'labels-reach-metrics-only',
      comment:
        'The method never reads a label: only operators named calibrate-* or label-* may import feedback.',
      severity: 'error',
      from: { path: filesOf(METHOD), pathNot: LABEL_OPERATORS },
      to: { path: '^src/events/feedback\\.ts$' },
    },
    {
      name: 'metrics-stay-out-of-the-method',
      comment: 'Metrics are computed from labels: only operators named calibrate-* or label-* may.',
      severity: 'error',
      from: { path: filesOf(METHOD), pathNot: LABEL_OPERATORS },
      to: { path: ['^src/calibration/', LABEL_OPERATORS] },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that import each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'sources-never-import-tests',
      comment: 'Code that ships must not depend on test or bench code.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts|examples)/' },
    },
    {
      name: 'examples-use-the-surface',
      comment: 'An example shows what users can import: secl-stream itself, and rxjs.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '.', pathNot: `${SURFACE}|node_modules/rxjs/` },
    },
    {
      name: 'packages-are-declared',
      comment: 'A package that is not in package.json may vanish with any update.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/@types/node/' },
    },
    {
      name: 'sources-use-production-packages',
      comment: 'src/ is what users install; move the package to dependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'imports-resolve',
      comment: 'The file or package does not exist.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: SURFACE },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|^build/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
    reporterOptions: {
      archi: { collapsePattern: '^src/(adapters/[^/]+|[^/]+)/' },
    },
  },
};
