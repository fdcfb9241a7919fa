// Receives with Stripe's library for Node.js, as its Express example shows.
//
// https://github.com/stripe/stripe-node/blob/v22.5.0/examples/webhook-signing/express/main.ts
import express from "express";
import { createServer } from "node:http";
import Stripe from "stripe";

import { processed, secret, serve } from "./serve.js";

// Nothing is asked of Stripe's API, so the key only has to be there.
const stripe = new Stripe("sk_test_unused");

const app = express();

app.post("/webhook", express.raw({ type: "application/json" }), (req, res) => {
  let event;
  try {
    event = stripe.webhooks.constructEvent(req.body, req.headers["stripe-signature"], secret);
  } catch (err) {
    return res.status(400).send(`Webhook Error: ${err.message}`);
  }
  // The example looks at the event's type here; an effect needs none.
  processed(event.id);
  res.json({ received: true });
});

serve(createServer(app));
