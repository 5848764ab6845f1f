/**
 * Waits for work as long as it gets on.
 *
 * @param moved - Grows with every step of it.
 * @param patienceMs - Given up when it has not grown for so long, or twice as long at most.
 * @returns What the work gives; `undefined`: it was given up.
 * @throws What the work throws.
 */
export async function whileMoving<T>(
  work: Promise<T>,
  moved: () => number,
  patienceMs: number,
): Promise<T | undefined> {
  for (let before = -1; moved() > before;) {
    before = moved();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, patienceMs, false);
    });
    const done = await Promise.race([work.then((value) => ({ value })), late]);
    clearTimeout(timer);
    if (done !== false) return done.value;
  }
  return undefined;
}
