// Receives with the CloudEvents SDK for JavaScript, as its Express example shows.
//
// The SDK has no authorization, so the token is checked in a middleware of ours.
// What the example sends back, an event of its own, stands for the reader's answer.
//
// https://github.com/cloudevents/sdk-javascript/blob/v10.0.0/examples/express-ex/index.js
import { CloudEvent, HTTP } from "cloudevents";
import express from "express";
import { timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

import { processed, secret, serve } from "./serve.js";

const app = express();
const token = Buffer.from(`Bearer ${secret}`);

// The handshake passes without a token, which the SDK knows nothing of either.
app.use((req, res, next) => {
  const got = Buffer.from(req.headers.authorization ?? "");
  if (req.method !== "OPTIONS" && (got.length !== token.length || !timingSafeEqual(got, token))) {
    return res.status(401).end();
  }
  next();
});

app.use((req, res, next) => {
  let data = "";
  req.setEncoding("utf8");
  req.on("data", (chunk) => {
    data += chunk;
  });
  req.on("end", () => {
    req.body = data;
    next();
  });
});

app.post("/", (req, res) => {
  try {
    const event = HTTP.toEvent({ headers: req.headers, body: req.body });
    processed(event.id);
    const answer = HTTP.structured(
      new CloudEvent({ source: "/", type: "event:response", ...event, data: { hello: "world" } }),
    );
    res.set(answer.headers);
    res.send(answer.body);
  } catch (err) {
    res.status(415).header("Content-Type", "application/json").send(JSON.stringify(err));
  }
});

serve(createServer(app));
