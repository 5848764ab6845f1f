import type { TraceSpan } from '../events/trace-span.ts';

/** A span with what it led to, in the order of its beginning. */
export interface TraceNode {
  readonly span: TraceSpan;
  readonly children: readonly TraceNode[];
}

/**
 * The trees of some spans. One whose parent is not among them, since another process kept it, is a root. A span that
 * comes twice counts once.
 */
export function traceTree(spans: readonly TraceSpan[]): readonly TraceNode[] {
  const known = new Map(spans.map((span) => [span.spanId, span]));
  const below = new Map<string | null, TraceSpan[]>();
  for (const span of known.values()) {
    const { parentSpanId } = span;
    const parent = parentSpanId !== null && known.has(parentSpanId) ? parentSpanId : null;
    below.set(parent, [...(below.get(parent) ?? []), span]);
  }
  const seen = new Set<string>();
  const grow = (parent: string | null): TraceNode[] =>
    (below.get(parent) ?? [])
      .toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs)
      .flatMap((span) => {
        // Whoever wrote a circle into the file gets no endless tree.
        if (seen.has(span.spanId)) return [];
        seen.add(span.spanId);
        return [{ span, children: grow(span.spanId) }];
      });
  return grow(null);
}
