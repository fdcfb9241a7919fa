// Receives with the Standard Webhooks library for JavaScript.
//
// The library's README shows the constructor and verify and leaves the HTTP around
// them open; the raw body, the statuses 400 and 200 and their answers are those of
// the Express example of its authors' own product.
//
// https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/README.md
// https://docs.svix.com/receiving/verifying-payloads/how
import express from "express";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

import { processed, secret, serve } from "./serve.js";

const app = express();

app.post("/webhooks", express.raw({ type: "application/json" }), (req, res) => {
  const wh = new Webhook(secret);
  try {
    wh.verify(req.body, req.headers);
  } catch {
    return res.status(400).json({});
  }
  processed(req.headers["webhook-id"]);
  res.json({});
});

serve(createServer(app));
