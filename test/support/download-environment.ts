import { after } from 'node:test';

import type { DownloadEnvironment } from '../../src/adapters/hub/download-file.ts';
import {
  createDispatcher,
  DEFAULT_HTTP_LIMITS,
  type HttpLimits,
} from '../../src/adapters/hub/http-get.ts';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from '../../src/adapters/hub/retry-policy.ts';
import { seededRandom } from '../../src/random/seeded-random.ts';

/** A download's surroundings where waiting costs no time and is written down. */
export interface FakeDownloadEnvironment extends DownloadEnvironment {
  /** Milliseconds of every wait, in order. */
  readonly waits: number[];
}

/** No proxies, a fixed clock, seeded jitter, no real waiting. */
export function downloadEnvironment(
  limits: Partial<HttpLimits> = {},
  retry: Partial<RetryPolicy> = {},
): FakeDownloadEnvironment {
  const allLimits = { ...DEFAULT_HTTP_LIMITS, ...limits };
  const dispatcher = createDispatcher({ http: '', https: '', no: '' }, allLimits);
  after(() => dispatcher.destroy());
  const waits: number[] = [];
  return {
    dispatcher,
    limits: allLimits,
    retry: { ...DEFAULT_RETRY_POLICY, ...retry },
    random: seededRandom(1),
    nowMs: () => Date.UTC(2026, 0, 1),
    sleep: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    waits,
  };
}
