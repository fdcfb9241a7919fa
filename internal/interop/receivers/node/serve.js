// What every receiver for Node.js needs around its library: an address, a secret,
// an effects page, the line that says it is ready, and an end. The same as package
// serve has for those in Go. The effects are on a port of their own, so that the
// receiver's server is as its documentation makes it.
import { createServer } from "node:http";

/** The receiver's secret, in the form that its scheme writes it. */
export const secret = process.env.WEBHOOK_SECRET;
if (secret === undefined) {
  throw new Error("WEBHOOK_SECRET is not set");
}

const counts = new Map();

/** Counts one processing of the event id. An event without an id is counted under "". */
export function processed(id = "") {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}

/**
 * Listens with a receiver's server, says where, and ends the process with a signal.
 * @param {import("node:http").Server} server not listening yet
 */
export async function serve(server) {
  const effects = createServer((_, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(Object.fromEntries(counts)));
  });
  const base = await listen(server, address());
  const page = await listen(effects, { host: "127.0.0.1", port: 0 });
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, () => [server, effects].forEach(end));
  }
  process.stdout.write(`listening on ${base} effects at ${page}/effects\n`);
}

function address() {
  const flag = process.argv.indexOf("-addr");
  const url = new URL(`http://${flag < 0 ? "127.0.0.1:0" : process.argv[flag + 1]}`);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port) };
}

function listen(server, where) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      const { address, family, port } = server.address();
      resolve(`http://${family === "IPv6" ? `[${address}]` : address}:${port}`);
    });
  });
}

// A producer that hung up half-way must not keep the process alive.
function end(server) {
  server.close();
  server.closeAllConnections();
}
