/** Reads the lines of a range, as one worker of two, and posts what it counted. */
import { parentPort } from 'node:worker_threads';
import { countUsers, sumInference } from './range-reader';
import { readShared } from './ranges';

const { range, args } = readShared();
const read = args[0] === 'inference' ? sumInference : countUsers;
void read(range).then((sum) => parentPort?.postMessage(sum));
