/** From an answer on the live page to what its question went through, in a real Chromium. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openRecordCodecs } from '../../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { openTelemetry } from '../../src/adapters/telemetry/open-telemetry.ts';
import { loadTopology } from '../../src/app/load-topology.ts';
import { serveDashboard } from '../../src/app/serve-dashboard.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { findChromium, openPatientPage, settingUp, startChromium } from '../support/chromium.ts';
import { answerOf } from '../support/dashboard-fixture.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const found = findChromium();
const codecs = openRecordCodecs();
const topology = await loadTopology();
const runFolder = temporaryFolder();
const AT_MS = Date.UTC(2026, 0, 1);

/** Keeps the trace of a question as a run does. */
async function keepTrace(questionId: string): Promise<void> {
  const telemetry = await openTelemetry({
    traces: [{ kind: 'store', folder: join(runFolder, 'traces'), maxBytes: 1e6 }],
    ...{ metrics: [], ratio: 1, captureContent: false, resource: { 'service.name': 's' } },
    onWarning: (message) => assert.fail(message),
  });
  const attributes = { 'secl.question.id': questionId };
  telemetry.span('process qa.questions', { startMs: AT_MS, attributes }).end(AT_MS + 2);
  await telemetry.close();
}

describe('the way from an answer to its trace', { skip: found.skip }, () => {
  it('is a link that the keyboard follows, for ids that are safe in an address', async () => {
    assert.ok(found.path !== undefined);
    const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
    const topic = topology.topics.answers;
    await broker.ensureTopics([{ name: topic }]);
    await broker.append(
      ['q7', '"><script>', '$(touch /tmp/owned)'].map((questionId, i) => ({
        ...{ topic, key: null },
        value: codecs.answer.encode(answerOf(i, { questionId })),
      })),
    );
    await keepTrace('q7');
    const { path } = found;
    const browser = await settingUp('starting Chromium', () => startChromium(path));
    const choice = { broker, codecs, topology, title: 'a run', listen: { port: 0 }, runFolder };
    const dashboard = await serveDashboard(choice, {});
    try {
      const page = await openPatientPage(browser);
      await page.goto(dashboard.url);
      await page.locator('#answers li').nth(2).waitFor();
      assert.deepEqual(
        await page.evaluate(
          "[...document.querySelectorAll('main a')].map((link) => link.getAttribute('href'))",
        ),
        ['/trace?question=q7'],
      );
      await page.getByRole('link', { name: 'Trace of q7', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/trace\?question=q7$/);
      assert.match(
        await page.locator('body').innerText(),
        /^question q7, trace [0-9a-f]{32}, begun 2026-01-01T00:00:00\.000Z\nprocess qa\.questions /,
      );
    } finally {
      await browser.close();
      await dashboard.close();
    }
  });
});
