// What every receiver for Node.js has around its library. The command node-receiver
// does the rest: it opens the socket, serves the effects, and starts the receiver
// again when a delivery has ended it.
import { writeSync } from "node:fs";

const socket = 3; // what node-receiver opened

/** The receiver's secret, in the form that its scheme writes it. */
export const secret = process.env.WEBHOOK_SECRET;

/** Reports one processing of the event id. An event without an id is counted under "". */
export function processed(id) {
  writeSync(1, JSON.stringify(String(id ?? "")) + "\n");
}

/**
 * Listens with a receiver's server until a signal ends the process.
 * @param {import("node:http").Server} server not listening yet
 */
export function serve(server) {
  server.listen({ fd: socket }, () => writeSync(1, "ready\n"));
  process.once("SIGTERM", () => {
    server.close();
    server.closeAllConnections(); // a producer that hung up half-way must not keep the process alive
  });
}
