// What every receiver for Node.js needs around its library: an address, a secret,
// effects, and an end. The same as package serve has for those in Go.
import { createServer } from "node:http";

import { inChild, supervise } from "./supervise.js";

/** The receiver's secret, in the form that its scheme writes it. */
export const secret = process.env.WEBHOOK_SECRET;
if (secret === undefined) {
  throw new Error("WEBHOOK_SECRET is not set");
}

/** Counts one processing of the event id. An event without an id is counted under "". */
export function processed(id = "") {
  process.send({ processed: id });
}

/**
 * Listens with a receiver's server until a signal ends the process.
 * @param {import("node:http").Server} server not listening yet
 */
export async function serve(server) {
  if (!inChild) {
    return run();
  }
  const base = await listen(server, process.env.RECEIVER_ADDRESS);
  process.send({ listening: base });
  process.once("disconnect", () => process.exit());
  process.once("SIGTERM", () => {
    process.disconnect();
  });
}

// run starts the receiver in a process of its own and serves the effects, on a port
// of their own, so that the receiver's server is as its documentation makes it.
async function run() {
  const counts = new Map();
  const effects = createServer((_, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(Object.fromEntries(counts)));
  });
  const page = await listen(effects, "127.0.0.1:0");
  const flag = process.argv.indexOf("-addr");
  const address = flag < 0 ? "127.0.0.1:0" : process.argv[flag + 1];
  const base = await supervise(address, (id) => counts.set(id, (counts.get(id) ?? 0) + 1));
  process.stdout.write(`listening on ${base} effects at ${page}/effects\n`);
}

function listen(server, address) {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(Number(port), hostname.replace(/^\[|\]$/g, ""), () => {
      resolve(`http://${hostname}:${server.address().port}`);
    });
  });
}
