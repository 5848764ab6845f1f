import { join } from 'node:path';

import { SeclError } from '../../errors/secl-error.ts';
import type { HubEntry } from './catalogue.ts';
import { downloadFile, type DownloadEnvironment } from './download-file.ts';
import type { ModelSource } from './model-source.ts';

/** Where the hub is, and who asks. */
export interface HubSettings {
  /** Base address without a trailing slash, e.g. `https://huggingface.co`. */
  readonly endpoint: string;
  /** Access token; sent to the endpoint only, never shown. */
  readonly token?: string | undefined;
}

/** The address under which the hub serves a file. */
export function hubUrl(entry: HubEntry, endpoint: string): URL {
  const path = [...entry.repository.split('/'), 'resolve', entry.revision, ...entry.file.split('/')]
    .map((part) => encodeURIComponent(part))
    .join('/');
  try {
    return new URL(`${endpoint}/${path}`);
  } catch (error) {
    throw new SeclError('DOWNLOAD_FAILED', `The hub address ${endpoint} is not an address.`, {
      hint: 'Check HF_ENDPOINT.',
      cause: error,
    });
  }
}

/** A file of the Hugging Face hub, over its `resolve` addresses. */
export function createHubSource(
  entry: HubEntry,
  settings: HubSettings,
  environment: DownloadEnvironment,
): ModelSource {
  return {
    kind: 'hub',
    label: `hub ${entry.repository}`,
    async fetch({ folder, maxBytes, onProgress, signal }) {
      const path = join(folder, 'model.gguf.part');
      const got = await downloadFile(
        {
          url: hubUrl(entry, settings.endpoint),
          path,
          expectedSha256: entry.sha256,
          maxBytes,
          token: settings.token,
          signal,
          onProgress: (done, total, detail) => {
            onProgress({ phase: 'download', done, total, unit: 'bytes', detail });
          },
        },
        environment,
      );
      const announced = got.announcedSha256 === undefined ? 'nothing' : 'announced';
      return {
        path,
        sha256: got.sha256,
        sizeBytes: got.sizeBytes,
        checkedAgainst: entry.sha256 === undefined ? announced : 'pinned',
        origin: `${entry.repository}@${got.commit ?? entry.revision}/${entry.file}`,
      };
    },
  };
}
