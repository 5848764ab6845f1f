import { existsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { chromium, type Browser, type Page } from 'playwright-core';

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

/**
 * How long a browser may take for one thing: ten times playwright-core's own 30 s, since on cores that others hold
 * everything takes that much longer. What can be done is not waited for.
 */
const PATIENCE_MS = 300_000;

/** Starts it without a window. */
export async function startChromium(path: string): Promise<Browser> {
  return await chromium.launch({
    executablePath: path,
    timeout: PATIENCE_MS,
    // Root has no sandbox, and containers have little shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

/** Opens a page that waits as long for what it is asked as the browser does for its start. */
export async function openPatientPage(
  browser: Browser,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/**
 * Does a part of a test's set-up. Where it fails, all tests of the file do: the error then says which part it was, after
 * how long, and under which load.
 *
 * @param seen - What else may tell why.
 */
export async function settingUp<T>(
  part: string,
  work: () => Promise<T>,
  seen: () => Promise<string> = () => Promise.resolve('nothing more is known'),
): Promise<T> {
  const startedMs = performance.now();
  try {
    return await work();
  } catch (cause) {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const load = (loadavg()[0] ?? 0).toFixed(1);
    const known = await seen().catch(
      (error: unknown) => `it cannot be looked at: ${String(error)}`,
    );
    throw new Error(
      `the set-up failed at "${part}" after ${seconds} s, under a load of ${load} on ${availableParallelism()} cores: ${String(cause)}; ${known}`,
      { cause },
    );
  }
}
