// Receives with GitHub's own library for Node.js, as its README's "Usage" shows.
//
// https://github.com/octokit/webhooks.js/blob/v14.2.0/README.md#usage
import { Webhooks, createNodeMiddleware } from "@octokit/webhooks";
import { createServer } from "node:http";

import { processed, secret, serve } from "./serve.js";

const webhooks = new Webhooks({ secret });

webhooks.onAny(({ id }) => processed(id));

serve(createServer(createNodeMiddleware(webhooks)));
