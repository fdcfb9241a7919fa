// Some libraries can be made to end their process. A receiver therefore runs in a
// child that is started again, at the same address, as a service manager would:
// one delivery that ends it must not end the grading of all others.
import { fork } from "node:child_process";

const maxRestarts = 100;

/** Whether this process is the child, which is the one to receive. */
export const inChild = process.env.RECEIVER_ADDRESS !== undefined;

/**
 * Runs this program in a child until a signal comes, and again whenever it ends.
 * @param {string} address where the child is to listen, HOST:PORT
 * @param {(id: string) => void} processed is called for every event processed
 * @returns {Promise<string>} the base URL, once the child listens
 */
export function supervise(address, processed) {
  let child;
  let stopping = false;
  let restarts = 0;
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, () => {
      stopping = true;
      child.kill("SIGTERM");
    });
  }
  return new Promise((resolve, reject) => {
    function start() {
      child = fork(process.argv[1], { env: { ...process.env, RECEIVER_ADDRESS: address } });
      child.on("message", (message) => {
        if (message.listening) {
          address = new URL(message.listening).host;
          resolve(message.listening);
        } else {
          processed(message.processed);
        }
      });
      child.once("exit", (code) => {
        if (stopping) {
          process.exit();
        }
        if (++restarts > maxRestarts || address.endsWith(":0")) {
          reject(new Error(`the receiver ended with ${code}`)); // it never listened
          process.exit(1);
        }
        start();
      });
    }
    start();
  });
}
