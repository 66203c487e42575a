// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests the console in the system's Chromium, against the given CRM program: console.mjs PROGRAM

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';

import {
    find_no_fault, password, raw, raw_form, remove, start_browser, start_crm, story, temporary_folder,
} from './harness.mjs';

const key_path = '/admin/integrations/instance-api-key';
const key_form = /^instance_[0-9A-Za-z]{49}$/;

const folder = await temporary_folder();
const crm = await start_crm(process.argv[2], folder);
const chromium = await start_browser();
const settings = { viewport: { width: 1440, height: 900 }, timezoneId: 'UTC', locale: 'en-GB' };
const browser = await chromium.newContext(settings);
browser.setDefaultTimeout(10000);
const told = new story();
const step = (sentence, body) => told.step(sentence, body);

const page = await browser.newPage();
const complaints = [];
page.on('console', (message) => {
    // The browser itself reports 4xx answers there, which some steps expect.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
});
page.on('pageerror', (problem) => complaints.push(String(problem)));
const strangers = [];
page.on('request', (request) => {
    if (!request.url().startsWith(crm.origin)) strangers.push(request.url());
});

const cookies = async () => new Map((await browser.cookies(crm.origin + '/admin')).map((each) => [each.name, each]));
const session_cookie = 'shearline-console';
const cookie_header = async () => [...(await cookies()).values()].map((each) => `${each.name}=${each.value}`).join('; ');
const go = (where) => page.goto(crm.origin + where);
const press = (name) => page.getByRole('button', { name, exact: true }).click();
const shown_key = () => page.getByLabel('The Instance API Key').inputValue();
const status_says = (text) => page.locator('[data-key-panel] .status').filter({ hasText: text }).waitFor();
/// The content of the clipboard, read by pasting it.
async function clipboard() {
    const elsewhere = await browser.newPage();
    try {
        await elsewhere.setContent('<textarea></textarea>');
        await elsewhere.locator('textarea').press('Control+V');
        return await elsewhere.locator('textarea').inputValue();
    } finally {
        await elsewhere.close();
    }
}
const csrf = () => page.locator('input[name=csrf]').first().inputValue();
const rest = (key, method = 'GET', body = '') =>
    raw(crm.origin, method, method === 'GET' ? '/crm/api/v2/contacts?page=1&per_page=10' : '/crm/api/v2/contacts',
        { Authorization: key, ...(body && { 'Content-Type': 'application/json' }) }, body);

async function log_in(text = password, on = page) {
    await on.goto(`${crm.origin}/admin/login`);
    await on.getByLabel('Password').fill(text);
    await on.getByRole('button', { name: 'Log in', exact: true }).click();
}

/// In both colour schemes, and at the smallest and largest supported widths.
async function find_no_fault_anywhere(name, on = page) {
    for (const scheme of ['light', 'dark'])
        for (const width of [375, 1440]) await find_no_fault(on, name, scheme, width);
}

let before_log_in;
let first_key;
let second_key;

