// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The test's environment: a new CRM, a new browser, and counted steps.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

import { chromium } from 'playwright-core';

export const password = ['staple', 'lagoon', 'orbit', '47'].join('-');

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/// Counts passed and failed steps; continues after a failure, so that one run shows all of them.
export class story {
    passed = 0;
    failed = 0;

    async step(sentence, body) {
        try {
            await body();
            this.passed += 1;
            console.log(`ok      ${sentence}`);
        } catch (problem) {
            this.failed += 1;
            console.log(`FAILED  ${sentence}\n        ${String(problem.stack ?? problem).replaceAll('\n', '\n        ')}`);
        }
    }

    end() {
        console.log(`${this.passed} passed, ${this.failed} failed`);
        return this.failed === 0 && this.passed > 0 ? 0 : 1;
    }
}

/// A folder that is removed after the test.
export async function temporary_folder() {
    return mkdtemp(path.join(os.tmpdir(), 'crm-browser-'));
}

export async function remove(folder) {
    await rm(folder, { recursive: true, force: true });
}

/// Starts the CRM on a free port; resolves to its address when it listens.
export async function start_crm(program, folder) {
    const password_file = path.join(folder, 'first-password');
    await writeFile(password_file, `${password}\n`, { mode: 0o600 });
    const child = spawn(program, ['--data', path.join(folder, 'crm'), '--listen', '127.0.0.1:0',
                                  '--admin-password-file', password_file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const address = new Promise((resolve, reject) => {
        const hear = (chunk) => {
            said += chunk;
            const found = said.match(/http:\/\/127\.0\.0\.1:(\d+)/);
            if (found) resolve(found[0]);
        };
        child.stdout.on('data', hear);
        child.stderr.on('data', hear);
        child.on('error', reject);
        child.on('exit', (code) => reject(new Error(`the CRM ended with ${code}: ${said}`)));
        setTimeout(() => reject(new Error(`the CRM does not listen: ${said}`)), 30000).unref();
    });
    return {
        origin: await address,
        said: () => said,
        async stop() {
            if (child.exitCode !== null) return child.exitCode;
            const ended = new Promise((resolve) => child.on('exit', resolve));
            child.kill('SIGTERM');
            return ended;
        },
    };
}

/// The system's Chromium, with a new profile that is removed after the test.
export async function start_browser() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        headless: true,
        args: [
            '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync',
        ],
    });
}

/// A request with any headers, which no browser would send; only Host and Content-Length are added.
export function raw(origin, method, target, headers = {}, body = '') {
    const url = new URL(target, origin);
    return new Promise((resolve, reject) => {
        const asked = http.request(
            { host: url.hostname, port: url.port, path: target, method, agent: false,
              headers: { ...(body && { 'Content-Length': Buffer.byteLength(body) }), ...headers } },
            (answer) => {
                let text = '';
                answer.setEncoding('utf8');
                answer.on('data', (chunk) => (text += chunk));
                answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
            });
        asked.on('error', reject);
        asked.end(body);
    });
}

/// A form from the console's own pages, sent without a browser.
export function raw_form(origin, target, fields, headers = {}) {
    return raw(origin, 'POST', target,
               { Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
               new URLSearchParams(fields).toString());
}

/// Checks the page with axe-core, in one colour scheme and at one width.
export async function find_no_fault(page, name, scheme, width) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    // The page's policy forbids foreign scripts, so evaluate this one from outside, like a debugger.
    const loaded = await page.evaluate(() => 'axe' in window);
    if (!loaded) await page.evaluate(axe);
    const found = await page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
        return violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' | ')}`);
    });
    assert.deepEqual(found, [], `${name}, ${scheme}, ${width} px`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${name} is ${overflow} px too wide at ${width} px`);
}
