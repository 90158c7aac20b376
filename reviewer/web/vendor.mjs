// Copies what the pages load from node_modules to static/vendor/: `npm run vendor`.
//
// Pico goes into a cascade layer, so that any rule of our own stylesheets wins over any of Pico's,
// whatever its specificity.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "..", "..", "node_modules");
const vendor = join(here, "static", "vendor");
const font = "@fontsource-variable/schibsted-grotesk/files/schibsted-grotesk";

await mkdir(vendor, { recursive: true });
await copyFile(join(modules, "htmx.org/dist/htmx.min.js"), join(vendor, "htmx.js"));
for (const subset of ["latin", "latin-ext"]) {
  await copyFile(join(modules, `${font}-${subset}-wght-normal.woff2`), join(vendor, `${subset}.woff2`));
}
const pico = await readFile(join(modules, "@picocss/pico/css/pico.min.css"), "utf8");
await writeFile(join(vendor, "pico.css"), `@layer pico{${pico.replace(/@charset "[^"]*";/, "")}}\n`);