try {
    // ---- logging in ----

    await step('a stranger is led to the log-in page, from each page', async () => {
        for (const where of ['/admin', '/admin/contacts', '/admin/audit', '/admin/integrations', key_path]) {
            await go(where);
            assert.equal(new URL(page.url()).pathname, '/admin/login');
        }
        before_log_in = (await cookies()).get(session_cookie).value;
    });

    await step('a wrong password is refused, and says so', async () => {
        await log_in('not the password at all');
        await page.getByRole('alert').filter({ hasText: 'That is not the password' }).waitFor();
        const asked = await raw(crm.origin, 'GET', '/admin', { Cookie: await cookie_header() });
        assert.equal(asked.status, 303);
    });

    await step('the right password leads to the overview', async () => {
        await log_in();
        await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    });

    await step('the session has an id of its own, which no script can read', async () => {
        const cookie = (await cookies()).get(session_cookie);
        assert.notEqual(cookie.value, before_log_in);
        assert.match(cookie.value, /^[A-Za-z0-9_-]{43}$/);
        assert.equal(cookie.httpOnly, true);
        assert.equal(cookie.sameSite, 'Strict');
        assert.equal(cookie.path, '/admin');
        assert.equal(await page.evaluate(() => document.cookie), '');
    });

    await step('the id from before the log-in opens nothing', async () => {
        const fixed = await raw(crm.origin, 'GET', '/admin', { Cookie: `${session_cookie}=${before_log_in}` });
        assert.equal(fixed.status, 303);
        assert.equal(fixed.headers.location, '/admin/login');
    });

    // ---- the first key ----

    await step('Main menu, Integrations, Instance API Key: there is no key yet', async () => {
        await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Integrations' }).click();
        await page.getByRole('link', { name: 'Open the key' }).click();
        await page.getByText('There is no key yet').waitFor();
        await find_no_fault_anywhere('no key');
        await page.setViewportSize(settings.viewport);
    });

    await step('EDIT, GENERATE KEY: by keyboard alone', async () => {
        const at = async (name) => {
            for (let i = 0; i < 40; ++i) {
                const here = await page.evaluate(() => document.activeElement?.textContent?.trim());
                if (here === name) {
                    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
                    assert.notEqual(outline, 'none', `the focus on ${name} cannot be seen`);
                    return;
                }
                await page.keyboard.press('Tab');
            }
            assert.fail(`${name} is not reached by the Tab key`);
        };
        await at('EDIT');
        await page.keyboard.press('Space');
        await page.getByRole('button', { name: 'GENERATE KEY', exact: true }).waitFor();
        await at('GENERATE KEY');
        await page.keyboard.press('Enter');
        await page.getByText('The key is ready').waitFor();
    });

    await step('the key is masked until it is revealed', async () => {
        assert.match(await shown_key(), /^instance_[0-9A-Za-z]{11}•{38}$/);
        assert.doesNotMatch(await page.content(), /instance_[0-9A-Za-z]{12}/);
    });

    await step('Reveal shows the key, and Hide hides it', async () => {
        await press('Reveal');
        await status_says('The key is shown');
        first_key = await shown_key();
        assert.match(first_key, key_form);
        await press('Hide');
        assert.match(await shown_key(), /•{38}$/);
    });

    await step('Copy puts the same key on the clipboard, without showing it', async () => {
        await press('Copy');
        await status_says('The key is copied');
        assert.equal(await clipboard(), first_key);
        assert.match(await shown_key(), /•{38}$/);
    });

    await step('the key opens the REST API', async () => {
        assert.equal((await rest(first_key)).status, 200);
        assert.equal((await rest(first_key.slice(0, -1) + (first_key.endsWith('0') ? '1' : '0'))).status, 401);
    });

    // ---- contacts that arrive ----

    await step('a contact that a system sends appears by itself', async () => {
        await go('/admin/contacts');
        await page.getByText('No contacts yet').waitFor();
        const sent = await rest(first_key, 'POST', JSON.stringify({
            external_id: 'legacy-1', first_name: 'Zoë', last_name: '<img src=x onerror=alert(1)>',
            email: 'zoe@example.com', company: 'Smith & Sons',
        }));
        assert.equal(sent.status, 201, sent.text);
        await page.getByRole('rowheader', { name: 'Zoë <img src=x onerror=alert(1)>' }).waitFor();
        await page.getByRole('cell', { name: 'Smith & Sons' }).waitFor();
        assert.equal(await page.locator('tbody img').count(), 0);
        await page.getByText('Live', { exact: true }).waitFor();
    });

    await step('the search finds it, and nothing else', async () => {
        await page.getByRole('searchbox').fill('zoe@example.com');
        await press('Search');
        await page.getByRole('rowheader', { name: /Zoë/ }).waitFor();
        await page.getByRole('searchbox').fill('nobody-of-this-name');
        await press('Search');
        await page.getByText('No contact matches').waitFor();
    });

    // ---- the key again ----

    await step('regenerating asks first, says what it does, and can be left', async () => {
        await go(key_path);
        await press('EDIT');
        await press('REGENERATE KEY');
        const dialog = page.getByRole('dialog', { name: 'Regenerate the Instance API Key?' });
        await dialog.getByText('The old key stops working at once').waitFor();
        await dialog.getByRole('button', { name: 'Keep the old key' }).click();
        await dialog.waitFor({ state: 'hidden' });
        assert.equal((await rest(first_key)).status, 200);
    });

    await step('REGENERATE KEY: the next call with the old key is refused', async () => {
        await press('REGENERATE KEY');
        await page.getByRole('dialog').getByRole('button', { name: 'REGENERATE KEY' }).click();
        await page.getByText('The new key is ready').waitFor();
        assert.equal((await rest(first_key)).status, 401);
        await press('Copy');
        await status_says('The key is copied');
        second_key = await clipboard();
        assert.match(second_key, key_form);
        assert.notEqual(second_key, first_key);
        assert.equal((await rest(second_key)).status, 200);
    });

    await step('a form that is sent twice rotates once', async () => {
        await go(`${key_path}?edit=1&confirm=1`);
        const fields = { csrf: await csrf(), once: await page.locator('input[name=once]').first().inputValue() };
        const cookie = await cookie_header();
        const answers = await Promise.all([1, 2, 3].map(() =>
            raw_form(crm.origin, `${key_path}/regenerate`, fields, { Cookie: cookie })));
        assert.deepEqual(answers.map((each) => each.status), [303, 303, 303]);
        assert.equal((await rest(second_key)).status, 401);
        await go(key_path);
        assert.equal(await page.locator('dt:text-is("Generation") + dd').textContent(), '3');
        await press('Copy');
        await status_says('The key is copied');
        second_key = await clipboard();
        assert.equal((await rest(second_key)).status, 200);
    });

    await step('a suspended key is refused, and works again when it is resumed', async () => {
        await press('EDIT');
        await press('Suspend the key');
        await page.getByText('The key is suspended').waitFor();
        assert.equal((await rest(second_key)).status, 403);
        await press('EDIT');
        await press('Resume the key');
        await page.getByText('The key works again').waitFor();
        assert.equal((await rest(second_key)).status, 200);
    });

    await step('created, last used, state and generation are shown', async () => {
        const fact = (name) => page.locator(`dt:text-is("${name}") + dd`).textContent();
        await go(key_path);
        assert.match(await fact('Created'), /\d/);
        // Uses are counted in memory and written once a second, so the page shows them with a delay.
        for (let tries = 0; (await fact('Last used')) === 'never' && tries < 100; tries += 1) {
            await page.waitForTimeout(100);
            await page.reload();
        }
        assert.match(await fact('Last used'), /\d/);
        assert.equal(await fact('State'), 'active');
        assert.equal(await fact('Generation'), '3');
    });

    await step('the audit tells who did what', async () => {
        await go('/admin/audit');
        const did = await page.locator('tbody td[data-label="Did"]').allTextContents();
        for (const action of ['issue', 'rotate', 'reveal', 'suspend', 'resume', 'log in', 'log in refused'])
            assert.ok(did.includes(action), `${action} is not among ${did}`);
        assert.equal(did.filter((each) => each === 'rotate').length, 2);
        await page.getByText('copied in the console').first().waitFor();
        const who = await page.locator('tbody td[data-label="Who"]').allTextContents();
        who.forEach((each, row) => assert.equal(each, did[row] === 'log in refused' ? 'unknown' : 'owner'));
    });

    // ---- attacks ----

    await step('a form without the token, or with a wrong one, is refused', async () => {
        await go(key_path);
        const cookie = await cookie_header();
        const right = await csrf();
        const wrong = (right[0] === 'A' ? 'B' : 'A') + right.slice(1);
        for (const fields of [{}, { csrf: '' }, { csrf: wrong }, { csrf: right.slice(0, 42) }])
            assert.equal((await raw_form(crm.origin, `${key_path}/reveal`, fields, { Cookie: cookie })).status, 403);
        const good = await raw_form(crm.origin, `${key_path}/reveal`, { csrf: right }, { Cookie: cookie, Accept: 'application/json' });
        assert.equal(good.status, 200);
        assert.equal(JSON.parse(good.text).key, second_key);
        assert.equal(good.headers['cache-control'], 'no-store');
    });

    await step('a form from another origin, or from none, is refused', async () => {
        const fields = { csrf: await csrf() };
        const cookie = await cookie_header();
        for (const origin of ['http://evil.example', 'null', crm.origin.replace(/\d+$/, '1'), crm.origin.replace('http', 'https')])
            assert.equal((await raw_form(crm.origin, `${key_path}/reveal`, fields, { Cookie: cookie, Origin: origin })).status, 403);
        const none = await raw(crm.origin, 'POST', `${key_path}/reveal`,
                               { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded' }, new URLSearchParams(fields).toString());
        assert.equal(none.status, 403);
        const crossed = await raw_form(crm.origin, `${key_path}/reveal`, fields, { Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' });
        assert.equal(crossed.status, 403);
    });

    await step('another name for this host is refused', async () => {
        const cookie = await cookie_header();
        for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.'])
            assert.equal((await raw(crm.origin, 'GET', '/admin', { Cookie: cookie, Host: host })).status, 421, host);
        const port = new URL(crm.origin).port;
        assert.equal((await raw(crm.origin, 'GET', '/admin', { Cookie: cookie, Host: `localhost:${port}` })).status, 200);
    });

    await step('the key is not given to a GET, nor without a session', async () => {
        const cookie = await cookie_header();
        const got = await raw(crm.origin, 'GET', `${key_path}/reveal`, { Cookie: cookie });
        assert.equal(got.status, 405);
        assert.equal(got.headers.allow, 'POST');
        const fields = { csrf: await csrf() };
        assert.equal((await raw_form(crm.origin, `${key_path}/reveal`, fields)).status, 403);
    });

    await step('each answer says what the browser must not do', async () => {
        for (const where of ['/admin/login', '/admin/nowhere', key_path]) {
            const { headers } = await raw(crm.origin, 'GET', where, { Cookie: await cookie_header() });
            assert.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
            assert.doesNotMatch(headers['content-security-policy'], /unsafe|\*/);
            assert.equal(headers['x-content-type-options'], 'nosniff');
            assert.equal(headers['cache-control'], 'no-store');
            assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
            assert.ok(headers['referrer-policy'] && headers['permissions-policy']);
        }
    });

    await step('a script that got into a page would not run', async () => {
        await go('/admin');
        const ran = await page.evaluate(() => new Promise((resolve) => {
            const script = document.createElement('script');
            try {
                script.textContent = 'window.injected = true';
            } catch { /* trusted types */ }
            document.body.append(script);
            setTimeout(() => resolve(window.injected === true), 200);
        }));
        assert.equal(ran, false);
        complaints.length = 0;  // the browser reported this, as expected
    });

    // ---- the password again ----

    await step('where the password is asked for again, a dialog asks for it', async () => {
        // Five minutes are too long for a test: the first answer is what the console would give (its unit tests have a
        // clock to show that), the second is the console's own.
        const sent = [];
        await page.route(`**${key_path}/reveal`, async (route) => {
            sent.push(new URLSearchParams(route.request().postData()));
            if (sent.length > 2) return route.continue();
            const message = sent.length === 1 ? '' : 'That is not the password.';
            return route.fulfill({ status: 403, contentType: 'application/json', body: JSON.stringify({ error: 'password', message }) });
        });
        await go(key_path);
        await press('Reveal');
        const dialog = page.getByRole('dialog', { name: 'Your password, please' });
        await dialog.getByLabel('Password').fill('a wrong one, perhaps');
        await find_no_fault_anywhere('password dialog');
        await dialog.getByRole('button', { name: 'Go on' }).click();
        await dialog.getByText('That is not the password.').waitFor();
        await dialog.getByLabel('Password').fill(password);
        await page.keyboard.press('Enter');
        await status_says('The key is shown');
        assert.equal(await shown_key(), second_key);
        assert.deepEqual(sent.map((each) => each.get('password')), [null, 'a wrong one, perhaps', password]);
        await page.unroute(`**${key_path}/reveal`);
        await page.setViewportSize(settings.viewport);
    });

    await step('the dialog can be left, and then nothing is shown', async () => {
        await page.route(`**${key_path}/copy`, (route) =>
            route.fulfill({ status: 403, contentType: 'application/json', body: '{"error":"password","message":""}' }));
        await go(key_path);
        await press('Copy');
        await page.getByRole('dialog', { name: 'Your password, please' }).waitFor();
        await page.keyboard.press('Escape');
        assert.match(await shown_key(), /•{38}$/);
        await page.unroute(`**${key_path}/copy`);
    });

    // ---- without scripts ----

    await step('all but copying works without JavaScript', async () => {
        const context = await chromium.newContext({ ...settings, javaScriptEnabled: false });
        context.setDefaultTimeout(10000);
        const plain = await context.newPage();
        const click = (name) => plain.getByRole('button', { name, exact: true }).click();
        await log_in(password, plain);
        await plain.goto(crm.origin + key_path);
        assert.equal(await plain.getByRole('button', { name: 'Copy', exact: true }).count(), 0);
        await click('Reveal');
        assert.equal(await plain.getByLabel('The Instance API Key').inputValue(), second_key);
        await click('Hide');
        await click('EDIT');
        await click('REGENERATE KEY');
        await plain.getByText('The old key stops working at once').waitFor();
        await click('REGENERATE KEY');
        await plain.getByText('The new key is ready').waitFor();
        assert.equal((await rest(second_key)).status, 401);
        await click('Reveal');
        second_key = await plain.getByLabel('The Instance API Key').inputValue();
        assert.equal((await rest(second_key)).status, 200);
        await plain.goto(`${crm.origin}/admin/contacts`);
        await plain.getByRole('rowheader', { name: /Zoë/ }).waitFor();
        await context.close();
    });

    // ---- how it looks ----

    await step('axe-core finds no fault on any page, in light and dark, narrow and wide', async () => {
        const pages = [['/admin', 'overview'], ['/admin/contacts', 'contacts'], ['/admin/contacts?q=nobody', 'no contacts'],
                       ['/admin/integrations', 'integrations'], [key_path, 'key'], [`${key_path}?edit=1`, 'editing'],
                       [`${key_path}?edit=1&confirm=1`, 'confirmation'], ['/admin/audit', 'audit'], ['/admin/nowhere', 'not found']];
        for (const [where, name] of pages) {
            await go(where);
            await find_no_fault_anywhere(name);
        }
        await go(`${key_path}?edit=1`);
        await press('REGENERATE KEY');
        await find_no_fault_anywhere('confirmation dialog');
        await go(key_path);
        await press('Reveal');
        await status_says('The key is shown');
        await find_no_fault_anywhere('revealed key');
    });

    // ---- a damaged key ----

    await step('a key whose rows were edited is shown as damaged, and can only be revoked', async () => {
        await page.setViewportSize(settings.viewport);
        execFileSync('sqlite3', [path.join(folder, 'crm', 'keys.db'), 'PRAGMA busy_timeout = 5000; ' +
                                 "UPDATE credential SET tenant = hex(zeroblob(60)), scopes = 'contacts:*'"]);
        for (const [where, name] of [['/admin', 'damaged: overview'], ['/admin/integrations', 'damaged: integrations'],
                                     [key_path, 'damaged: key']]) {
            await go(where);
            await page.getByRole('main').getByText('Damaged', { exact: true }).first().waitFor();
            await find_no_fault_anywhere(name);
        }
        await page.setViewportSize(settings.viewport);
        await page.getByRole('alert').filter({ hasText: 'It can only be revoked' }).waitFor();
        const buttons = await page.getByRole('main').getByRole('button').allTextContents();
        assert.deepEqual(buttons, ['Revoke']);
        await press('Revoke');
        await page.getByText('The damaged key is revoked').waitFor();
        await page.getByText('There is no key yet').waitFor();
        assert.equal((await rest(second_key)).status, 401);
    });

    // ---- logging out ----

    await step('logging out ends the session', async () => {
        await page.setViewportSize(settings.viewport);
        await go('/admin');
        const cookie = await cookie_header();
        await press('Log out');
        await page.getByRole('heading', { name: 'Log in' }).waitFor();
        assert.equal((await raw(crm.origin, 'GET', '/admin', { Cookie: cookie })).status, 303);
        await page.goBack();
        assert.equal(new URL(page.url()).pathname, '/admin/login');
    });

    await step('axe-core finds no fault on the log-in page, before and after a wrong password', async () => {
        await go('/admin/login');
        await find_no_fault_anywhere('log-in');
        await log_in('not the password at all');
        await page.getByRole('alert').waitFor();
        await find_no_fault_anywhere('log-in refused');
    });

    await step('who guesses is slowed, and the owner logs in from the browser that is known', async () => {
        const page_text = await raw(crm.origin, 'GET', '/admin/login');
        const cookie = page_text.headers['set-cookie'][0].split(';')[0];
        const fields = { csrf: page_text.text.match(/name="csrf" value="([^"]+)"/)[1], password: 'a guess of a stranger' };
        const answers = [];
        for (let i = 0; i < 6; ++i) answers.push(await raw_form(crm.origin, '/admin/login', fields, { Cookie: cookie }));
        assert.deepEqual(answers.map((each) => each.status), [403, 403, 403, 403, 403, 429]);
        assert.ok(Number(answers[5].headers['retry-after']) >= 1);
        const right = await raw_form(crm.origin, '/admin/login', { ...fields, password }, { Cookie: cookie });
        assert.equal(right.status, 429, 'a right guess is not looked at either');
        await log_in();
        await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    });

    await step('the browser had nothing to complain of, and asked nobody else', async () => {
        assert.deepEqual(complaints, []);
        assert.deepEqual(strangers, []);
    });

    await step('the CRM says no key and no password in its log', async () => {
        for (const secret of [first_key, second_key, password]) assert.ok(!crm.said().includes(secret));
    });
} finally {
    await chromium.close();
    await crm.stop();
    await remove(folder);
}
process.exitCode = told.end();
