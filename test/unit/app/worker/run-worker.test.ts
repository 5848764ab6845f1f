import { workerContract } from '../../../contract/worker.ts';
import { workerDisk } from '../../../support/worker-run.ts';

workerContract({ name: 'memory', open: workerDisk, patienceMs: 20_000 });
