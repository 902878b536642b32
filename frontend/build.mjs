// Builds the committed assets: one stylesheet, one module, one icon sprite, three fonts.
// Usage: node build.mjs [OUTPUT DIRECTORY]. The same source gives the same bytes every time.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "../src/lms_leiderschap/web/static/dist"));
const modules = join(here, "node_modules");
const project = readJson(join(here, "package.json"));
const LITERATA = "@fontsource-variable/literata";
const ATKINSON = "@fontsource-variable/atkinson-hyperlegible-next";
const FONTS = {
  "literata.woff2": [LITERATA, "literata-latin-wght-normal.woff2"],
  "literata-italic.woff2": [LITERATA, "literata-latin-wght-italic.woff2"],
  "atkinson.woff2": [ATKINSON, "atkinson-hyperlegible-next-latin-wght-normal.woff2"],
};
const manifest = {};

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

function origin(name) {
  const { version, license } = name ? readJson(join(modules, name, "package.json")) : project;
  return { name: name ?? project.name, version, licence: license };
}

// gzip writes the operating system into byte 9: set to "unknown", or machines would differ.
function gzip(bytes) {
  const packed = gzipSync(bytes, { level: 9 });
  packed[9] = 255;
  return packed;
}

function brotli(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params });
}

// Fonts are compressed inside; a second layer would only make them larger.
function emit(name, content, from, extra = {}) {
  const bytes = Buffer.from(content);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const dot = name.lastIndexOf(".");
  const file = `${name.slice(0, dot)}.${sha256.slice(0, 12)}${name.slice(dot)}`;
  writeFileSync(join(out, file), bytes);
  if (!name.endsWith(".woff2")) {
    writeFileSync(join(out, `${file}.gz`), gzip(bytes));
    writeFileSync(join(out, `${file}.br`), brotli(bytes));
  }
  manifest[name] = { file, sha256, from, ...extra };
  return file;
}

function bundle(entry, options) {
  const built = esbuild.buildSync({
    entryPoints: [join(here, entry)], bundle: true, minify: true, write: false,
    legalComments: "none", charset: "utf8", logLevel: "warning", absWorkingDir: here, ...options,
  });
  return built.outputFiles[0].text;
}

// A symbol carries shapes only: line, colour and caps come from the class .icon in the stylesheet.
function symbol(id) {
  const source = readFileSync(join(modules, "@tabler/icons/icons/outline", `${id}.svg`), "utf8");
  const shapes = source
    .replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>");
  return `<symbol id="${id}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

function buildIcons() {
  const names = readJson(join(here, "icons.json"));
  if (names.length > 70) throw new Error(`${names.length} icons: 70 is the most the sprite holds.`);
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join("")}</svg>\n`;
  emit("icons.svg", sprite, [origin("@tabler/icons")], { symbols: names });
}

function buildFonts() {
  for (const [name, [source, file]] of Object.entries(FONTS)) {
    emit(name, readFileSync(join(modules, source, "files", file)), [origin(source)]);
  }
}

// The fonts come first: their hashed names stand in the stylesheet and so count in its hash.
function buildStyles() {
  let css = bundle("css/index.css", { external: ["*.woff2"] });
  for (const name of Object.keys(FONTS)) {
    css = css.replaceAll(`url(${name})`, `url(${manifest[name].file})`);
  }
  emit("lms.css", css, [origin()]);
}

function buildLicences() {
  const sources = [LITERATA, ATKINSON, "@tabler/icons"];
  const texts = sources.map((name) => {
    const text = readFileSync(join(modules, name, "LICENSE"), "utf8");
    const { version } = origin(name);
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
  emit("licences.txt", texts.join(`\n${"-".repeat(79)}\n\n`), sources.map(origin));
}

function emptyDirectory() {
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(out)) rmSync(join(out, name));
}

emptyDirectory();
buildFonts();
buildIcons();
buildStyles();
emit("lms.js", bundle("js/index.js", { format: "esm", target: "es2022" }), [origin()]);
buildLicences();
const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);
