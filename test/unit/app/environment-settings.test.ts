import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentSettings } from '../../../src/app/environment-settings.ts';

test('variables that are set are told, secrets and credentials hidden', () => {
  const told = environmentSettings({
    SECL_CACHE_DIR: '/models',
    SECL_OFFLINE: '',
    SECL_DASHBOARD_TOKEN: 'top-secret',
    HF_TOKEN: 'top-secret',
    HTTPS_PROXY: 'http://user:top-secret@proxy:8080/',
    SECL_ALERT_WEBHOOK: 'https://alerts.example/top-secret',
    SECL_ALERT_SECRET: 'top-secret',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://top-secret@receiver:4318/v1?key=top-secret',
    OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'authorization=top-secret',
    PATH: '/bin',
  });
  assert.deepEqual(
    told.map(({ name, value }) => [name, value]),
    [
      ['SECL_CACHE_DIR', '/models'],
      ['SECL_DASHBOARD_TOKEN', null],
      ['SECL_ALERT_WEBHOOK', null],
      ['SECL_ALERT_SECRET', null],
      ['HF_TOKEN', null],
      ['HTTPS_PROXY', 'http://***@proxy:8080/'],
      ['OTEL_TRACES_EXPORTER', 'none'],
      ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://***@receiver:4318/v1?***'],
      ['OTEL_EXPORTER_OTLP_METRICS_HEADERS', null],
    ],
  );
  assert.doesNotMatch(JSON.stringify(told), /top-secret/);
});
