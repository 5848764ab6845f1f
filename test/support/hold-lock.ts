/** A process that takes the lock of the folder it is given, says so, and holds it until it is killed. */
import { withFolderLock } from '../../src/adapters/hub/folder-lock.ts';

const [folder = ''] = process.argv.slice(2);
await withFolderLock(folder, { sleep: () => Promise.resolve() }, () => {
  process.send?.('held');
  return new Promise(() => {
    setInterval(() => undefined, 1000);
  });
});
