import type { Profiler } from 'node:inspector';

/** A node of a profile: a function of a file, and the ids of what it called. */
export const profileNode = (
  id: number,
  functionName: string,
  url: string,
  children: number[] = [],
): Profiler.ProfileNode => ({
  id,
  callFrame: { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 },
  children,
});
