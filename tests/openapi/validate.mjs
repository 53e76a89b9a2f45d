// Is a description valid OpenAPI?   validate.mjs MODULES DESCRIPTION.json     prints what is wrong, one a line; exit code 1
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, description] = process.argv.slice(2);
const require = createRequire(modules + '/x.js');
const { Validator } = await import(pathToFileURL(require.resolve('@seriousme/openapi-schema-validator')).href);
const validator = new Validator();
const { valid, errors } = await validator.validate(description);

if (!valid || validator.version !== '3.1') {
  for (const error of Array.isArray(errors) ? errors : [{ message: errors ?? `is OpenAPI ${validator.version}` }])
    console.log(`${error.instancePath ?? ''}: ${error.message}`);
  process.exit(1);
}
