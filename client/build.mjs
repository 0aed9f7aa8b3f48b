// SPDX-License-Identifier: AGPL-3.0-or-later
// Builds the browser's bundle: `node client/build.mjs [--record] [--out FOLDER]`.
//
// The same sources and packages give the same bytes in any folder. client/bundle.sha256 holds the hash of each file that a
// browser runs or shows; a build that differs from it fails, and --record writes it anew. Packed copies lie beside each file;
// they are not in the record, since what they hold is.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { compile } from "sass";

const client = dirname(fileURLToPath(import.meta.url));
const root = dirname(client);
const record = join(client, "bundle.sha256");

async function scripts() {
  const built = await build({
    absWorkingDir: root,
    entryPoints: { page: "client/pages/page.js", worker: "client/worker.js" },
    outdir: "bundle",
    bundle: true,
    format: "esm",
    minify: true,
    sourcemap: false,
    charset: "utf8",
    target: "es2022",
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const files = Object.fromEntries(built.outputFiles.map((file) => [relative(join(root, "bundle"), file.path), file.text]));
  const used = Object.values(built.metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs)
      .filter(([, input]) => input.bytesInOutput > 0)
      .map(([path]) => path),
  );
  return { files, used };
}

/**
 * The typeface stands in the style sheet itself: a file of its own would be asked for when its first letter is shown, and
 * that request would tell what is shown. Its package holds it cut down to Latin letters.
 */
function typeface() {
  const folder = join(root, "node_modules/@fontsource/atkinson-hyperlegible/files");
  const faces = [400, 700].map((weight) => {
    const data = readFileSync(join(folder, `atkinson-hyperlegible-latin-${weight}-normal.woff2`)).toString("base64");
    return `@font-face{font-family:"Atkinson Hyperlegible";font-weight:${weight};src:url(data:font/woff2;base64,${data}) format("woff2")}`;
  });
  return faces.join("");
}

function styles() {
  const { css } = compile(join(client, "styles/style.scss"), {
    style: "compressed",
    loadPaths: [join(root, "node_modules")],
    charset: false,
    quietDeps: true,
  });
  return typeface() + css;
}

/** The licences of every package that has a line in the bundle, of the word list and of the places. */
function notices(used) {
  const names = used.map((path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean);
  const parts = [...new Set([...names, "govuk-frontend", "@fontsource/atkinson-hyperlegible"])].sort().map((name) => {
    const folder = join(root, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const kept = join(client, "licences", `${name}.txt`);
    const file = existsSync(kept) ? kept : join(folder, readdirSync(folder).find((one) => /^licen[cs]e/i.test(one)));
    return `${name} ${version}\n\n${readFileSync(file, 'utf8').trim()}\n`;
  });
  const own = readFileSync(join(client, "licences", "notices.txt"), "utf8");
  const data = ["words", "forces"].map((room) => readFileSync(join(root, `dropbox/${room}/ATTRIBUTION.md`), "utf8"));
  return [own, ...data, ...parts].map((part) => part.trim()).join(`\n\n${'-'.repeat(72)}\n\n`) + "\n";
}

function packed(body) {
  const brotli = brotliCompressSync(body, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
  });
  const gzip = gzipSync(body, { level: 9 });
  if (!brotliDecompressSync(brotli).equals(body) || !gunzipSync(gzip).equals(body)) throw new Error("a packed file differs");
  return { ".br": brotli, ".gz": gzip };
}

/** Each file appears whole, also for a server that starts meanwhile; what is no part of the bundle goes. */
function write(folder, files) {
  mkdirSync(folder, { recursive: true });
  const kept = new Set();
  for (const [name, text] of Object.entries(files)) {
    const body = Buffer.from(text);
    for (const [ending, bytes] of Object.entries({ "": body, ...packed(body) })) {
      const path = join(folder, name + ending);
      writeFileSync(`${path}.new`, bytes);
      renameSync(`${path}.new`, path);
      kept.add(name + ending);
    }
  }
  for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name), { recursive: true });
}

/** Of each file, and of what a browser gets in its place: whoever compares need not unpack it. */
function hashes(files) {
  const all = Object.entries(files).flatMap(([name, text]) => [[name, text], [`${name}.br`, packed(Buffer.from(text))[".br"]]]);
  const lines = all.map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`);
  return lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join("");
}

/** The desk's own copy, with its licence: a desk serves itself, and loads nothing of a service. */
function writeDeskTypeface() {
  const licence = readFileSync(join(root, "node_modules/@fontsource/atkinson-hyperlegible/LICENSE"), "utf8").trim();
  const folder = join(root, "journalist_ui/web/static");
  mkdirSync(folder, { recursive: true });
  // A desk that starts meanwhile finds the old file or the new one, and nothing beside it.
  const made = join(root, "node_modules/.typeface.css");
  writeFileSync(made, `/*\n${licence}\n*/\n${typeface()}\n`);
  renameSync(made, join(folder, "typeface.css"));
}

const words = process.argv.slice(2);
const at = words.indexOf("--out");
const folder = resolve(at < 0 ? join(root, "dropbox/server/static") : (words[at + 1] ?? "."));
const { files, used } = await scripts();
const all = { ...files, "style.css": styles(), "notices.txt": notices(used) };
write(folder, all);
if (at < 0) writeDeskTypeface();
const found = hashes(all);
if (words.includes("--record")) {
  writeFileSync(record, found);
} else if (!existsSync(record) || readFileSync(record, "utf8") !== found) {
  const known = existsSync(record) ? readFileSync(record, "utf8").split("\n") : [];
  const differing = found.split("\n").filter((line) => line && !known.includes(line));
  console.error(
    `The bundle built here is not the recorded one: ${differing.map((line) => line.slice(66)).join(', ')} differ.\n` +
      "If you changed something below client/ or its packages, run `make bundle` and commit client/bundle.sha256 with it.\n" +
      "If you changed nothing, do not use this build: its sources or tools are not those that were recorded.",
  );
  process.exit(1);
}
