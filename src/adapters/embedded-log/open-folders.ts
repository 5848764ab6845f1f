/**
 * Folders that this process has open, by real path.
 *
 * State at module level, since what it mirrors is the process's own: LevelDB locks a folder with `fcntl`, whose locks belong to the process and fall when the process closes *any* descriptor
 * of the lock file. An attempt to open a folder twice therefore has to be refused before LevelDB makes it
 * (tried: LevelDB refuses it too, but other processes can open the folder from then on; and by another
 * path to the same folder it is not even refused).
 */
const openFolders = new Set<string>();

/** Claims a folder for this process's use; `false` if it is claimed already. */
export function claimFolder(realPath: string): boolean {
  if (openFolders.has(realPath)) return false;
  openFolders.add(realPath);
  return true;
}

/** Ends a claim, after LevelDB has closed the folder. */
export function releaseFolder(realPath: string): void {
  openFolders.delete(realPath);
}
