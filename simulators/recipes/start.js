// Starts the simulators for a test in Node, on free ports: `const harness = await start({ serviceUrl })` … `await harness.stop()`.
"use strict";

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { createInterface } = require("node:readline");

const NAMES = ["stripe", "learning", "tutor-matching", "communication"];

async function start({ serviceUrl = "http://127.0.0.1:8000", command = "harness" } = {}) {
  const ports = NAMES.flatMap((name) => [`--${name}-port`, "0"]);
  const words = ["simulate", "--json", "--until-stdin-closes", "--service-url", serviceUrl, ...ports];
  const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const exit = once(child, "exit").then(([code]) => Promise.reject(new Error(`harness ended with ${code}`)));
  const [first] = await Promise.race([once(lines, "line"), exit]);
  exit.catch(() => {});
  const { urls, ...secrets } = JSON.parse(first); // secrets: SERVICE_TOKEN, JWT_SECRET, STRIPE_WEBHOOK_SECRET
  const stop = async () => {
    const ended = once(child, "exit");
    child.stdin.end();
    await ended;
  };
  return { urls, secrets, stop };
}

module.exports = { start };
