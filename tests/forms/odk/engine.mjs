// ODK's own engine as a child process: one JSON request a line on stdin, one JSON answer a line on stdout.
//
// {"do": "open", "xform": "…", "attachments": {"name": "text"}, "language": "…"}, {"do": "set", "path": "…", "value": …},
// {"do": "add" | "remove", "path": "…"}, {"do": "state"}, {"do": "texts"}, {"do": "xml"}, {"do": "time", "steps": […], "rounds": n}.
// An error is answered as {"error": "…"}. Nothing is fetched: attachments are handed in.

import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { JSDOM } from 'jsdom';

const require = createRequire(import.meta.url);
const dom = new JSDOM('<!DOCTYPE html>');
for (const name of Object.getOwnPropertyNames(dom.window)) {
	if (/^[A-Z]/.test(name) && !(name in globalThis)) globalThis[name] = dom.window[name];
}
globalThis.document = dom.window.document;
globalThis.window ??= dom.window;
globalThis.require = require;
globalThis.__dirname = path.dirname(require.resolve('@getodk/xforms-engine'));
console.log = console.warn = console.info = console.error = () => {};

const { loadForm } = await import('@getodk/xforms-engine');

const TYPES = { csv: 'text/csv', xml: 'text/xml', geojson: 'application/geo+json' };
let root = null;

async function open({ xform, attachments = {}, language }) {
	const fetchFormAttachment = async (url) => {
		const name = decodeURIComponent(String(url.href ?? url).split('/').pop());
		if (!(name in attachments)) return { ok: false, status: 404, headers: new Headers(), text: async () => '' };
		const headers = new Headers({ 'content-type': TYPES[name.split('.').pop()] ?? 'application/octet-stream' });
		return { ok: true, status: 200, headers, text: async () => attachments[name] };
	};
	const form = await loadForm(xform, { fetchFormAttachment, missingResourceBehavior: 'BLANK' });
	if (form.status === 'failure') throw form.error;
	const made = form.createInstance({ instanceAttachments: { fileNameFactory: (meta) => meta.file?.name ?? meta.basename + (meta.extension ?? '') } });
	root = made.root;
	const wanted = language && root.languages.find((one) => one.language === language);
	if (wanted) root.setLanguage(wanted);
	return {};
}

function* family(node) {
	if (node.nodeType.startsWith('repeat-range')) {
		for (const child of node.currentState.children) yield* family(child);
		return;
	}
	yield node;
	for (const child of node.currentState.children ?? []) yield* family(child);
}

function find(wanted, ranges = false) {
	const pending = [root];
	while (pending.length) {
		const node = pending.pop();
		if (node.currentState.reference === wanted && (ranges || !node.nodeType.startsWith('repeat-range'))) return node;
		if (wanted.startsWith(node.currentState.reference)) pending.push(...(node.currentState.children ?? []));
	}
	throw new Error(`there is no node ${wanted}`);
}

function set({ path: where, value }) {
	const node = find(where);
	const many = Array.isArray(value) ? value : value === '' || value === null ? [] : [value];
	if (node.nodeType === 'select') node.selectValues(many);
	else if (node.nodeType === 'rank') node.setValues(many);
	else if (node.nodeType === 'trigger') node.setValue(Boolean(value));
	else if (node.nodeType === 'upload') node.setValue(value ? new File(['x'], value) : null);
	else node.setValue(['int', 'decimal'].includes(node.valueType) && value === '' ? null : value);
	return {};
}

function add({ path: where }) {
	find(where, true).addInstances();
	return {};
}

function remove({ path: where }) {
	const at = where.lastIndexOf('[');
	find(where.slice(0, at), true).removeInstances(Number(where.slice(at + 1, -1)) - 1);
	return {};
}

function state() {
	const found = { values: {}, relevant: {}, required_missing: [], violations: [], choices: {} };
	for (const node of family(root)) {
		const { reference, relevant, children, instanceValue, valueOptions } = node.currentState;
		found.relevant[reference] = relevant;
		if (children !== null) continue;
		found.values[reference] = instanceValue;
		if (valueOptions !== null && valueOptions !== undefined) found.choices[reference] = valueOptions.map((one) => one.value);
		const { violation } = node.validationState;
		if (violation?.condition === 'required') found.required_missing.push(reference);
		if (violation?.condition === 'constraint') found.violations.push(reference);
	}
	return found;
}

function texts() {
	const found = {};
	for (const node of family(root)) {
		const { reference, label, hint, valueOptions } = node.currentState;
		found[reference] = { label: label?.asString ?? '', hint: hint?.asString ?? '' };
		if (valueOptions) found[reference].choices = valueOptions.map((one) => one.label.asString);
	}
	return found;
}

async function xml() {
	const payload = await root.prepareInstancePayload();
	return { xml: await payload.data[0].get('xml_submission_file').text() };
}

async function time({ steps, rounds, ...form }) {
	const timed = { open: [], answer: [] };
	for (let round = 0; round < rounds; round++) {
		const before = performance.now();
		await open(form);
		timed.open.push(performance.now() - before);
		for (const step of steps) {
			const start = performance.now();
			({ set, add, remove })[step.do](step);
			timed.answer.push(performance.now() - start);
		}
	}
	return timed;
}

const DEEDS = { open, set, add, remove, state, texts, xml, time };

for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
	const request = JSON.parse(line);
	let answer;
	try {
		answer = await DEEDS[request.do](request);
	} catch (error) {
		const causes = [error.message, error.cause?.message, ...(error.causes ?? []).map((one) => one.message)];
		answer = { error: causes.filter(Boolean).join('; ').slice(0, 2000) || String(error) };
	}
	process.stdout.write(JSON.stringify(answer) + '\n');
}
