/** One setting of a topology, whatever its depth. */
export interface ListedSetting {
  /** Keys from the top, joined with dots. */
  readonly path: string;
  /** A number, a text, `null`, or a list of texts. */
  readonly value: unknown;
}

/**
 * The settings of a topology one by one, in their order.
 *
 * @param settings - A topology or a part of one. Not mutated.
 */
export function listSettings(settings: object, path = ''): ListedSetting[] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? listSettings(value, here)
      : [{ path: here, value }];
  });
}
