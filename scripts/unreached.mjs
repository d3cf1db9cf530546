// Takes out of the WASM what no page of ours ever reaches. Called by scripts/bundle.
//
//   unreached.mjs BINARYEN IN OUT
//
// Leptos keeps, in the table of each view, a second way to hydrate it: asynchronously, for islands and for routes whose code arrives
// later. Magpie has neither, but no optimiser can know that nobody will call through the table. What these functions give is a future,
// and nobody resumes it; emptied of their bodies, the futures let go of what only they use. Would one be resumed after all, the page
// would stop with `unreachable`.
//
// Only the futures themselves, and nothing else that bears the name: the compiler keeps one of two equal functions, under either name,
// and what builds a future or is built by it may serve the ordinary `hydrate` as well. The body of a future is like nothing else.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const FUTURE = /::hydrate_async::\{\{closure\}\}::h[0-9a-f]{16}$/;

const [library, input, output] = process.argv.slice(2);
const binaryen = (await import(pathToFileURL(library).href)).default;
const module = binaryen.readBinary(readFileSync(input));
// Only what scripts/bundle tells wasm-opt too: what the module may use, it will, and browsers must know it.
const { BulkMemory, NontrappingFPToInt, SignExt, MutableGlobals, ReferenceTypes, Multivalue } = binaryen.Features;
module.setFeatures(BulkMemory | NontrappingFPToInt | SignExt | MutableGlobals | ReferenceTypes | Multivalue);

let emptied = 0;
for (let index = 0; index < module.getNumFunctions(); index++) {
  const reference = module.getFunctionByIndex(index);
  const { name, module: imported } = binaryen.getFunctionInfo(reference);
  if (!imported && FUTURE.test(name)) {
    binaryen.Function.setBody(reference, module.unreachable());
    emptied++;
  }
}
if (emptied === 0) {
  console.error("magpie: there is no `hydrate_async` in the WASM; has Leptos renamed it, or were the names stripped?");
  process.exit(1);
}
writeFileSync(output, module.emitBinary());
