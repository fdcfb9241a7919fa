// Sends signed, unique deliveries with autocannon. The only argument is JSON:
// {module, url, connections, rate (0: as fast as answers come), seconds, secret, body}.
'use strict'
const { createHmac } = require('crypto')
const job = JSON.parse(process.argv[2])
const autocannon = require(job.module)
const key = Buffer.from(job.secret.replace(/^whsec_/, ''), 'base64')
const [before, after] = job.body.split('in_hookassay')

let n = 0
function sign (request) {
  const id = 'msg_hookassay' + String(++n).padStart(26, '0')
  const timestamp = String(Math.floor(Date.now() / 1000))
  const body = before + id + after
  const signature = createHmac('sha256', key).update(id + '.' + timestamp + '.' + body).digest('base64')
  request.body = body
  request.headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': 'v1,' + signature
  }
  return request
}

const options = {
  url: job.url,
  connections: job.connections,
  duration: job.seconds,
  requests: [{ method: 'POST', setupRequest: sign }]
}
if (job.rate > 0) {
  options.overallRate = job.rate
  // Its correction takes a millisecond for the interval of every schedule
  // (Math.ceil(1 / rate) in lib/run.js), and would make samples of what never was.
  options.ignoreCoordinatedOmission = true
}
autocannon(options).then((result) => {
  const failed = result.errors + result.timeouts + result.non2xx
  console.log(JSON.stringify({ latency: result.latency, failed }))
})
