import type { TraceSpan } from '../events/trace-span.ts';
import { traceTree, type TraceNode } from './trace-tree.ts';

/** A question's way, as it was kept. */
export interface QuestionTrace {
  readonly questionId: string;
  /** One a time the question was asked, newest first. */
  readonly traces: readonly {
    readonly traceId: string;
    readonly spans: readonly TraceSpan[];
    /** Traces that it is linked to or that are linked to it: its batch, training steps, adapters. */
    readonly related: readonly TraceSpan[];
  }[];
}

/** Width of the bar that shows when a span was. */
const BAR = 24;
/** Narrowest and widest first column: `verbalize (chat MODEL)` fits with the models of the catalogue. */
const LABEL = { least: 46, most: 64 };

/** Attributes that say the most of a span, with how they are shown. */
const SHOWN: readonly (readonly [name: string, label: string])[] = [
  ['gen_ai.usage.input_tokens', 'in'],
  ['gen_ai.usage.output_tokens', 'out'],
  ['secl.confidence.value', 'confidence'],
  ['secl.gate.burst', 'burst'],
  ['secl.gate.alarm', 'alarm'],
  ['secl.score.pTrue', 'P(True)'],
  ['secl.score.normalizedPTrue', 'NormPTrue'],
  ['messaging.batch.message_count', 'records'],
  ['secl.batch.samples', 'samples'],
  ['secl.adapter.version', 'adapter'],
  ['secl.adapter.loss_before', 'loss before'],
  ['secl.adapter.loss_after', 'loss after'],
  ['secl.adapter.decision.reason', ''],
  ['secl.dead_letter.code', 'dead letter'],
];

/** Control characters, and those that turn the direction of text: names come from records. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const safe = (text: string): string => text.replace(UNSAFE, '\u{fffd}');

function shown(value: TraceSpan['attributes'][string]): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(3);
  return safe(String(value)).slice(0, 80);
}

/** Milliseconds as a person reads them. */
function duration(ms: number): string {
  return ms < 10_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function bar(startMs: number, endMs: number, from: number, span: number): string {
  const at = (ms: number): number => Math.round(((ms - from) / span) * BAR);
  const first = Math.min(BAR - 1, Math.max(0, at(startMs)));
  const last = Math.max(first + 1, Math.min(BAR, at(endMs)));
  return `${'·'.repeat(first)}${'█'.repeat(last - first)}${'·'.repeat(BAR - last)}`;
}

function labelOf({ name, attributes }: TraceSpan): string {
  const phase = attributes['secl.phase'];
  return phase === undefined || phase === name ? safe(name) : `${shown(phase)} (${safe(name)})`;
}

function notesOf({ attributes, failure }: TraceSpan): string {
  const notes = SHOWN.flatMap(([name, label]) => {
    const value = attributes[name];
    return value === undefined ? [] : [`${label} ${shown(value)}`.trim()];
  });
  return [...notes, ...(failure === null ? [] : [`FAILED ${safe(failure)}`])].join(', ');
}

/** The lines of one trace's spans, with times from its beginning. */
function linesOf(spans: readonly TraceSpan[]): string[] {
  const from = Math.min(...spans.map(({ startMs }) => startMs));
  const whole = Math.max(...spans.map(({ endMs }) => endMs)) - from || 1;
  const rows: { readonly label: string; readonly span: TraceSpan }[] = [];
  const walk = (nodes: readonly TraceNode[], indent: string, root: boolean): void => {
    nodes.forEach(({ span, children }, i) => {
      const last = i === nodes.length - 1;
      const branch = root ? '' : last ? '└─ ' : '├─ ';
      rows.push({ label: cut(`${indent}${branch}${labelOf(span)}`), span });
      walk(children, root ? '' : `${indent}${last ? '   ' : '│  '}`, false);
    });
  };
  walk(traceTree(spans), '', true);
  const width = Math.max(LABEL.least, ...rows.map(({ label }) => label.length));
  return rows.map(({ label, span }) => {
    const start = (span.startMs - from).toFixed(1).padStart(9);
    const took = duration(span.endMs - span.startMs).padStart(11);
    const columns = [label.padEnd(width), start, took, bar(span.startMs, span.endMs, from, whole)];
    return `${columns.join(' ')}  ${notesOf(span)}`.trimEnd();
  });
}

function cut(label: string): string {
  return label.length <= LABEL.most ? label : `${label.slice(0, LABEL.most - 1)}…`;
}

function byTrace(spans: readonly TraceSpan[]): ReadonlyMap<string, readonly TraceSpan[]> {
  const traces = new Map<string, TraceSpan[]>();
  for (const span of spans) traces.set(span.traceId, [...(traces.get(span.traceId) ?? []), span]);
  return traces;
}

/** Draws what a question went through, for a terminal: start in milliseconds from the trace's beginning, and length. */
export function renderTrace({ questionId, traces }: QuestionTrace): string {
  const blocks = traces.map(({ traceId, spans, related }) => {
    const begun = new Date(Math.min(...spans.map(({ startMs }) => startMs))).toISOString();
    const linked = [...byTrace(related)].flatMap(([id, others]) => [
      '',
      `  linked: trace ${id}`,
      ...linesOf(others).map((line) => `  ${line}`),
    ]);
    return [
      `question ${safe(questionId)}, trace ${traceId}, begun ${begun}`,
      ...linesOf(spans),
      ...linked,
    ].join('\n');
  });
  return blocks.join('\n\n');
}
