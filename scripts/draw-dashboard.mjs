/**
 * Pictures of the live page for `docs/dashboard.md`, taken by a real Chromium from `secl demo` once it is through:
 * light, dark, and 360 px wide. Needs a build, Chromium (SECL_TEST_CHROMIUM, or where systems put it), and the demo's
 * model, which is fetched otherwise. Arguments are handed on to `secl demo`. No check holds them: they are looked at.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChromium, startChromium } from '../build/test/support/chromium.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
/** Largest picture: they are in the package. */
const MOST_BYTES = 120_000;
const SHOTS = [
  { name: 'dashboard-light', width: 1100, height: 1500, scale: 0.6, colorScheme: 'light' },
  { name: 'dashboard-dark', width: 1100, height: 1500, scale: 0.6, colorScheme: 'dark' },
  { name: 'dashboard-narrow', width: 360, height: 760, scale: 1, colorScheme: 'light' },
];

const chromium = findChromium();
if (chromium.path === undefined) throw new Error(chromium.skip);
mkdirSync(folder, { recursive: true });

const demo = spawn(
  process.execPath,
  ['build/src/cli/main.js', 'demo', '--listen', '127.0.0.1:0', ...process.argv.slice(2)],
  { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
);
let said = '';
const hears = (pattern) =>
  new Promise((resolve, reject) => {
    const look = () => {
      const match = pattern.exec(said);
      if (match !== null) resolve(match);
    };
    demo.stderr.on('data', look);
    demo.once('exit', () => reject(new Error(`secl demo has ended:\n${said}`)));
    look();
  });
demo.stderr.on('data', (bytes) => {
  said += String(bytes);
});

const [, url] = await hears(/the page is at (http:\S+)/);
await hears(/the page stays/);
const browser = await startChromium(chromium.path);
try {
  for (const { name, width, height, scale, colorScheme } of SHOTS) {
    const viewport = { width, height };
    const page = await browser.newPage({ viewport, colorScheme, deviceScaleFactor: scale });
    await page.goto(url);
    await page.waitForSelector('svg');
    await page.waitForTimeout(1500);
    const path = `${folder}${name}.png`;
    await page.screenshot({ path });
    await page.close();
    const { size } = statSync(path);
    console.log(`${name}.png: ${size} bytes`);
    if (size > MOST_BYTES) throw new Error(`${name}.png is larger than ${MOST_BYTES} bytes`);
  }
} finally {
  await browser.close();
  demo.kill('SIGINT');
}
