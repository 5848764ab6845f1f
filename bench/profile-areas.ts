import type { Profiler } from 'node:inspector';

/** Parts of a program, each by the files that belong to it. */
export type Areas = Readonly<Record<string, RegExp>>;

/** What no area claims. */
const OTHER = 'other';
/** What cannot be told apart by who caused it, by the name that a profile gives it. */
const NOBODYS: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'no JavaScript'],
]);

/**
 * Where a profile's busy time went: each sample counts for the area of the innermost file on its stack that belongs to
 * one, so that a library's work counts for who called it unless it is an area itself.
 *
 * @returns Fractions by area that sum to 1, with what is left as `other`, `garbage collection` and `no JavaScript`; empty
 *   for a profile without busy samples.
 */
export function profileAreas(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  areas: Areas,
): Readonly<Record<string, number>> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const areaOf = new Map<number, string>();
  const visit = (id: number, around: string): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { url } = node.callFrame;
    const here = Object.entries(areas).find(([, files]) => files.test(url))?.[0] ?? around;
    areaOf.set(id, here);
    for (const child of node.children ?? []) visit(child, here);
  };
  const [root] = nodes;
  if (root !== undefined) visit(root.id, OTHER);
  const spent = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, i) => {
    const name = byId.get(id)?.callFrame.functionName ?? '';
    if (name === '(idle)') return;
    const area = NOBODYS.get(name) ?? areaOf.get(id) ?? OTHER;
    const micros = timeDeltas[i] ?? 0;
    busy += micros;
    spent.set(area, (spent.get(area) ?? 0) + micros);
  });
  return Object.fromEntries([...spent].map(([area, micros]) => [area, micros / busy]));
}
