import type { Profiler } from 'node:inspector';

/**
 * Share of a profile's busy time that was spent in some files, or in what they called. Idle time, the collector of
 * garbage and what is no JavaScript at all count for nobody: they cannot be told apart by who caused them.
 *
 * @param isIn - Whether a file, by its URL, is one of them.
 * @returns A fraction; 0 for a profile without busy samples.
 */
export function profileShare(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  isIn: (url: string) => boolean,
): number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const inside = new Set<number>();
  const visit = (id: number, already: boolean): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const here = already || isIn(node.callFrame.url);
    if (here) inside.add(id);
    for (const child of node.children ?? []) visit(child, here);
  };
  const [root] = nodes;
  if (root !== undefined) visit(root.id, false);
  let busy = 0;
  let spent = 0;
  samples.forEach((id, i) => {
    const name = byId.get(id)?.callFrame.functionName ?? '';
    if (['(idle)', '(garbage collector)', '(program)'].includes(name)) return;
    const micros = timeDeltas[i] ?? 0;
    busy += micros;
    if (inside.has(id)) spent += micros;
  });
  return busy === 0 ? 0 : spent / busy;
}
