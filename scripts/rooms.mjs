/**
 * The rooms of `src/` and their arrows, in one table. `.dependency-cruiser.mjs` turns it into rules,
 * `eslint.config.js` takes the list of pure rooms from it, `docs/architecture.md` its picture.
 *
 * - `sees`: rooms that may be imported. A room always sees itself, `errors` and `random`.
 * - `packages`: npm packages that may be imported.
 * - `pure`: no I/O, no clock, no unseeded randomness, no environment, no Node.js built-in modules.
 */

/** Rooms that every other room may import. */
export const FOUNDATIONS = ['errors', 'random'];

export const ROOMS = {
  errors: { pure: true, sees: [], packages: [] },
  random: { pure: true, sees: [], packages: [] },
  text: { pure: true, sees: [], packages: [] },
  calibration: { pure: true, sees: [], packages: [] },
  drift: { pure: true, sees: [], packages: [] },
  events: { pure: true, sees: [], packages: [] },
  verdict: { pure: true, sees: ['events'], packages: [] },
  alerts: { pure: true, sees: ['events', 'verdict'], packages: [] },
  ports: { pure: true, sees: ['events'], packages: ['rxjs'] },
  broker: { pure: true, sees: ['ports'], packages: ['rxjs'] },
  secl: { pure: true, sees: ['events', 'ports', 'text'], packages: [] },
  learning: { pure: true, sees: ['events', 'ports', 'secl'], packages: [] },
  decoding: { pure: true, sees: ['ports'], packages: [] },
  gguf: { pure: true, sees: [], packages: [] },
  graph: { pure: true, sees: ['gguf'], packages: ['protobufjs'] },
  model: { pure: true, sees: ['gguf', 'graph', 'ports'], packages: [] },
  training: { pure: true, sees: ['events', 'gguf', 'graph', 'model', 'ports'], packages: [] },
  peft: { pure: true, sees: ['events', 'ports'], packages: [] },
  tokenizer: {
    pure: true,
    sees: ['gguf', 'ports'],
    packages: ['@huggingface/jinja'],
  },
  streams: { pure: true, sees: ['events', 'text'], packages: [] },
  operators: {
    pure: true,
    sees: ['calibration', 'drift', 'events', 'learning', 'ports', 'secl', 'text', 'verdict'],
    packages: ['rxjs'],
  },
  topology: {
    pure: true,
    sees: [
      ...['calibration', 'drift', 'events', 'learning', 'operators', 'ports', 'secl', 'text'],
      ...['alerts', 'verdict'],
    ],
    packages: ['rxjs', 'yaml'],
  },
  report: { pure: true, sees: ['calibration', 'events', 'verdict'], packages: [] },
  'dashboard-view': {
    pure: true,
    sees: ['calibration', 'events', 'report', 'verdict'],
    packages: [],
  },
  dashboard: { pure: false, sees: ['broker', 'dashboard-view', 'events', 'ports'], packages: [] },
  app: {
    pure: false,
    sees: [
      ...[
        'adapters',
        'broker',
        'calibration',
        'dashboard',
        'dashboard-view',
        'decoding',
        'drift',
        'events',
        'gguf',
        'graph',
        'learning',
        'model',
        'operators',
      ],
      ...['peft', 'ports', 'report', 'secl', 'streams', 'text', 'tokenizer', 'topology'],
      ...['alerts', 'training', 'verdict'],
    ],
    packages: ['rxjs'],
  },
  cli: { pure: false, sees: ['app'], packages: ['cli-progress', 'commander'] },
};

/** What every adapter sees; adapters never see each other. */
export const ADAPTER_SEES = [
  ...['broker', 'calibration', 'decoding', 'drift', 'events', 'gguf', 'graph', 'model', 'peft'],
  ...['ports', 'secl', 'streams', 'text', 'tokenizer', 'training'],
];

/** npm packages by adapter, one library each (and `rxjs`, which the ports speak; Kafka's has a decompressor besides). */
export const ADAPTERS = {
  avro: ['avsc'],
  'embedded-log': ['classic-level', 'rxjs'],
  files: [],
  hub: ['classic-level', 'undici', 'yauzl'],
  kafka: ['fzstd', 'kafkajs', 'rxjs'],
  memory: ['rxjs'],
  onnx: ['onnxruntime-common', 'onnxruntime-node'],
  passes: [],
  registry: [],
  system: [],
  telemetry: ['@opentelemetry'],
  trainer: ['onnxruntime-common', 'onnxruntime-node'],
  webhook: [],
};

/** Names of the rooms above the line of purity. */
export const PURE_ROOMS = Object.keys(ROOMS).filter((room) => ROOMS[room].pure);
