#!/usr/bin/env node
// Chats over a WebSocket: chat.mjs NAME [SERVER]. Lines that you type are posted to #general.
// Node 22 has WebSocket; Node 20 has it behind `node --experimental-websocket`; for older ones, `npm ci` in this folder.
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";

const [name, server = "http://127.0.0.1:3000"] = process.argv.slice(2);
const Socket = globalThis.WebSocket ?? (await import("ws")).default;
const { token } = await (await fetch(`${server}/api/v1/session`, { method: "POST", body: JSON.stringify({ name }) })).json();
const headers = { authorization: `Bearer ${token}` };
const { epoch, community, room: start } = await (await fetch(`${server}/api/v1/snapshot?room=general`, { headers })).json();
const room = start.room.id, names = new Map(start.page.users.map((user) => [user.id, user.name])), outbox = new Map();
const hello = { id: 0, type: "hello", protocol: 1, epoch, community, watch: { [room]: start.position } };
let newest = start.page.posts, lastId = 0, socket;

(function connect() {
  socket = new Socket(`${server.replace("http", "ws")}/ws`, { headers });
  // What was not answered is sent again, and posted once.
  socket.onopen = () => [JSON.stringify(hello), ...outbox.values()].forEach((frame) => socket.send(frame));
  socket.onmessage = ({ data }) => receive(JSON.parse(data));
  socket.onerror = () => {}; // `onclose` follows.
  socket.onclose = ({ code }) => code < 4500 && setTimeout(connect, Math.random() * 2000);
})();
function receive({ type, id, message, feed, to, snapshot, items = [] }) {
  if (type === "ok" || type === "error") outbox.delete(id);
  if (type === "error") console.error(message);
  if (feed === `room:${room}`) hello.watch[room] = to ?? snapshot.position;
  if (feed === "community") hello.community = to ?? snapshot.position;
  for (const item of items) {
    if (item.kind === "user") names.set(item.id, item.name);
    // Edits of older ones are left out.
    if (item.kind === "message" && item.number > newest) console.log(`${names.get(item.author) ?? item.author}: ${item.body}`);
    newest = Math.max(newest, item.number ?? 0);
  }
}
createInterface({ input: process.stdin }).on("line", (body) => {
  outbox.set(++lastId, JSON.stringify({ id: lastId, type: "post_message", room, client_message_id: `${Date.now()}-${randomUUID()}`, body }));
  if (socket.readyState === 1) socket.send(outbox.get(lastId));
});
