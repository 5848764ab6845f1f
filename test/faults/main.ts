/**
 * Fault rounds on a real broker: questions go in, workers and a trainer answer them as processes of their
 * own, and something goes wrong at a random moment. Afterwards every question must have exactly one
 * committed answer, the same as in an undisturbed run, and state and adapters must be equal too; where training goes on
 * beside the answers (`async`), each answer must be what follows from the adapter that it names, and the lineage of the
 * adapters unbroken.
 *
 * `--help` says what it takes. A failing round names its seed: replay it with `--rounds 1 --seed S --only FAULT`. Rounds of
 * a real model have few questions; where batches are cut by time (`off`), such models come to other numbers, so they are
 * for `--mode barrier`. With `--registry` every record has its frame, and each process asks the registry for schemas; the
 * embedded log has none, so `slow-disk` is left out then.
 * `hit` counts the rounds in which there was still something to answer when the fault struck.
 * Ctrl-C ends after the round under way. The last line is the counts as JSON. Exits with 1 on any loss.
 */
import { Command, Option } from 'commander';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import { STAND_IN } from '../../src/app/open-language-model.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { openProxy } from '../support/cuttable-proxy.ts';
import { KAFKA_VERSION } from '../support/kafka-jars.ts';
import { kafkaSkip, startKafka } from '../support/kafka-server.ts';
import { startRegistryProcess } from '../support/registry-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { asyncFaults } from './check-async.ts';
import { compareLeavings } from './compare-leavings.ts';
import { faultTopology, type FaultMode } from './fault-config.ts';
import {
  questionsOf,
  runRound,
  type FaultWorld,
  type Leavings,
  type RoundSpec,
} from './fault-round.ts';
import { FAULT_NAMES, FAULTS, modesOf } from './faults.ts';
import { registeredRecords } from './registered-records.ts';
import { runSlowDisk } from './slow-disk-rounds.ts';

interface FaultOptions {
  readonly rounds: string;
  readonly seed?: string;
  readonly only?: string;
  readonly mode?: string;
  readonly model: string;
  readonly registry: boolean;
  readonly kafka: string;
}

const values = new Command()
  .name('npm run test:faults --')
  .description('break things at random moments, and look whether every question has one answer')
  .option('--rounds <n>', 'how many', '9')
  .option('--seed <s>', 'of the first, counted up (default: the time)')
  .option('--only <faults>', `some of ${FAULT_NAMES.join(', ')}, with commas between`)
  .addOption(
    new Option('--mode <mode>', 'only rounds of this one').choices(['off', 'async', 'barrier']),
  )
  .option('--model <name>', 'one of the catalogue, for rounds with --mode barrier', STAND_IN)
  .option('--registry', 'a schema registry in the path', false)
  .option('--kafka <version>', 'of the broker', KAFKA_VERSION)
  .parse()
  .opts<FaultOptions>();
const skip = kafkaSkip(values.kafka);
if (skip !== false || process.env['KAFKA_BROKERS'] !== undefined) {
  console.error(skip === false ? 'Fault rounds kill their broker: unset KAFKA_BROKERS.' : skip);
  process.exit(1);
}
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const rounds = Number(values.rounds);
const names = values.only?.split(',') ?? FAULT_NAMES;
if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed)) {
  console.error('--rounds takes a whole number of at least 1, --seed a whole number.');
  process.exit(1);
}
const plan = names
  .flatMap((fault) => modesOf(fault).map((mode) => ({ fault, mode })))
  .filter(({ mode }) => values.mode === undefined || mode === values.mode)
  .filter(({ mode }) => !values.registry || mode !== 'embedded');
if (plan.length === 0 || names.some((name) => !FAULT_NAMES.includes(name))) {
  console.error(`No round fits --only and --mode. Faults are ${FAULT_NAMES.join(', ')}.`);
  process.exit(1);
}
const planned = Array.from({ length: rounds }, (_, round) => ({
  ...plan[round % plan.length]!,
  seed: seed + round,
}));
const onKafka = planned.flatMap(({ mode, ...rest }): readonly RoundSpec[] =>
  mode === 'embedded' ? [] : [{ mode, ...rest }],
);
const onDisk = planned.filter(({ mode }) => mode === 'embedded');

