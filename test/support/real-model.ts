import { buildModelFromStore, type BuiltModel } from '../../src/app/build-model-from-store.ts';
import { openModelStore } from '../../src/app/model-store.ts';
import { SeclError } from '../../src/errors/secl-error.ts';

/** The real model that default tests run: small, and its answers are real ones. */
export const REAL_MODEL = 'smollm2-135m-instruct';

/**
 * For the option `skip` of a test that needs a real model: the reason if `SECL_SKIP_REAL_MODEL=1`, else
 * `false`. There is no silent skip: without network the tests fail and say how to skip them.
 */
export function realModelSkip(): string | false {
  return process.env['SECL_SKIP_REAL_MODEL'] === '1' ? 'SECL_SKIP_REAL_MODEL=1 is set' : false;
}

/**
 * Pulls and builds a model in the machine's own cache folder (`SECL_CACHE_DIR` moves it), once: parallel
 * test processes wait for each other, later runs find it there.
 *
 * @param name - A name of the catalogue.
 * @param precision - Of the graph's weights.
 * @throws SeclError as `buildModelFromStore`, with how to skip such tests in its hint.
 */
export async function ensureRealModel(
  name: string = REAL_MODEL,
  precision: 'int8' | 'int4' | 'fp32' = 'int8',
): Promise<BuiltModel> {
  try {
    return await buildModelFromStore(openModelStore(), name, { precision });
  } catch (error) {
    if (!(error instanceof SeclError)) throw error;
    const hint = `${error.hint ?? ''} Tests that need a real model are skipped under SECL_SKIP_REAL_MODEL=1.`;
    throw new SeclError(error.code, error.message, { hint, cause: error });
  }
}
