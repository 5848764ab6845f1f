import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where systems put it. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A browser's path, or why a test that needs it is skipped (for node:test's `skip`). */
export type FoundChromium =
  | { readonly path: string; readonly skip: false }
  | { readonly path: undefined; readonly skip: string };

/** Looks for Chromium: in `SECL_TEST_CHROMIUM`, then where systems put it. Nothing is downloaded. */
export function findChromium(): FoundChromium {
  const named = process.env['SECL_TEST_CHROMIUM'];
  const path = [...(named === undefined ? [] : [named]), ...PLACES].find((place) =>
    existsSync(place),
  );
  if (path !== undefined) return { path, skip: false };
  return {
    path: undefined,
    skip: 'Chromium is not there: install it (Debian: apt-get install chromium), or set SECL_TEST_CHROMIUM',
  };
}

/** Starts it without a window. */
export async function startChromium(path: string): Promise<Browser> {
  return await chromium.launch({
    executablePath: path,
    // Root has no sandbox, and containers have little shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}
