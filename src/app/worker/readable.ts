/** What can be read back, as the command line calls it. */
export const READABLE = [
  'questions',
  'answers',
  'feedback',
  'metrics',
  'adapters',
  'decisions',
  'deadLetters',
] as const;

/** One of {@link READABLE}. */
export type Readable = (typeof READABLE)[number];
