import { parentPort } from 'node:worker_threads';
import bcrypt from 'bcryptjs';
import type { Question } from './bcrypt-thread.ts';

parentPort?.on('message', ({ password, hash }: Question) => {
  parentPort?.postMessage(bcrypt.compareSync(password, hash));
});