let target = 0;
const proxy = await openProxy(() => target);
const server = await startKafka({ advertisedPort: proxy.port, version: values.kafka });
target = server.port ?? 0;
const broker = await openKafkaBroker({
  brokers: server.brokers,
  clientId: 'faults',
  clock: SYSTEM_CLOCK,
  patienceMs: 120_000,
});
const schemas = values.registry ? await startRegistryProcess() : undefined;
const registry = schemas?.url ?? null;
const world: FaultWorld = {
  ...{ brokers: server.brokers, broker, registry, folder: temporaryFolder(), model: values.model },
  records: await registeredRecords(registry, faultTopology('off')),
};
const started = performance.now();
const wanted = new Map<string, Leavings>();
const counts: Record<string, { rounds: number; hit: number; failed: number }> = {};
const failures: { fault: string; mode: string; seed: number; faults: readonly string[] }[] = [];
let restarts = 0;

const note = (name: string, wasHit: boolean, faults: readonly string[]): void => {
  const count = (counts[name] ??= { rounds: 0, hit: 0, failed: 0 });
  count.rounds += 1;
  if (wasHit) count.hit += 1;
  if (faults.length > 0) count.failed += 1;
};

/** Of no two rounds that train while they answer is everything equal: their questions are those of `off`. */
const likeOf = (mode: FaultMode): FaultMode => (mode === 'async' ? 'off' : mode);
for (const mode of new Set(onKafka.map((each) => likeOf(each.mode)))) {
  const { leavings, complete, complaints } = await runRound(
    world,
    { fault: 'none', mode, seed },
    () => Promise.resolve(),
  );
  if (!complete) throw new Error(`the undisturbed run did not end: ${complaints.join('\n')}`);
  wanted.set(mode, leavings);
}
let isStopping = false;
process.once('SIGINT', () => {
  console.error('stopping after this round');
  isStopping = true;
});
const isOver = (): boolean => isStopping;
for (const spec of onKafka) {
  if (isOver()) break;
  const { fault, mode } = spec;
  const begun = performance.now();
  let faults: readonly string[];
  let wasHit = false;
  try {
    const { leavings, records, complete, complaints, stuck, hit } = await runRound(
      world,
      spec,
      (scene) => FAULTS[fault]!({ ...scene, server, proxy }),
    );
    const due = wanted.get(likeOf(mode))!;
    restarts += complaints.length;
    wasHit = hit;
    faults = [
      ...(complete ? [] : ['it got stuck', ...complaints]),
      ...(stuck > 0 ? [`${stuck} processes did not stop when told to`] : []),
      ...(mode === 'async'
        ? await asyncFaults(records, questionsOf(mode, STAND_IN), leavings.state, due.state)
        : compareLeavings(leavings, due)),
    ];
    for (const complaint of complaints) console.error(`  restarted ${complaint.slice(-600)}`);
  } catch (error) {
    faults = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
  const name = `${fault} ${mode}`;
  note(name, wasHit, faults);
  if (faults.length > 0) failures.push({ ...spec, faults });
  const took = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${name}, seed ${spec.seed} (${took} s)`);
  for (const sentence of faults) console.log(`     ${sentence}`);
}
if (onDisk[0] !== undefined && !isOver()) {
  const { kills, differences } = await runSlowDisk(world.folder, onDisk.length, onDisk[0].seed);
  for (let i = 0; i < kills; i++) note('slow-disk embedded', true, []);
  if (differences.length > 0) {
    note('slow-disk embedded', true, differences);
    failures.push({ ...onDisk[0], faults: differences });
  }
  for (const sentence of differences) console.log(`     ${sentence}`);
}
await broker.close();
await server.stop();
await schemas?.stop();
await proxy.close();
const ran = Object.values(counts).reduce((sum, count) => sum + count.rounds, 0);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  JSON.stringify({
    seed,
    model: values.model,
    kafka: values.kafka,
    registry: values.registry,
    rounds: ran,
    failed: failures.length,
    restarts,
    seconds,
    counts,
    failures,
  }),
);
process.exitCode = failures.length > 0 ? 1 : 0;
