// node validate.mjs MODULES SITE: validate every page below SITE by html-validate, which is below MODULES, and print each
// fault as a line: page, line, rule, message.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";

// The rules by which each page must be valid HTML. What differs from the recommended set has its reason.
const RULES = {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // The title of a page is the label of its thing or the question that it answers, and these may be long.
    "long-title": "off",
    // A table that scrolls is a div with the role region: it is no section of the text, and has no heading.
    "prefer-native-element": ["error", { exclude: ["region"] }],
  },
};

const [modules, site] = process.argv.slice(2);
const { HtmlValidate, StaticConfigLoader } = createRequire(join(modules, "x.js"))("html-validate");

// One configuration serves all pages: to make it again for each takes as long as to validate the page.
class OneConfig extends StaticConfigLoader {
  getConfigFor(...given) {
    this.only ??= super.getConfigFor(...given);
    return this.only;
  }
}

const validator = new HtmlValidate(new OneConfig(RULES));
const files = readdirSync(site, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
for (const file of files) {
  const report = validator.validateStringSync(readFileSync(file, "utf8"), file);
  for (const { messages } of report.results) {
    for (const one of messages) {
      console.log(`${relative(site, file)}:${one.line}: ${one.ruleId}: ${one.message}`);
    }
  }
}
console.log(`${files.length} pages validated`);
