import { InvalidArgumentError, Option, type Command } from 'commander';
import type { AdapterManifest } from '../app/adapter-manifest.ts';
import type { DecideByHandOptions, DecidedByHand } from '../app/decide-by-hand.ts';
import type { ImportAdapterOptions } from '../app/import-adapter.ts';
import type { ShownAdapter } from '../app/list-adapters.ts';
import { isoInstant } from '../app/instant-text.ts';
import { DEFAULT_MODEL, formatBytes } from '../app/model-choices.ts';
import { terminalText } from '../app/terminal-text.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createProgressView, isQuiet } from './progress.ts';
import { wholeNumber } from './whole-number.ts';

/** Options of every adapter command. */
interface CommonOptions {
  readonly run: string;
  readonly topology?: string;
  readonly lineage?: string;
  readonly json?: true;
}

interface ExportCommandOptions extends CommonOptions {
  readonly out: string;
  readonly baseModel?: string;
}

interface ImportCommandOptions extends CommonOptions {
  readonly model: string;
  readonly scope?: ImportAdapterOptions['scope'];
  readonly cache?: string;
  readonly offline?: true;
}

/** Adds `secl adapter list|show|rollback|export|import|freeze|unfreeze`. */
export function registerAdapterCommands(program: Command): void {
  const adapter = program
    .command('adapter')
    .description('see, put back, export and import the adapters of a run')
    .addHelpText(
      'after',
      `
A run is the folder that \`secl replay\` or \`secl start\` keeps its log in. One process at a time
has it open: stop the worker before. What is decided here is obeyed at its next start.`,
    );
  registerList(adapter);
  registerShow(adapter);
  registerRollback(adapter);
  registerExport(adapter);
  registerImport(adapter);
  registerFreeze(adapter, true);
  registerFreeze(adapter, false);
}

function registerList(adapter: Command): void {
  const command = adapter.command('list').description('show every version and what became of it');
  addCommonOptions(command).action(async (options: CommonOptions) => {
    const { listAdapters } = await import('../app/list-adapters.ts');
    const listed = await listAdapters(where(options));
    print(options, listed, () =>
      [
        `${listed.lineage}: ${stateText(listed)}`,
        ...(listed.versions.length === 0 ? ['  no version yet'] : listed.versions.map(listText)),
      ].join('\n'),
    );
  });
}

function registerShow(adapter: Command): void {
  const command = adapter
    .command('show')
    .description(
      'show one version: where it came from, what it was trained on, whether it is whole',
    )
    .argument('<version>', 'version from `secl adapter list`', versionNumber(1));
  addCommonOptions(command).action(async (version: number, options: CommonOptions) => {
    const { showAdapter } = await import('../app/list-adapters.ts');
    const shown = await showAdapter(version, where(options));
    print(options, shown, () => showText(shown));
  });
}

function registerRollback(adapter: Command): void {
  const command = adapter
    .command('rollback')
    .description('put a version in place; 0 takes the adapter away')
    .argument('<version>', 'version from `secl adapter list`, or 0', versionNumber(0))
    .addHelpText(
      'after',
      `
Training goes on from that version: freeze it to stop that.

Examples:
  secl adapter rollback 3 --run runs/qa      the third version acts again
  secl adapter rollback 0 --run runs/qa      the base model alone`,
    );
  addCommonOptions(command).action(async (version: number, options: CommonOptions) => {
    const { rollBackAdapter } = await import('../app/decide-by-hand.ts');
    const decided = await rollBackAdapter(version, where(options));
    print(options, decided, () => decidedText(decided));
  });
}

function registerExport(adapter: Command): void {
  const command = adapter
    .command('export')
    .description('write a version as a folder that PEFT loads, with a manifest')
    .argument('<version>', 'version from `secl adapter list`', versionNumber(1))
    .requiredOption('--out <folder>', 'folder to write; it must not exist, or be empty')
    .option('--base-model <name>', 'what adapter_config.json calls the base model')
    .addHelpText(
      'after',
      `
In Python: PeftModel.from_pretrained(model, FOLDER). PEFT lets an adapter act at every position; that
equals what happens here for the scope "conversation" alone.`,
    );
  addCommonOptions(command).action(async (version: number, options: ExportCommandOptions) => {
    const { exportAdapter } = await import('../app/export-adapter.ts');
    const { out, baseModel } = options;
    const manifest = await exportAdapter(version, { ...where(options), out, baseModel });
    print(options, { ...manifest, out }, () => `version ${version} is in ${out}`);
  });
}

function registerImport(adapter: Command): void {
  const command = adapter
    .command('import')
    .description(
      'bring in a LoRA adapter that PEFT wrote, as the next version; it does not act yet',
    )
    .argument('<folder>', 'folder with adapter_model.safetensors and adapter_config.json')
    .option(
      '--model <name>',
      'base model: name from `secl model list`, or a GGUF file',
      DEFAULT_MODEL,
    )
    .addOption(
      new Option('--scope <scope>', 'where it acts (else where the newest version does)').choices([
        'position',
        'turn',
        'conversation',
      ]),
    )
    .option('--cache <folder>', 'cache folder of models (SECL_CACHE_DIR)')
    .option('--offline', 'try local paths only (SECL_OFFLINE=1)')
    .addHelpText(
      'after',
      `
Plain LoRA on the model's own sites is taken. Rank and alpha patterns, rsLoRA, DoRA, biases and saved
modules are refused; docs/adapters.md lists the codes.

Example:
  secl adapter import ./my-adapter --run runs/qa && secl adapter rollback 1 --run runs/qa`,
    );
  addCommonOptions(command).action(async (folder: string, options: ImportCommandOptions) => {
    const { importAdapter } = await import('../app/import-adapter.ts');
    const { importBase } = await import('../app/import-base.ts');
    const { openModelStore } = await import('../app/model-store.ts');
    const base = (): ReturnType<typeof importBase> =>
      withProgress(options, (onProgress, signal) =>
        importBase(
          openModelStore({ cacheFolder: options.cache, offline: options.offline }),
          options.model,
          { onProgress, signal },
          options.topology,
        ),
      );
    const manifest = await importAdapter(folder, { ...where(options), base, scope: options.scope });
    const { version, lineage } = manifest;
    print(
      options,
      manifest,
      () =>
        `version ${version} of ${lineage} is imported; put it in place with \`secl adapter rollback ${version} --run ${options.run}\``,
    );
  });
}

