import type { StreamHeader } from './stream-header.ts';
import type { StreamItem } from './stream-item.ts';

/** What a command that writes a stream says about it. */
export interface StreamSummary {
  /** The file that was written. */
  readonly out: string;
  readonly name: string;
  /** Questions written. */
  readonly questions: number;
  /** Of those, questions with a label. */
  readonly labelled: number;
  /** Questions by domain, in order of appearance; questions without one under `none`. */
  readonly domains: Readonly<Record<string, number>>;
  readonly seed: number | null;
  readonly order: string | null;
  /** Index of the first question after each change of domain; empty where no blend was made. */
  readonly changes: readonly number[];
}

/** Counts what a stream holds. */
export function summarizeStream(
  out: string,
  header: StreamHeader,
  items: readonly StreamItem[],
): StreamSummary {
  const domains = new Map<string, number>();
  for (const { domain } of items)
    domains.set(domain ?? 'none', (domains.get(domain ?? 'none') ?? 0) + 1);
  return {
    out,
    name: header.name,
    questions: items.length,
    labelled: items.filter((item) => item.accepted.length > 0).length,
    // fromEntries defines its keys, so a domain called __proto__ is a key like any other.
    domains: Object.fromEntries(domains),
    seed: header.seed,
    order: header.order,
    changes: header.blend?.changes ?? [],
  };
}
