// Takes out of the WASM what no page of ours ever reaches. Called by scripts/bundle.
//
//   unreached.mjs BINARYEN IN OUT
//
// Leptos keeps, in the table of each view, a second way to hydrate it: asynchronously, for islands and for routes whose code arrives
// later. Magpie has neither, but no optimiser can know that nobody will call through the table. Emptied of their bodies, these
// functions let go of all that only they use, a third of the whole. Would one be called after all, the page would stop with
// `unreachable`, and every browser story would tell.
//
// A name is no proof that a function serves that way alone: the compiler keeps one of two equal functions, under either name, and the
// ordinary `hydrate` then calls one of `hydrate_async`'s. So whatever is called from outside stays, with all that it calls.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [library, input, output] = process.argv.slice(2);
const binaryen = (await import(pathToFileURL(library).href)).default;
const module = binaryen.readBinary(readFileSync(input));
// Only what scripts/bundle tells wasm-opt too: what the module may use, it will, and browsers must know it.
const { BulkMemory, NontrappingFPToInt, SignExt, MutableGlobals, ReferenceTypes, Multivalue } = binaryen.Features;
module.setFeatures(BulkMemory | NontrappingFPToInt | SignExt | MutableGlobals | ReferenceTypes | Multivalue);

const functions = ownFunctions();
const callees = directCalls(module.emitText());
// What lets go of values is shared most of all, and by tables, where no call shows it.
const unreached = new Set([...functions.keys()].filter((name) => name.includes("hydrate_async") && !name.startsWith("core::ptr::drop_in_place")));
if (unreached.size === 0) {
  console.error("magpie: there is no `hydrate_async` in the WASM; has Leptos renamed it, or were the names stripped?");
  process.exit(1);
}
const reached = [...functions.keys()].filter((name) => !unreached.has(name));
while (reached.length > 0) {
  for (const callee of callees.get(reached.pop())) {
    if (unreached.delete(callee)) reached.push(callee);
  }
}
for (const name of unreached) binaryen.Function.setBody(functions.get(name), module.unreachable());
writeFileSync(output, module.emitBinary());

/** The functions that have a body, by name. */
function ownFunctions() {
  const functions = new Map();
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const reference = module.getFunctionByIndex(index);
    const { name, module: imported } = binaryen.getFunctionInfo(reference);
    if (!imported) functions.set(name, reference);
  }
  return functions;
}

/** Whom each function calls by name, read from the module's text. */
function directCalls(text) {
  const NAME = String.raw`\$(?:"((?:[^"\\]|\\.)*)"|([^\s()]+))`;
  const line = new RegExp(String.raw`^ \(func ${NAME}|^ +\((?:return_)?call ${NAME}`, "gm");
  const callees = new Map();
  let calls = new Set();
  for (const [, quoted, plain, quotedCallee, plainCallee] of text.matchAll(line)) {
    const caller = quoted ?? plain;
    if (caller === undefined) calls.add(unescaped(quotedCallee ?? plainCallee));
    else callees.set(unescaped(caller), (calls = new Set()));
  }
  const unread = [...functions.keys()].filter((name) => !callees.has(name));
  if (unread.length > 0) {
    console.error(`magpie: cannot read the WASM's text: it has no ${unread[0]} (and ${unread.length - 1} more).`);
    process.exit(1);
  }
  return callees;
}

/** `\c3` is a byte, `\"` a character. */
function unescaped(name) {
  return name.replace(/\\([0-9a-f]{2}|.)/gi, (_, code) => (code.length === 2 ? String.fromCharCode(Number.parseInt(code, 16)) : code));
}