function registerFreeze(adapter: Command, frozen: boolean): void {
  const command = adapter
    .command(frozen ? 'freeze' : 'unfreeze')
    .description(
      frozen ? 'stop training; what acts goes on acting' : 'let training go on after a freeze',
    );
  addCommonOptions(command).action(async (options: CommonOptions) => {
    const { freezeAdapters } = await import('../app/decide-by-hand.ts');
    const decided = await freezeAdapters(frozen, where(options));
    print(options, decided, () => decidedText(decided));
  });
}

function addCommonOptions(command: Command): Command {
  return command
    .requiredOption('--run <folder>', 'folder of the run; needed')
    .option('--topology <file>', 'topology that names the topics (else the default one)')
    .option('--lineage <name>', 'line of adapters, if the run has several')
    .option('--json', 'print one JSON object');
}

function where({ run, topology, lineage }: CommonOptions): DecideByHandOptions {
  return { runFolder: run, topology, lineage };
}

function versionNumber(least: number): (text: string) => number {
  const parse = wholeNumber(least);
  return (text) => {
    // Versions are 32-bit integers on the wire.
    if (Number(text) > 2 ** 31 - 1) throw new InvalidArgumentError('There is no such version.');
    return parse(text);
  };
}

/** Runs work with progress on stderr; Ctrl-C stops it. */
async function withProgress<T>(
  options: CommonOptions,
  work: (
    onProgress: ReturnType<typeof createProgressView>['update'],
    signal: AbortSignal,
  ) => Promise<T>,
): Promise<T> {
  const view = createProgressView({
    stream: process.stderr,
    silent: isQuiet(options.json, process.stderr),
  });
  const interrupt = listenForInterrupt(() => {
    view.stop();
  });
  try {
    return await work(view.update, interrupt.drain);
  } finally {
    view.stop();
    interrupt.dispose();
  }
}

function print(options: CommonOptions, value: unknown, text: () => string): void {
  // Ids, trainers and reasons are texts of others.
  console.log(options.json === true ? JSON.stringify(value, null, 2) : terminalText(text()));
}

function stateText(state: { readonly activeVersion: number; readonly frozen: boolean }): string {
  const acting =
    state.activeVersion === 0 ? 'no adapter acts' : `version ${state.activeVersion} acts`;
  return state.frozen ? `${acting}, frozen` : acting;
}

function decidedText({ decision, lineage, ...state }: DecidedByHand): string {
  const already = decision === null ? ' already; nothing was changed' : '';
  return `${lineage}: ${stateText(state)}${already}`;
}

function listText(version: AdapterManifest): string {
  const { loss, decisions, status } = version;
  const refusal = status === 'refused' ? ` (${decisions.at(-1)?.code ?? ''})` : '';
  const facts = [
    `${version.active ? '*' : ' '} ${version.version}`,
    `${status}${refusal}`,
    version.parentVersion === 0 ? 'from base' : `from ${version.parentVersion}`,
    version.scope,
    ...(loss === null ? [] : [`loss ${loss.before.toFixed(4)} → ${loss.after.toFixed(4)}`]),
    version.batchId === null ? 'imported' : `${version.trainedOn.length} questions`,
    formatBytes(version.sizeBytes),
  ];
  return facts.join(' · ');
}

function showText(shown: ShownAdapter): string {
  const { lora, loss, heldOutError, meanConfidence } = shown;
  const change = (what: string, pair: AdapterManifest['loss']): string[] =>
    pair === null ? [] : [`${what}: ${pair.before.toFixed(4)} → ${pair.after.toFixed(4)}`];
  return [
    `version ${shown.version} of ${shown.lineage}: ${shown.status}${shown.active ? ', acts' : ''}`,
    `from: ${shown.parentVersion === 0 ? 'the base model' : `version ${shown.parentVersion}`}, ${shown.batchId === null ? 'imported' : `batch ${shown.batchId}`}, by ${shown.trainer}`,
    `base (SHA-256): ${shown.baseSha256}`,
    `scope: ${shown.scope}`,
    `LoRA: rank ${lora.rank}, alpha ${lora.alpha}, on ${lora.projections.join(', ')} of the last ${lora.lastLayers} layers`,
    ...change('loss', loss),
    ...change('distance from held-out targets', heldOutError),
    ...change('mean confidence', meanConfidence),
    `trained on: ${shown.trainedOn.length} questions, ${shown.forwardTokens} positions, ${Math.round(shown.durationMs)} ms`,
    `bytes (SHA-256): ${shown.sha256}, ${formatBytes(shown.sizeBytes)}, ${shown.fault === null ? 'whole' : `${shown.fault.code}: ${shown.fault.reason}`}`,
    ...shown.decisions.map(
      ({ decision, code, reason, decidedAtMs }) =>
        `${isoInstant(decidedAtMs) ?? '–'} ${decision} (${code}): ${reason}`,
    ),
  ].join('\n');
}
