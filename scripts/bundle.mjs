// Names files by content, compresses them, and watches their size. Called by scripts/bundle.
//
//   bundle.mjs make WORK BUNDLE    WORK/magpie.{js,wasm,css} and public/ become BUNDLE
//   bundle.mjs sizes BUNDLE        prints the sizes, and fails when the page has become too heavy
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** What WASM, JavaScript and style may weigh together, as browsers download them: beyond it the build fails. */
const BUDGET_BYTES = 350 * 1024;

const [task, ...folders] = process.argv.slice(2);
if (task === "make") make(...folders);
else if (task === "sizes") sizes(...folders);
else throw new Error(`unknown task: ${task}`);

function make(work, bundle) {
  const fresh = `${bundle}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(join(fresh, "pkg"), { recursive: true });
  if (existsSync("public")) cpSync("public", fresh, { recursive: true });

  const named = (name, extension) => {
    const bytes = readFileSync(join(work, name));
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
    const path = `/pkg/magpie-${hash}.${extension}`;
    writeFileSync(join(fresh, path), bytes);
    return path;
  };
  const index = { script: named("magpie.js", "js"), wasm: named("magpie.wasm", "wasm"), style: named("magpie.css", "css") };

  for (const path of files(fresh)) compress(path);
  writeFileSync(join(fresh, "bundle.json"), `${JSON.stringify(index, null, 2)}\n`);
  rmSync(bundle, { recursive: true, force: true });
  renameSync(fresh, bundle);
}

/** Leaves `.br` and `.gz` beside a file, where that saves something: pictures are compressed already. */
function compress(path) {
  const bytes = readFileSync(path);
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  const gzip = gzipSync(bytes, { level: 9 });
  if (brotli.length < bytes.length * 0.95) writeFileSync(`${path}.br`, brotli);
  if (gzip.length < bytes.length * 0.95) writeFileSync(`${path}.gz`, gzip);
}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

function sizes(bundle) {
  const index = JSON.parse(readFileSync(join(bundle, "bundle.json"), "utf8"));
  const kib = (bytes) => (bytes / 1024).toFixed(1).padStart(8);
  let total = 0;
  console.log("\n  bundle      raw KiB  brotli KiB");
  for (const [part, path] of Object.entries(index)) {
    const raw = statSync(join(bundle, path)).size;
    const brotli = existsSync(join(bundle, `${path}.br`)) ? statSync(join(bundle, `${path}.br`)).size : raw;
    total += brotli;
    console.log(`  ${part.padEnd(8)} ${kib(raw)}    ${kib(brotli)}`);
  }
  console.log(`  together             ${kib(total)}  of ${BUDGET_BYTES / 1024} allowed`);
  if (total > BUDGET_BYTES) {
    console.error("magpie: the page has become too heavy; look with wasm-objdump or twiggy at what came in.");
    process.exit(1);
  }
}
