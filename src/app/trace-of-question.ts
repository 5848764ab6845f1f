import { stat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { readSpans } from '../adapters/telemetry/read-spans.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { TraceSpan } from '../events/trace-span.ts';
import type { QuestionTrace } from '../report/render-trace.ts';
import { isFolder } from './is-folder.ts';

/** Which of a run's traces are looked for. */
export interface TraceOfQuestionOptions {
  /** Of a question, or the position of a record that could not be read: `topic/partition/offset`. */
  readonly questionId: string;
  /** Absent: of the runs under `runs/` that know the question, the one that was traced last. */
  readonly runFolder?: string | undefined;
  /** Where runs are looked for. @defaultValue `runs` */
  readonly runRoot?: string | undefined;
}

/** Most times a question was asked that are told of. */
const MOST_TRACES = 10;
/** Most traces that are linked with one of them. */
const MOST_LINKED = 20;

/** A run's folder of traces. */
const storeOf = (runFolder: string): string => path.join(runFolder, 'traces');

/** Folders under `root`, up to two levels deep, that hold traces, those with the newest first. */
async function tracedRuns(root: string): Promise<string[]> {
  const below = async (folder: string): Promise<string[]> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => path.join(folder, name));
  };
  const runs = await below(root);
  const candidates = [...runs, ...(await Promise.all(runs.map(below))).flat()];
  const times = await Promise.all(
    candidates.map(async (run) => ({
      run,
      timeMs: await stat(storeOf(run)).then(
        ({ mtimeMs }) => mtimeMs,
        () => null,
      ),
    })),
  );
  return times
    .filter((entry): entry is { run: string; timeMs: number } => entry.timeMs !== null)
    .toSorted((a, b) => b.timeMs - a.timeMs)
    .map(({ run }) => run);
}

/**
 * Finds what a question went through in the traces that a run keeps in its folder, with what is linked to it: its
 * batch, the training steps that it was part of, what became of their adapters.
 *
 * @throws SeclError `FILE_UNREADABLE` where no run was traced; `USAGE` for an id that was not.
 */
export async function traceOfQuestion(options: TraceOfQuestionOptions): Promise<QuestionTrace> {
  const { questionId, runRoot = 'runs' } = options;
  const runs = options.runFolder === undefined ? await tracedRuns(runRoot) : [options.runFolder];
  const place = options.runFolder ?? `any run under ${runRoot}`;
  if (runs[0] === undefined || !(await isFolder(storeOf(runs[0]))))
    throw new SeclError('FILE_UNREADABLE', `there are no traces in ${place}`, {
      hint: 'Name the folder of a run with --run; its topology says whether traces are kept there (telemetry.traces.exporter: store).',
    });
  const isAsked = ({ attributes }: TraceSpan): boolean =>
    attributes['secl.question.id'] === questionId ||
    attributes['secl.question.position'] === questionId;
  let store = '';
  let found: TraceSpan[] = [];
  for (const run of runs) {
    store = storeOf(run);
    found = (await readSpans(store, [JSON.stringify(questionId)])).filter(isAsked);
    if (found.length > 0) break;
  }
  if (found.length === 0)
    throw new SeclError(
      'USAGE',
      `no question ${JSON.stringify(questionId)} was traced in ${place}`,
      {
        hint: 'Look for the id among the answers of the run; a trace may also be left out by telemetry.traces.ratio, or have made room for newer ones.',
      },
    );
  const ids = [...new Set(found.map(({ traceId }) => traceId))].reverse().slice(0, MOST_TRACES);
  // Whatever names one of the traces: their own spans, and those that link to them.
  const near = unique(await readSpans(store, ids));
  const traces = await Promise.all(
    ids.map(async (traceId) => {
      const spans = near.filter((span) => span.traceId === traceId);
      const linked = near.filter(
        (span) => span.traceId !== traceId && span.links.some((link) => link.traceId === traceId),
      );
      const ofOthers = [...new Set(linked.map((span) => span.traceId))].slice(0, MOST_LINKED);
      const others = ofOthers.length === 0 ? [] : unique(await readSpans(store, ofOthers));
      return { traceId, spans, related: relatedOf(others, new Set(ofOthers), traceId) };
    }),
  );
  return { questionId, traces };
}

/** Of traces that link to a question: all that belongs to it. Other questions' traces are left out. */
function relatedOf(
  spans: readonly TraceSpan[],
  traceIds: ReadonlySet<string>,
  own: string,
): TraceSpan[] {
  const steps = new Set(
    spans
      .filter(({ name, links }) => name === 'train' && links.some((link) => link.traceId === own))
      .map(({ spanId }) => spanId),
  );
  return spans.filter(
    (span) =>
      span.attributes['secl.question.id'] === undefined &&
      (traceIds.has(span.traceId) || span.links.some((link) => steps.has(link.spanId))),
  );
}

function unique(spans: readonly TraceSpan[]): TraceSpan[] {
  return [...new Map(spans.map((span) => [span.spanId, span])).values()];
}
